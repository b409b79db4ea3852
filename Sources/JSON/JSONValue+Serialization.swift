// JSON as we send it: the fewest octets that RFC 8259 admits.

extension JSONValue {
    /// The text: no white space, members and numbers as they stand, characters in UTF-8 without needless escapes.
    public var serialized: [UInt8] {
        var bytes: [UInt8] = []
        self.serialize(into: &bytes)
        return bytes
    }

    private func serialize(into bytes: inout [UInt8]) {
        switch self {
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                member.name.appendQuoted(to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.serialize(into: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        case .array(let values):
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                value.serialize(into: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .string(let text): text.appendQuoted(to: &bytes)
        case .number(let text): bytes += text.utf8
        case .boolean(let value): bytes += (value ? "true" : "false").utf8
        case .null: bytes += "null".utf8
        }
    }
}

extension String {
    /// Appends the string as JSON, with the escapes of RFC 8785 §3.2.2.2 and no others.
    func appendQuoted(to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        // Nearly every string has nothing to escape, and is copied as it is.
        let isCopied = self.utf8.withContiguousStorageIfAvailable { text in
            guard text.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) else {
                return false
            }
            bytes.append(contentsOf: text)
            return true
        }
        if isCopied != true { self.appendEscaped(to: &bytes) }
        bytes.append(UInt8(ascii: "\""))
    }

    private func appendEscaped(to bytes: inout [UInt8]) {
        for byte in self.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0x08: bytes += #"\b"#.utf8
            case 0x09: bytes += #"\t"#.utf8
            case 0x0A: bytes += #"\n"#.utf8
            case 0x0C: bytes += #"\f"#.utf8
            case 0x0D: bytes += #"\r"#.utf8
            // "If the Unicode value falls within the traditional ASCII control character range […], it MUST be
            // serialized using lowercase hexadecimal Unicode notation (\uhhhh)".
            case 0..<0x20: bytes += ((byte < 0x10 ? #"\u000"# : #"\u00"#) + String(byte, radix: 16)).utf8
            default: bytes.append(byte)
            }
        }
    }
}
