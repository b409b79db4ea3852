// A signature line of a note (C2SP signed-note): "em dash (U+2014), space (U+0020), key name, space, base64-encoded
// signature, newline".

/// A signature beneath a note.
public struct NoteSignature: Hashable, Sendable {
    /// The key's name.
    public let name: String
    /// The key's number: with the name it tells which key signed, and how.
    public let keyID: UInt32
    /// What the key gave: the signature, behind a time for cosignatures.
    public let blob: [UInt8]

    /// Creates a signature.
    ///
    /// - Throws: ``LogError`` with `.malformedNote` for a name that no key has.
    public init(name: String, keyID: UInt32, blob: [UInt8]) throws(LogError) {
        guard Self.isKeyName(name) else {
            throw LogError(.malformedNote, "a key's name is not empty and has neither spaces nor plus signs")
        }
        self.name = name
        self.keyID = keyID
        self.blob = blob
    }

    /// Reads a line without its newline.
    init(line: ArraySlice<UInt8>) throws(LogError) {
        let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].elementsEqual("\u{2014}".utf8),
            let name = String(validating: parts[1], as: UTF8.self),
            let blob = Base64.decode(String(decoding: parts[2], as: UTF8.self)), blob.count > 4
        else {
            throw LogError(
                .malformedNote,
                "a signature line is U+2014, a key's name and base64, with one space between"
            )
        }
        let keyID = blob.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        try self.init(name: name, keyID: keyID, blob: Array(blob.dropFirst(4)))
    }

    /// The line with its newline.
    var line: [UInt8] {
        let number = (0..<4).map { UInt8(truncatingIfNeeded: self.keyID >> (24 - 8 * $0)) }
        return Array("\u{2014} \(self.name) \(Base64.encode(number + self.blob))\n".utf8)
    }

    /// Reads lines as a witness answers them, each with its newline.
    ///
    /// - Throws: ``LogError`` with `.malformedNote`.
    public static func parse(lines bytes: [UInt8]) throws(LogError) -> [NoteSignature] {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.popLast()?.isEmpty == true, !lines.isEmpty, lines.count <= Budget.noteSignatures else {
            throw LogError(.malformedNote, "1 to \(Budget.noteSignatures) signature lines are expected")
        }
        var signatures: [NoteSignature] = []
        for line in lines { signatures.append(try NoteSignature(line: line)) }
        return signatures
    }

    func isSameKey(as other: NoteSignature) -> Bool {
        self.keyID == other.keyID && self.name.utf8.elementsEqual(other.name.utf8)
    }

    // "Key names MUST be non-empty and MUST NOT contain any Unicode spaces or plus (U+002B) characters."
    static func isKeyName(_ name: String) -> Bool {
        !name.isEmpty
            && name.unicodeScalars.allSatisfy { $0 != "+" && $0.value >= 0x20 && !$0.properties.isWhitespace }
    }
}
