// What an agent asks for: names, profile, kind of key, lifetime.

public import PKIX

/// What an agent asks a certificate for.
public struct AgentApplication: Hashable, Sendable {
    /// The names; never empty.
    public let names: [AlternativeName]
    /// The profile's name.
    public let profile: String
    /// The kind of key.
    public let keyType: KeyType
    /// The lifetime in seconds; the profile's when `nil`.
    public let lifetime: Int64?

    /// The profile for an agent's identity, named by its ANS name.
    public static let identityProfile = "agent-identity"
    /// The profile for mutual TLS, named by host.
    public static let tlsProfile = "agent-tls"

    /// Puts an application together and checks it.
    ///
    /// - Parameters:
    ///   - ansName: an ANS name such as `ans://v1.0.0.agent.example.com`; either this or hosts are given.
    ///   - hosts: host names, wildcards as `*.example.com`.
    ///   - profile: the profile; when `nil`, ``identityProfile`` for an ANS name and ``tlsProfile`` for hosts.
    /// - Throws: ``AgentClientError`` with `.invalidConfiguration`.
    public init(
        ansName: String?,
        hosts: [String],
        profile: String? = nil,
        keyType: KeyType = .ed25519,
        lifetime: Int64? = nil
    ) throws(AgentClientError) {
        guard (ansName == nil) != hosts.isEmpty else {
            throw AgentClientError(.invalidConfiguration, "give either one ANS name (--name) or host names (--dns)")
        }
        if let ansName {
            try Self.requireANS(ansName)
        }
        try self.init(
            names: ansName.map { [$0] } ?? hosts,
            profile: profile ?? (ansName == nil ? Self.tlsProfile : Self.identityProfile),
            keyType: keyType,
            lifetime: lifetime
        )
    }

    /// Reads names as ``nameTexts`` writes them.
    init(names: [String], profile: String, keyType: KeyType, lifetime: Int64?) throws(AgentClientError) {
        guard AgentKey.types.contains(keyType) else {
            throw AgentClientError(.invalidConfiguration, "no agent key can be of type \(keyType)")
        }
        guard !profile.isEmpty, lifetime.map({ (1...Budget.lifetimeSeconds).contains($0) }) ?? true else {
            throw AgentClientError(
                .invalidConfiguration,
                "the profile is empty, or the lifetime is not 1 s to ten years"
            )
        }
        var checked: [AlternativeName] = []
        for name in names { checked.append(try Self.name(name)) }
        guard !checked.isEmpty, Set(checked).count == checked.count else {
            throw AgentClientError(.invalidConfiguration, "no name is given, or one of them twice")
        }
        self.names = checked
        self.profile = profile
        self.keyType = keyType
        self.lifetime = lifetime
    }

    /// The names as people write them: `ans://…` or a host.
    public var nameTexts: [String] { self.names.map(\.text) }

    private static func requireANS(_ text: String) throws(AgentClientError) {
        do {
            _ = try ANSName(text)
        } catch {
            throw AgentClientError(.invalidConfiguration, error.reason)
        }
    }

    private static func name(_ text: String) throws(AgentClientError) -> AlternativeName {
        do {
            if text.contains("://") { return .uri(try URIName(text)) }
            if text.hasPrefix("*.") { return .wildcard(try HostName(String(text.dropFirst(2)))) }
            return .dns(try HostName(text))
        } catch {
            throw AgentClientError(.invalidConfiguration, error.reason)
        }
    }
}

extension AlternativeName {
    /// The name without its kind.
    var text: String {
        switch self {
        case .dns(let host): host.description
        case .wildcard(let host): "*.\(host)"
        case .uri(let uri): uri.description
        case .ip(let bytes): IPAddress.text(of: bytes)
        }
    }
}
