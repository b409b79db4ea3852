// The canonical form of JSON (RFC 8785, JCS): one text for each value, so that a signature over the text is one over the
// value.

extension JSONValue {
    /// The canonical text: members sorted by name, numbers as ECMAScript prints them, no white space.
    ///
    /// - Throws: ``JSONError`` with `.numberOutOfRange` for a number that would be another one, or with
    ///   `.duplicateMember` for an object that was put together with two members of one name.
    public var canonical: [UInt8] {
        get throws(JSONError) {
            var bytes: [UInt8] = []
            try self.canonicalize(into: &bytes)
            return bytes
        }
    }

    private func canonicalize(into bytes: inout [UInt8]) throws(JSONError) {
        switch self {
        case .object(let members): try Self.canonicalize(members, into: &bytes)
        case .array(let values):
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                try value.canonicalize(into: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .string(let text): text.appendQuoted(to: &bytes)
        case .number(let text): bytes += try ECMAScriptNumber.text(of: text).utf8
        case .boolean(let value): bytes += (value ? "true" : "false").utf8
        case .null: bytes += "null".utf8
        }
    }

    private static func canonicalize(_ members: [JSONMember], into bytes: inout [UInt8]) throws(JSONError) {
        // RFC 8785 §3.2.3: "property name strings to be sorted are formatted as arrays of UTF-16 code units".
        let sorted = members.map { (units: Array($0.name.utf16), member: $0) }
            .sorted { $0.units.lexicographicallyPrecedes($1.units) }
        bytes.append(UInt8(ascii: "{"))
        for (index, entry) in sorted.enumerated() {
            if index > 0 {
                guard sorted[index - 1].units != entry.units else {
                    let name = entry.member.name.quotedForDetail
                    throw JSONError(.duplicateMember, "an object has two members '\(name)'")
                }
                bytes.append(UInt8(ascii: ","))
            }
            entry.member.name.appendQuoted(to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            try entry.member.value.canonicalize(into: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }
}
