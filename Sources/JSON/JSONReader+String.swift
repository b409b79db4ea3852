// Strings of JSON (RFC 8259 §7): UTF-8, escapes, surrogate pairs.

extension JSONReader {
    /// The string that begins at the quotation mark here.
    mutating func string() throws(JSONError) -> String {
        self.position += 1
        var text: [UInt8] = []
        while true {
            let start = self.position
            while let byte = self.current, byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                self.position += 1
            }
            text += self.bytes[start..<self.position]
            switch self.current {
            case UInt8(ascii: "\""):
                self.position += 1
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw self.error("the string is not UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): try self.escape(into: &text)
            case nil: throw self.error("the string does not end")
            default: throw self.error("a control character in a string must be escaped")
            }
        }
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        self.position += 1
        guard let byte = self.current else { throw self.error("the string does not end") }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "u"):
            text += Array(String(Character(try self.scalar())).utf8)
            return
        default: throw self.error("no escape begins like this")
        }
        self.position += 1
    }

    /// `u` and four hexadecimal digits (RFC 8259 §7), or two of them for a character beyond the Basic Multilingual Plane.
    private mutating func scalar() throws(JSONError) -> Unicode.Scalar {
        let first = try self.codeUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard (0xD800...0xDBFF).contains(first), self.take(UInt8(ascii: "\\")), self.current == UInt8(ascii: "u") else {
            throw self.error("half of a surrogate pair")
        }
        let second = try self.codeUnit()
        let value = 0x1_0000 + (UInt32(first) & 0x3FF) << 10 + UInt32(second) & 0x3FF
        guard (0xDC00...0xDFFF).contains(second), let scalar = Unicode.Scalar(value) else {
            throw self.error("half of a surrogate pair")
        }
        return scalar
    }

    private mutating func codeUnit() throws(JSONError) -> UInt16 {
        let digits = self.bytes[self.position...].dropFirst().prefix(4)
        let isHexadecimal = digits.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
        guard digits.count == 4, isHexadecimal, let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else {
            throw self.error("four hexadecimal digits are needed")
        }
        self.position += 5
        return unit
    }
}

extension String {
    /// Text of a stranger for a message: printable ASCII, at most 64 characters.
    public var quotedForDetail: String {
        String(self.unicodeScalars.prefix(64).map { (0x20..<0x7F).contains($0.value) ? Character($0) : "?" })
    }
}
