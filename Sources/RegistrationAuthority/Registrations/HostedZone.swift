// A zone in which we write records.

public import DNS
public import FoundationEssentials

/// Who connected a zone while the daemon ran, and when.
public struct ZoneConnection: Hashable, Sendable {
    // Stored: a change here needs a migration.
    /// Who, as the audit log names callers.
    public let actor: String
    /// When.
    public let at: Date

    /// Creates the value.
    public init(by actor: String, at instant: Date) {
        self.actor = actor
        self.at = instant
    }
}

/// A zone and who hosts it.
public struct HostedZone: Sendable {
    /// The zone's apex.
    public let apex: DomainName
    /// Who hosts it.
    public let provider: any DNSProvider
    /// Whether its names are given out to whoever comes first; else it is a customer's, whose records we write once control
    /// is proven.
    public let isOurs: Bool
    /// What the configuration calls its host.
    public let providerName: String
    /// Servers that are asked in the place of those that the zone's NS records name.
    public let servers: [ServerAddress]
    /// Who connected it; nil for a zone of the configuration.
    public let connection: ZoneConnection?

    /// Creates the value.
    ///
    /// - Parameter providerName: what the configuration calls the host; its kind unless it is said.
    public init(
        apex: DomainName,
        provider: any DNSProvider,
        isOurs: Bool,
        providerName: String? = nil,
        servers: [ServerAddress] = [],
        connection: ZoneConnection? = nil
    ) {
        self.apex = apex
        self.provider = provider
        self.isOurs = isOurs
        self.providerName = providerName ?? provider.kind
        self.servers = servers
        self.connection = connection
    }
}
