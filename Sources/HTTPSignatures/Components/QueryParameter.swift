// Parameters of the query (RFC 9421 §2.2.8), read as application/x-www-form-urlencoded.

extension RequestTarget {
    /// The value of a parameter, encoded anew.
    ///
    /// - Parameter name: The parameter's name, encoded anew.
    func value(ofQueryParameter name: String) throws(HTTPSignatureError) -> String {
        var found: String?
        for pair in self.query.dropFirst().split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard try FormEncoding.normalize(parts[0]) == name else { continue }
            // "If a parameter name occurs multiple times in a request, the named query parameter MUST NOT be included."
            guard found == nil else {
                throw HTTPSignatureError(.missingComponent, "the query has the covered parameter '\(name)' twice")
            }
            found = try FormEncoding.normalize(parts.count > 1 ? parts[1] : "")
        }
        guard let found else {
            throw HTTPSignatureError(.missingComponent, "the query lacks the covered parameter '\(name)'")
        }
        return found
    }
}

/// application/x-www-form-urlencoded of the URL Standard.
private enum FormEncoding {
    /// Decodes a name or value, and encodes it so that it has one spelling.
    ///
    /// Octets that are not UTF-8 are refused: the URL Standard makes them all one replacement character.
    static func normalize(_ text: Substring) throws(HTTPSignatureError) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = Self.octet(rest.prefix(2)) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw HTTPSignatureError(.missingComponent, "a parameter of the query is not UTF-8")
        }
        return bytes.map { Self.isUnescaped($0) ? String(Unicode.Scalar($0)) : Self.escape($0) }.joined()
    }

    private static func octet(_ digits: ArraySlice<UInt8>) -> UInt8? {
        guard digits.count == 2, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
        return UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
    }

    private static func escape(_ byte: UInt8) -> String {
        (byte < 0x10 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
    }

    /// "ASCII alphanumerics, U+002A (*), U+002D (-), U+002E (.), and U+005F (_)" stay as they are.
    private static func isUnescaped(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "*"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
