// Zones in which answers to dns-01 can be written.

public import DNS

/// A zone and who hosts it.
public struct ChallengeZone: Sendable {
    /// The zone's apex.
    public let apex: DomainName
    /// Who hosts it.
    public let provider: any DNSProvider
    /// Servers that are asked in the place of those that the zone's NS records name.
    public let servers: [ServerAddress]

    /// Creates the value.
    public init(apex: DomainName, provider: any DNSProvider, servers: [ServerAddress] = []) {
        self.apex = apex
        self.provider = provider
        self.servers = servers
    }

    /// The servers to ask; nil when they are to be looked up.
    var authoritative: AuthoritativeZone? {
        guard !self.servers.isEmpty else { return nil }
        return AuthoritativeZone(
            apex: self.apex,
            servers: self.servers.map { AuthoritativeServer(name: nil, addresses: [$0]) }
        )
    }

    /// Whether changes are made by the program and not by a person.
    var isAutomatic: Bool { self.provider.kind != "manual" }
}
