// Signed notes (C2SP signed-note): a text, an empty line, and lines with signatures over the text.

/// A text and the signatures beneath it; it proves nothing until it is verified.
public struct SignedNote: Hashable, Sendable {
    /// The text with its last newline: what is signed.
    public let text: [UInt8]
    /// The signatures, also those of unknown keys, in their order.
    public let signatures: [NoteSignature]

    /// Creates a note.
    ///
    /// - Throws: ``LogError`` with `.malformedNote` for a text that no note can have.
    public init(text: [UInt8], signatures: [NoteSignature]) throws(LogError) {
        try Self.check(text)
        self.text = text
        self.signatures = signatures
    }

    /// Reads a note strictly.
    ///
    /// - Throws: ``LogError`` with `.malformedNote`.
    public init(_ bytes: [UInt8]) throws(LogError) {
        guard bytes.count <= Budget.noteBytes else {
            throw LogError(.malformedNote, "a note has at most \(Budget.noteBytes) octets, not \(bytes.count)")
        }
        // "the text is separated from the signatures by the last empty line in the note."
        let newline = UInt8(ascii: "\n")
        guard let end = bytes.indices.dropFirst().last(where: { bytes[$0] == newline && bytes[$0 - 1] == newline })
        else {
            throw LogError(.malformedNote, "the note has no empty line between text and signatures")
        }
        var lines = bytes[(end + 1)...].split(separator: newline, omittingEmptySubsequences: false)
        guard lines.popLast()?.isEmpty == true, !lines.isEmpty, lines.count <= Budget.noteSignatures else {
            throw LogError(
                .malformedNote,
                "beneath the empty line stand 1 to \(Budget.noteSignatures) signature lines, each with a newline"
            )
        }
        var signatures: [NoteSignature] = []
        for line in lines { signatures.append(try NoteSignature(line: line)) }
        try self.init(text: Array(bytes[..<end]), signatures: signatures)
    }

    /// The whole note.
    public var bytes: [UInt8] { self.text + [UInt8(ascii: "\n")] + self.signatures.flatMap { $0.line } }

    /// This note with more signatures beneath its own; one that is there already by name and key is replaced.
    public func adding(_ more: [NoteSignature]) -> SignedNote {
        let kept = self.signatures.filter { own in !more.contains { $0.isSameKey(as: own) } }
        return SignedNote(checked: self.text, kept + more)
    }

    private init(checked text: [UInt8], _ signatures: [NoteSignature]) {
        self.text = text
        self.signatures = signatures
    }

    // "Signed notes MUST be valid UTF-8 and MUST NOT contain any ASCII control characters (those below U+0020) other than
    // newline."
    private static func check(_ text: [UInt8]) throws(LogError) {
        guard text.last == UInt8(ascii: "\n") else {
            throw LogError(.malformedNote, "the text of a note ends with a newline")
        }
        guard String(validating: text, as: UTF8.self) != nil,
            !text.contains(where: { $0 < 0x20 && $0 != UInt8(ascii: "\n") })
        else { throw LogError(.malformedNote, "a note is UTF-8 without control characters other than newlines") }
    }
}
