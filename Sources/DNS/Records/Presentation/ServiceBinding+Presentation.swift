// SVCB and HTTPS in zone files (RFC 9460 §2.1, appendix A).

extension ServiceBinding {
    /// Keys whose values have a form of their own (RFC 9460 §14.3.2).
    enum Key {
        static let mandatory: UInt16 = 0
        static let alpn: UInt16 = 1
        static let noDefaultALPN: UInt16 = 2
        static let port: UInt16 = 3
        static let ipv4Hint: UInt16 = 4
        static let ech: UInt16 = 5
        static let ipv6Hint: UInt16 = 6
        /// Written as `key7`, which readers know that do not know its name (RFC 9461).
        static let dohPath: UInt16 = 7
        /// "reserved for invalid keys".
        static let invalid: UInt16 = 65_535

        static let names: [UInt16: String] = [
            0: "mandatory", 1: "alpn", 2: "no-default-alpn", 3: "port", 4: "ipv4hint", 5: "ech", 6: "ipv6hint",
        ]
    }

    /// The fields in their order, parameters ascending.
    var presentation: String {
        let parameters = self.parameters.sorted { $0.key < $1.key }.map { key, value in
            Self.known(key, value) ?? (value.isEmpty ? "key\(key)" : "key\(key)=\(value.quoted)")
        }
        return (["\(self.priority)", self.target.absolute] + parameters).joined(separator: " ")
    }

    /// Reads priority, target and parameters.
    init(_ fields: inout PresentationFields) throws(DNSError) {
        let priority: UInt16 = try fields.number("the priority")
        let target = try fields.name("the target")
        var parameters: [UInt16: [UInt8]] = [:]
        while !fields.isEmpty {
            let (key, value) = try Self.parameter(try fields.next("a parameter"), fields)
            guard parameters.updateValue(value, forKey: key) == nil else {
                throw fields.error("parameter \(Self.name(of: key)) stands twice")
            }
        }
        self.init(priority: priority, target: target, parameters: parameters)
    }

    /// The name of a key.
    static func name(of key: UInt16) -> String { Key.names[key] ?? "key\(key)" }

    private static func key(_ name: String) -> UInt16? {
        if let known = Key.names.first(where: { $0.value == name })?.key { return known }
        if name == "dohpath" { return Key.dohPath }
        guard name.hasPrefix("key"), let number = UInt16(name.dropFirst(3)) else { return nil }
        // "the key number in decimal form without leading zeros".
        return name == "key\(number)" ? number : nil
    }
}

extension ServiceBinding {
    /// A parameter whose value has a form of its own; nil when the octets do not have it.
    private static func known(_ key: UInt16, _ value: [UInt8]) -> String? {
        let name = Self.name(of: key)
        switch key {
        case Key.mandatory:
            return Self.keys(value).map { "\(name)=\($0.map(Self.name(of:)).joined(separator: ","))" }
        case Key.alpn: return Self.protocols(value).map { "\(name)=\(Self.list($0).quoted)" }
        case Key.noDefaultALPN: return value.isEmpty ? name : nil
        case Key.port: return value.count == 2 ? "\(name)=\(UInt16(value[0]) << 8 | UInt16(value[1]))" : nil
        case Key.ipv4Hint: return Self.addresses(value, octets: 4).map { "\(name)=\($0.joined(separator: ","))" }
        case Key.ipv6Hint: return Self.addresses(value, octets: 16).map { "\(name)=\($0.joined(separator: ","))" }
        case Key.ech: return value.isEmpty ? nil : "\(name)=\(value.base64)"
        default: return nil
        }
    }

    private static func parameter(
        _ field: PresentationField,
        _ fields: PresentationFields
    ) throws(DNSError) -> (UInt16, [UInt8]) {
        let parts = field.octets.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(decoding: parts[0], as: UTF8.self)
        guard let key = Self.key(name) else {
            throw fields.error("'\(name)' is no parameter; one that has no name is written as keyNNNNN")
        }
        let value = parts.count == 2 ? Array(parts[1]) : []
        guard let octets = Self.octets(key, value) else {
            throw fields.error("the value of \(Self.name(of: key)) does not have its form (RFC 9460 §7)")
        }
        return (key, octets)
    }

    private static func octets(_ key: UInt16, _ value: [UInt8]) -> [UInt8]? {
        let text = String(decoding: value, as: UTF8.self)
        let items = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        switch key {
        case Key.mandatory:
            let keys = items.compactMap(Self.key)
            return keys.count == items.count ? keys.sorted().flatMap(Self.octets) : nil
        case Key.alpn:
            let protocols = Self.items(value)
            guard protocols.allSatisfy({ (1...255).contains($0.count) }) else { return nil }
            return protocols.flatMap { [UInt8($0.count)] + $0 }
        case Key.noDefaultALPN: return value.isEmpty ? [] : nil
        case Key.port: return value.allSatisfy(\.isDigit) ? UInt16(text).map(Self.octets) : nil
        case Key.ipv4Hint, Key.ipv6Hint:
            let addresses = items.compactMap { IPAddresses.octets($0, count: key == Key.ipv4Hint ? 4 : 16) }
            return addresses.count == items.count ? addresses.flatMap { $0 } : nil
        case Key.ech: return [UInt8](base64: text)
        default: return value
        }
    }

    private static func octets(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xFF)] }
}

extension UInt8 {
    /// Whether it is an ASCII digit.
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
