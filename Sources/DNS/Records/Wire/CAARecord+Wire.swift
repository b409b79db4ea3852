// CAA on the wire (RFC 8659 §4.1): flags, length of the tag, tag, value.

extension CAARecord {
    /// Reads the data; the value is all that follows the tag.
    init(_ reader: inout WireReader) throws(DNSError) {
        let flags = try reader.octet()
        let tag = try reader.characterString()
        // "Tags MUST be a non-zero-length sequence of ASCII letters and numbers."
        guard !tag.isEmpty, tag.allSatisfy(\.isLetterOrDigit) else {
            throw DNSError(.malformedMessage, "the tag of a CAA record has ASCII letters and digits alone")
        }
        self.init(flags: flags, tag: String(decoding: tag, as: UTF8.self), value: reader.rest())
    }

    /// Appends the data.
    func write(to writer: inout WireWriter) {
        writer.octet(self.flags)
        writer.characterString(Array(self.tag.utf8))
        writer.write(self.value)
    }
}

extension UInt8 {
    /// Whether it is an ASCII letter or digit.
    var isLetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
