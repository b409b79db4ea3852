// Zones at Route 53: whole sets, changed by compare and swap.

/// Zones at AWS Route 53.
///
/// A set has one TTL there: an addition sets it for all values of the set. After a change the provider waits, for a
/// bounded time, until all of Route 53's servers have it; a change that takes longer is `done` all the same.
public struct Route53Provider: DNSProvider {
    let client: Route53Client
    let locks = ZoneLocks()
    let syncTime: Duration
    private let identifiers = ZoneIdentifiers()

    /// The types that can be changed.
    static let types: Set<RecordType> = [
        .a, .aaaa, .cname, .txt, .mx, .ns, .srv, .caa, .tlsa, .svcb, .https, .ds,
    ]

    /// `route53`.
    public var kind: String { "route53" }

    /// Creates the provider; nothing is called yet.
    ///
    /// - Parameters:
    ///   - credentials: Allowed to call `ListHostedZonesByName`, `GetHostedZone`, `ListResourceRecordSets`,
    ///     `ChangeResourceRecordSets`, `GetChange` and `GetDNSSEC`.
    ///   - endpoint: Where the API is.
    ///   - environment: Network, time and chance.
    ///   - syncTime: How long to wait until all servers have a change.
    public init(
        credentials: AWSCredentials,
        endpoint: ProviderEndpoint = .route53,
        environment: ProviderEnvironment,
        syncTime: Duration = .seconds(60)
    ) {
        self.client = Route53Client(endpoint: endpoint, credentials: credentials, environment: environment)
        self.syncTime = syncTime
    }

    var environment: ProviderEnvironment { self.client.caller.environment }

    /// Checks zone and credentials, and gives the zone's delegation set.
    public func nameServers(of zone: DomainName) async throws(ProviderFailure) -> [DomainName] {
        let identifier = try await self.identifier(of: zone)
        let document = try await self.noting(zone) { () async throws(ProviderFailure) in
            try await self.client.document("GET", "/hostedzone/\(identifier)")
        }
        let names = document["DelegationSet"]?["NameServers"]?.all("NameServer") ?? []
        return names.compactMap { Route53Text.name($0.text) }
    }

    /// The records at a name or of the zone, without aliases of AWS's own and types that this module does not know.
    public func records(
        in zone: DomainName,
        at name: DomainName?,
        type: RecordType?,
        limit: Int
    ) async throws(ProviderFailure) -> [ResourceRecord] {
        let identifier = try await self.identifier(of: zone)
        let sets = try await self.sets(in: identifier, zone, at: name, type: type, limit: limit)
        return Array(sets.flatMap(\.records).prefix(limit))
    }
}

extension Route53Provider {
    /// The sets at a name, of one type or of all, or of the zone.
    func sets(
        in identifier: String,
        _ zone: DomainName,
        at name: DomainName?,
        type: RecordType?,
        limit: Int
    ) async throws(ProviderFailure) -> [Route53Set] {
        var sets: [Route53Set] = []
        var start: [(name: String, value: String)] = []
        if let name {
            start = [("name", Route53Text.write(name))] + (type.map { [("type", $0.description)] } ?? [])
        }
        for _ in 0..<ProviderBudget.pages {
            let query = start + [("maxitems", "300")]
            let document = try await self.noting(zone) { () async throws(ProviderFailure) in
                try await self.client.document("GET", "/hostedzone/\(identifier)/rrset", query)
            }
            let page = Route53Page(document)
            sets += page.sets.filter { set in
                (name == nil || set.set.key.name == name) && (type == nil || set.set.key.type == type)
            }
            // The list starts AT OR AFTER what was asked for: with another name, ours is over.
            let isOver = name != nil && page.lastName != name
            guard let next = page.next, !isOver, sets.reduce(0, { $0 + $1.set.values.count }) < limit else { break }
            start = next
        }
        return sets
    }

    /// Route 53's identifier of the public zone.
    func identifier(of zone: DomainName) async throws(ProviderFailure) -> String {
        if let known = self.identifiers[zone] { return known }
        let document = try await self.client.document(
            "GET",
            "/hostedzonesbyname",
            [("dnsname", Route53Text.write(zone)), ("maxitems", "100")]
        )
        // The list starts AT OR AFTER the name, and a private zone may have the same.
        let found = (document["HostedZones"]?.all("HostedZone") ?? []).first { row in
            row["Name"].flatMap { Route53Text.name($0.text) } == zone && row["Config"]?["PrivateZone"]?.text != "true"
        }
        guard let identifier = found?["Id"].map({ Route53Client.bare($0.text) }) else {
            throw ProviderFailure(.noSuchZone, "the AWS account has no public hosted zone \(zone); create it there")
        }
        self.identifiers[zone] = identifier
        return identifier
    }

    /// Runs a call, and forgets the zone's identifier when the zone is gone.
    func noting<Value: Sendable>(
        _ zone: DomainName,
        _ body: () async throws(ProviderFailure) -> Value
    ) async throws(ProviderFailure) -> Value {
        do {
            return try await body()
        } catch {
            self.identifiers.note(error, of: zone)
            throw error
        }
    }
}
