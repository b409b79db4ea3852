// The checkpoint with its signatures, and the place where the reader's browser says what it has verified.

import FoundationEssentials

extension LogPages {
    /// A section with a heading.
    func section(_ id: String, _ title: String, _ body: HTML) -> HTML {
        "<section aria-labelledby=\"\(id)\">\n<h2 id=\"\(id)\">\(title)</h2>\n\(body)\n</section>"
    }

    /// Where the page's module reports; what stands there is for readers without it.
    func checks(_ what: String) -> HTML {
        let keys = (self.log.identity.keys + self.witnesses).map { "\($0)" }
        return self.section(
            "check-head",
            "Verification in your browser",
            """
            <p id="verdict" role="status" data-state="none">Not verified: that needs JavaScript. The tiles, the checkpoint and the
            keys are linked below for other tools; <code>signet log verify</code> reads the whole log again.</p>
            <ol id="steps"></ol>
            <details>
            <summary>Keys that are trusted here</summary>
            <p><label for="keys">One verifier key a line: the log’s, and those of its witnesses. They come from this server; put in
            those that you know from elsewhere, and verify again.</label></p>
            <textarea id="keys" rows="\(keys.count + 1)" spellcheck="false" autocomplete="off"
            autocapitalize="none">\n\(keys.joined(separator: "\n"))</textarea>
            <p><button id="again" type="button" hidden>Verify again</button></p>
            <p>\(what) is computed from the tiles by Web Crypto. The code that does it comes from this server, too: whoever does not
            trust that takes the proof and the keys to a tool of their own.</p>
            </details>
            """
        )
    }

    /// A checkpoint: what it says, who signed it, and its text.
    func checkpoint(_ signed: SignedCheckpoint) -> HTML {
        """
        <dl>
        <div><dt>Entries</dt><dd>\(signed.size)</dd></div>
        <div><dt>Root</dt><dd><code class="hash">\(signed.root.base64)</code></dd></div>
        </dl>
        <table id="signatures">
        <thead><tr><th scope="col">Signed by</th><th scope="col">As</th><th scope="col">Key id</th><th scope="col">At</th>
        <th scope="col">In your browser</th></tr></thead>
        <tbody>
        \(signed.note.signatures.map { self.row($0) })
        </tbody>
        </table>
        <details>
        <summary>The checkpoint as it is signed</summary>
        <pre id="checkpoint">\n\(String(decoding: signed.bytes, as: UTF8.self))</pre>
        </details>
        """
    }

    private func row(_ signature: NoteSignature) -> HTML {
        let key = (self.log.identity.keys + self.witnesses).first { $0.matches(signature) }
        let cosignature = Cosignature(blob: signature.blob)
        let role =
            switch key?.algorithm {
            case .ed25519: "the log, Ed25519"
            case .ecdsaP256: "the log, ECDSA P-256"
            case .cosignature: "witness"
            case nil: cosignature == nil ? "unknown" : "witness, by its form; key unknown"
            }
        let isWitness = key?.algorithm == .cosignature || key == nil
        let time = isWitness ? cosignature.map { Self.time($0.time) } ?? "" : ""
        return """
            <tr><th scope="row">\(signature.name)</th><td data-label="As">\(role)</td>\
            <td data-label="Key id"><code>\(Self.hexadecimal(signature.keyID))</code></td><td data-label="At">\(time)</td>\
            <td class="result" data-label="In your browser">not verified</td></tr>

            """
    }

    private static func time(_ seconds: Int) -> String {
        // The year 9999 is the last that has a form; a witness of any clock may sign.
        guard (0..<253_402_300_800).contains(seconds) else { return "\(seconds) s after 1970" }
        return Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
    }

    private static func hexadecimal(_ keyID: UInt32) -> String {
        let digits = String(keyID, radix: 16)
        return String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }
}
