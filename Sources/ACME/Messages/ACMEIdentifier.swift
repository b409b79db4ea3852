// What a certificate is ordered for (RFC 8555 §9.7.7): host names, and IP addresses (RFC 8738).

import JSON
public import PKIX

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// An identifier: its type and value as the CA writes them.
public struct ACMEIdentifier: Hashable, Sendable, Codable, CustomStringConvertible {
    // Stored: a change here needs a migration.
    /// `dns`, `ip`, or what else a CA has.
    public let type: String
    /// A host name in lower case, perhaps with `*.` in front; or an address.
    public let value: String

    /// An identifier of any type.
    public init(type: String, value: String) {
        self.type = type
        self.value = type == "dns" ? value.lowercased() : value
    }

    /// A name of a certificate; nil for kinds that ACME has no type for.
    public init?(_ name: AlternativeName) {
        switch name {
        case .dns(let host): self.init(type: "dns", value: host.description)
        case .wildcard(let host): self.init(type: "dns", value: "*.\(host)")
        case .ip(let octets): self.init(type: "ip", value: Self.text(of: octets))
        case .uri: return nil
        }
    }

    init?(_ value: JSONValue) {
        guard let type = value["type"]?.text, let text = value["value"]?.text else { return nil }
        self.init(type: type, value: text)
    }

    /// The name as certificates have it; nil when it is none.
    public var alternativeName: AlternativeName? {
        switch self.type {
        case "dns" where self.isWildcard: (try? HostName(self.baseValue)).map { .wildcard($0) }
        case "dns": (try? HostName(self.value)).map { .dns($0) }
        case "ip": IPAddress.bytes(of: self.value).map { .ip($0) }
        default: nil
        }
    }

    /// Whether the name begins with `*.`.
    public var isWildcard: Bool { self.type == "dns" && self.value.hasPrefix("*.") }

    /// The value without `*.`.
    public var baseValue: String { self.isWildcard ? String(self.value.dropFirst(2)) : self.value }

    /// Type and value.
    public var description: String { "\(self.type):\(self.value)".printable }

    var json: JSONValue { ["type": .string(self.type), "value": .string(self.value)] }

    /// RFC 8738 §3: the form of RFC 1123 §2.1 for IPv4, and of RFC 5952 §4 for IPv6.
    private static func text(of octets: [UInt8]) -> String {
        guard octets.count == 16 else { return IPAddress.text(of: octets) }
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(AF_INET6, octets, &buffer, socklen_t(buffer.count)) != nil else {
            return IPAddress.text(of: octets)
        }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
