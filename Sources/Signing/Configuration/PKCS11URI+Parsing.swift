// Reading a PKCS#11 URI (the grammar of RFC 7512 §2.3, the rules of §2.4 and §2.5).

extension PKCS11URI {
    /// Reads a URI.
    ///
    /// - Throws: ``SigningError/Code/invalidURI`` with the attribute and what is wrong with it.
    public init(_ text: String) throws(SigningError) {
        guard text.utf8.count <= Budget.uriBytes else {
            throw SigningError(.invalidURI, "the PKCS#11 URI is longer than \(Budget.uriBytes) octets")
        }
        // Schemes are case-insensitive (RFC 3986 §3.1).
        guard text.prefix(7).utf8.count == 7, text.prefix(7).lowercased() == "pkcs11:" else {
            throw SigningError(.invalidURI, "a PKCS#11 URI starts with pkcs11:")
        }
        let parts = text.dropFirst(7).split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        self.init()
        var seen = Set<String>()
        for attribute in try Self.attributes(parts[0], separator: ";", query: false, seen: &seen) {
            try self.setPath(attribute)
        }
        guard parts.count == 2 else { return }
        seen.removeAll()
        for attribute in try Self.attributes(parts[1], separator: "&", query: true, seen: &seen) {
            try self.setQuery(attribute)
        }
    }

    private struct RawAttribute {
        let name: String
        let value: [UInt8]

        func text() throws(SigningError) -> String {
            guard let text = String(validating: self.value, as: UTF8.self), !self.value.contains(0) else {
                throw SigningError(.invalidURI, "\(self.name) is not text in UTF-8")
            }
            return text
        }
    }

    private static func attributes(
        _ part: Substring,
        separator: Character,
        query: Bool,
        seen: inout Set<String>
    ) throws(SigningError) -> [RawAttribute] {
        guard !part.isEmpty else { return [] }
        var attributes: [RawAttribute] = []
        for piece in part.split(separator: separator, omittingEmptySubsequences: false) {
            let sides = piece.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2, Self.isName(sides[0]) else {
                throw SigningError(.invalidURI, "between \"\(separator)\" must stand name=value, each with its name")
            }
            // Names are literals of an ABNF grammar, which are case-insensitive (RFC 5234 §2.3).
            let name = sides[0].lowercased()
            // No path attribute may occur twice (§2.3), no query attribute but a vendor's (§2.4); we refuse those too.
            guard seen.insert(name).inserted else {
                throw SigningError(.invalidURI, "\(name) occurs twice")
            }
            attributes.append(RawAttribute(name: name, value: try Self.decode(sides[1], of: name, query: query)))
        }
        return attributes
    }

    private static func isName(_ name: Substring) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                Self.isAllowed(byte, query: false) && !"~:[]@!$'()*+,=&.".utf8.contains(byte)
            }
    }

    /// Undoes the percent-encoding (RFC 3986 §2.1).
    private static func decode(_ text: Substring, of name: String, query: Bool) throws(SigningError) -> [UInt8] {
        var decoded: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard let high = rest.popFirst(), let low = rest.popFirst(),
                    let upper = Self.hexDigit(high), let lower = Self.hexDigit(low)
                else {
                    throw SigningError(.invalidURI, "\(name): after % must stand two hexadecimal digits")
                }
                decoded.append(upper << 4 | lower)
            } else if Self.isAllowed(byte, query: query) {
                decoded.append(byte)
            } else {
                throw SigningError(.invalidURI, "\(name) holds a character that must be percent-encoded")
            }
        }
        return decoded
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private mutating func setPath(_ attribute: RawAttribute) throws(SigningError) {
        switch attribute.name {
        case "token": self.token = try attribute.text()
        case "manufacturer": self.manufacturer = try attribute.text()
        case "model": self.model = try attribute.text()
        case "serial": self.serial = try attribute.text()
        case "object": self.object = try attribute.text()
        case "id": self.id = try Self.identifier(attribute)
        case "slot-id": self.slotID = try Self.slot(attribute)
        case "type":
            guard let type = ObjectType(rawValue: try attribute.text()) else {
                let known = ObjectType.allCases.map(\.rawValue).joined(separator: ", ")
                throw SigningError(.invalidURI, "type must be one of \(known)")
            }
            self.type = type
        default:
            // A path attribute that the consumer does not know, a vendor's included, matches nothing; an error message
            // is at the consumer's discretion (§2.5).
            throw SigningError(.invalidURI, "the path attribute \(attribute.name) is not supported: remove it")
        }
    }

    private mutating func setQuery(_ attribute: RawAttribute) throws(SigningError) {
        switch attribute.name {
        case "module-path": self.modulePath = try attribute.text()
        case "module-name": self.moduleName = try attribute.text()
        case "pin-source": self.pinSource = try attribute.text()
        case "pin-value":
            throw SigningError(
                .invalidURI,
                "pin-value puts the PIN into the configuration: use pin-source=file:/path (mode 0600) or env:NAME"
            )
        default:
            // Query attributes that the consumer does not know are ignored (§2.5).
            break
        }
    }

    private static func identifier(_ attribute: RawAttribute) throws(SigningError) -> [UInt8] {
        guard (1...Budget.keyIdentifierBytes).contains(attribute.value.count) else {
            throw SigningError(.invalidURI, "id must have 1 to \(Budget.keyIdentifierBytes) octets")
        }
        return attribute.value
    }

    private static func slot(_ attribute: RawAttribute) throws(SigningError) -> SlotID {
        let text = try attribute.text()
        // slot-id is 1*DIGIT; `UInt` alone would take a sign.
        guard !text.isEmpty, text.utf8.allSatisfy({ Self.hexDigit($0).map { $0 < 10 } ?? false }),
            let number = UInt(text)
        else {
            throw SigningError(.invalidURI, "slot-id must be a decimal number")
        }
        return SlotID(rawValue: number)
    }
}
