// Parameters of the SVCB records (RFC 9460 §14.3.2; DNS-AID draft-02 §4 in the range for private use).

import DNS
import JOSE

/// Keys of service parameters, and the binding of an endpoint.
enum ServiceKey {
    static let alpn: UInt16 = 1
    static let port: UInt16 = 3
    /// `cap`: where the card lies.
    static let capability: UInt16 = 65_400
    /// `cap-sha256`: base64url of the card's SHA-256.
    static let capabilityDigest: UInt16 = 65_401
    /// `bap`: the agent protocol.
    static let agentProtocol: UInt16 = 65_402
    /// `well-known`: the last segment of the card's path below `/.well-known/`.
    static let wellKnown: UInt16 = 65_409

    static func binding(for endpoint: AgentEndpoint, at host: AgentHost) -> ServiceBinding {
        let token = endpoint.agentProtocol.serviceToken
        let port = endpoint.agentURL.port
        var parameters: [UInt16: [UInt8]] = [
            self.alpn: self.alpnValue([token]), self.port: [UInt8(port >> 8), UInt8(port & 0xFF)],
            self.agentProtocol: Array(token.utf8),
        ]
        if let url = endpoint.metaDataURL {
            parameters[self.capability] = Array(url.description.utf8)
            if let suffix = self.wellKnownSuffix(of: url, at: host) { parameters[self.wellKnown] = Array(suffix.utf8) }
        }
        if let digest = endpoint.metaDataDigest {
            parameters[self.capabilityDigest] = Array(Base64URL.encode(digest).utf8)
        }
        return ServiceBinding(priority: 1, target: .root, parameters: parameters)
    }

    /// Ids with their lengths before them (RFC 9460 §7.1.1).
    static func alpnValue(_ ids: [String]) -> [UInt8] { ids.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } }

    /// The ids of an `alpn` value; nil when it is malformed.
    static func alpnIDs(_ value: [UInt8]) -> Set<[UInt8]>? {
        var ids: Set<[UInt8]> = []
        var rest = value[...]
        while let length = rest.popFirst() {
            guard length > 0, rest.count >= Int(length) else { return nil }
            ids.insert(Array(rest.prefix(Int(length))))
            rest = rest.dropFirst(Int(length))
        }
        return ids
    }

    /// The one segment after `/.well-known/` of a card on the agent's own host (RFC 8615).
    private static func wellKnownSuffix(of url: AgentURL, at host: AgentHost) -> String? {
        let prefix = "/.well-known/"
        guard url.scheme == .https, url.host == host.description, url.path.hasPrefix(prefix) else { return nil }
        let suffix = url.path.dropFirst(prefix.count)
        return suffix.isEmpty || suffix.contains("/") || suffix.contains("%") ? nil : String(suffix)
    }
}
