// What the reader looks for: told by its form, since there is one field for everything.

import PKIX

/// A search, as a form sends it (application/x-www-form-urlencoded).
struct SearchQuery: Hashable, Sendable {
    /// Why a query is none.
    enum Refusal: Error {
        case tooLong
        case notText
    }

    /// What was typed.
    let text: String

    /// Reads the field `q` of a query; empty when there is none.
    init(query: String) throws(Refusal) {
        let field = query.split(separator: "&").first { $0.hasPrefix("q=") }
        // Each octet may be encoded by three.
        guard field?.utf8.count ?? 0 <= 3 * Budget.searchBytes + 2 else { throw .tooLong }
        guard let text = Self.decode((field ?? "q=").dropFirst(2).utf8) else { throw .notText }
        guard text.utf8.count <= Budget.searchBytes else { throw .tooLong }
        self.text = text.trimmed
    }

    /// What the log can be asked for; a text may be of several forms.
    var subjects: [LogSubject] {
        if let id = self.id { return [.agent(id), .identity(id)] }
        if let digits = self.hexadecimal, !digits.isEmpty {
            if digits.utf8.count == 2 * LogHash.byteCount {
                return [UInt8](hexadecimal: digits).map { [.fingerprint($0)] } ?? []
            }
            if let serial = try? SerialNumber(hexadecimal: digits) {
                return [.serialNumber(serial)] + (self.host.map { [.host($0)] } ?? [])
            }
        }
        return self.host.map { [.host($0)] } ?? []
    }

    /// The index of an entry, if that is what it may be.
    var index: Int? { Decimal.decode(self.text) }

    /// The id of an agent or of an identity: a UUID.
    private var id: String? {
        let groups = self.text.split(separator: "-", omittingEmptySubsequences: false)
        guard groups.map(\.utf8.count) == [8, 4, 4, 4, 12],
            groups.allSatisfy({ $0.utf8.allSatisfy(\.isHexadecimalDigit) })
        else { return nil }
        return self.text.lowercased()
    }

    /// Digits, as tools write serial numbers and fingerprints: `SHA256:…`, `AB:CD:…`, `0xabcd`.
    private var hexadecimal: String? {
        let text = Self.without(["sha256:", "sha256 fingerprint=", "serial=", "0x"], self.text.lowercased())
        let digits = text.filter { $0 != ":" && $0 != " " }
        return digits.utf8.allSatisfy(\.isHexadecimalDigit) ? digits : nil
    }

    /// A host, also that of an ANS name (`ans://v1.0.0.host`), or either as entries have them (`DNS:…`, `URI:…`).
    private var host: String? {
        var name = Self.without(["dns:", "uri:"], self.text.lowercased())
        if name.hasPrefix("ans://v") {
            let labels = name.dropFirst(7).split(separator: ".", omittingEmptySubsequences: false)
            guard labels.count > 3 else { return nil }
            name = labels.dropFirst(3).joined(separator: ".")[...]
        }
        if name.hasSuffix(".") { name = name.dropLast() }
        let isName = name.utf8.allSatisfy { octet in
            (0x61...0x7A).contains(octet) || (0x30...0x39).contains(octet) || octet == 0x2D || octet == 0x2E
                || octet == 0x5F
        }
        return isName && !name.isEmpty && name.utf8.count <= 253 ? String(name) : nil
    }

    private static func without(_ prefixes: [String], _ text: String) -> Substring {
        text.dropFirst(prefixes.first { text.hasPrefix($0) }?.count ?? 0)
    }

    private static func decode(_ value: Substring.UTF8View) -> String? {
        var octets: [UInt8] = []
        var rest = value
        while let octet = rest.popFirst() {
            switch octet {
            case UInt8(ascii: "+"): octets.append(0x20)
            case UInt8(ascii: "%"):
                let digits = rest.prefix(2)
                guard digits.count == 2, digits.allSatisfy(\.isHexadecimalDigit),
                    let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
                else { return nil }
                rest = rest.dropFirst(2)
                octets.append(value)
            default: octets.append(octet)
            }
        }
        return String(validating: octets, as: UTF8.self)
    }
}

extension UInt8 {
    fileprivate var isHexadecimalDigit: Bool {
        (0x30...0x39).contains(self) || (0x41...0x46).contains(self) || (0x61...0x66).contains(self)
    }
}

extension String {
    fileprivate var trimmed: String {
        let start = self.drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }
}
