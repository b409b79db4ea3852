// What a resolver found.

/// The outcome of a lookup; that there is nothing is an outcome too.
public struct Lookup: Hashable, Sendable {
    /// The name at the end of all aliases, where the records are.
    public let canonicalName: DomainName
    /// The aliases passed on the way, the name asked for first; empty if it is none.
    public let aliases: [DomainName]
    /// The records of the type asked for.
    public let records: [ResourceRecord]
    /// Whether the canonical name exists, with whatever records.
    public let nameExists: Bool
    /// Whether a validating resolver vouched for all of it (AD).
    public let isAuthenticated: Bool

    /// Creates an outcome.
    public init(
        canonicalName: DomainName,
        aliases: [DomainName] = [],
        records: [ResourceRecord],
        nameExists: Bool,
        isAuthenticated: Bool
    ) {
        self.canonicalName = canonicalName
        self.aliases = aliases
        self.records = records
        self.nameExists = nameExists
        self.isAuthenticated = isAuthenticated
    }

    /// The data of the records.
    public var data: [RecordData] { self.records.map(\.data) }
}

/// The CAA records that govern a name (RFC 8659 §3).
public struct RelevantCAASet: Hashable, Sendable {
    /// The name at which they are; nil when there are none up to the root, and any CA may issue.
    public let name: DomainName?
    /// The records; empty when there are none.
    public let records: [CAARecord]
    /// Whether a validating resolver vouched for every answer.
    public let isAuthenticated: Bool
}

/// A zone and who serves it.
public struct AuthoritativeZone: Hashable, Sendable {
    /// The name of the zone.
    public let apex: DomainName
    /// Its servers.
    public let servers: [AuthoritativeServer]

    /// Creates a zone.
    public init(apex: DomainName, servers: [AuthoritativeServer]) {
        self.apex = apex
        self.servers = servers
    }
}

/// An authoritative server.
public struct AuthoritativeServer: Hashable, Sendable, CustomStringConvertible {
    /// Its name in the NS record; nil for one that is configured.
    public let name: DomainName?
    /// Where it is; empty when its name has no address that we may contact.
    public let addresses: [ServerAddress]

    /// Creates a server.
    public init(name: DomainName?, addresses: [ServerAddress]) {
        self.name = name
        self.addresses = addresses
    }

    /// The name, or the first address.
    public var description: String {
        self.name?.description ?? self.addresses.first?.description ?? "a server without an address"
    }
}
