// Zones at a PowerDNS server, over its HTTP API (tested with 4.7).

/// Zones at a PowerDNS server.
///
/// A set has one TTL there: an addition sets it for all values of the set. The server replaces whole sets and cannot say
/// that one has changed meanwhile: this provider makes its own changes of a zone one after the other, but another
/// program's change of the same set in the same instant can be lost. Let one process change a zone.
public struct PowerDNSProvider: DNSProvider {
    let client: PowerDNSClient
    let locks = ZoneLocks()

    /// The types that can be changed.
    static let types: Set<RecordType> = [
        .a, .aaaa, .cname, .txt, .mx, .ns, .srv, .caa, .tlsa, .svcb, .https, .ds, .cds, .cdnskey,
    ]

    /// `powerdns`.
    public var kind: String { "powerdns" }

    /// Creates the provider; nothing is called yet.
    ///
    /// - Parameters:
    ///   - endpoint: The server's web server, such as `https://dns.example:8081`, without `/api/v1`.
    ///   - server: The server's name in the API.
    ///   - key: What the server has as `api-key`.
    ///   - environment: Network, time and chance.
    public init(
        endpoint: ProviderEndpoint,
        server: String = "localhost",
        key: ProviderSecret,
        environment: ProviderEnvironment
    ) {
        self.client = PowerDNSClient(endpoint: endpoint, server: server, key: key, environment: environment)
    }

    /// Checks zone and key, and gives the zone's NS records.
    public func nameServers(of zone: DomainName) async throws(ProviderFailure) -> [DomainName] {
        try await self.sets(in: zone, at: zone, type: .ns).flatMap(\.values).compactMap { value in
            guard case .ns(let name)? = value.data else { return nil }
            return name
        }
    }

    /// The records at a name or of the zone, without disabled ones and types that this module does not know.
    public func records(
        in zone: DomainName,
        at name: DomainName?,
        type: RecordType?,
        limit: Int
    ) async throws(ProviderFailure) -> [ResourceRecord] {
        let sets = try await self.sets(in: zone, at: name, type: type)
        let records = sets.lazy.flatMap { set in
            set.values.filter { !$0.isDisabled }.compactMap(\.data).map { data in
                ResourceRecord(name: set.key.name, ttl: set.ttl ?? 0, data: data)
            }
        }
        return Array(records.prefix(limit))
    }
}

extension PowerDNSProvider {
    /// The sets at a name, of one type or of all, or of the zone.
    ///
    /// Older servers answer with the whole zone.
    func sets(
        in zone: DomainName,
        at name: DomainName?,
        type: RecordType?
    ) async throws(ProviderFailure) -> [HostedRecordSet] {
        var query: [(name: String, value: String)] = []
        if let name {
            query = [("rrset_name", name.absolute)] + (type.map { [("rrset_type", $0.description)] } ?? [])
        }
        let rest = query.isEmpty ? "" : "?\(PercentEncoding.query(query))"
        let document: PowerDNSZone = try await self.client.document(of: zone, "GET", rest)
        return (document.rrsets ?? []).compactMap(\.set).filter { set in
            (name == nil || set.key.name == name) && (type == nil || set.key.type == type)
        }
    }
}
