// Zones at Cloudflare (API version 4): records one by one, changed in transactions of up to 200.

/// Zones at Cloudflare.
///
/// Every record has a TTL of its own there: an addition sets that of its value alone, to at least 60 seconds. Records
/// that we make carry the comment `signet`; only such values are removed as a change names.
public struct CloudflareProvider: DNSProvider {
    let client: CloudflareClient
    private let identifiers = ZoneIdentifiers()

    /// The types that can be changed.
    static let types: Set<RecordType> = [
        .a, .aaaa, .cname, .txt, .mx, .ns, .srv, .caa, .tlsa, .svcb, .https, .ds,
    ]

    /// `cloudflare`.
    public var kind: String { "cloudflare" }

    /// Creates the provider; nothing is called yet.
    ///
    /// - Parameters:
    ///   - token: An API token with the permissions "Zone Read" and "DNS Edit".
    ///   - endpoint: Where the API is.
    ///   - environment: Network, time and chance.
    public init(
        token: ProviderSecret,
        endpoint: ProviderEndpoint = .cloudflare,
        environment: ProviderEnvironment
    ) {
        self.client = CloudflareClient(endpoint: endpoint, token: token, environment: environment)
    }

    /// Checks zone and token, and gives the name servers that Cloudflare has assigned.
    public func nameServers(of zone: DomainName) async throws(ProviderFailure) -> [DomainName] {
        try await self.find(zone).nameServers?.compactMap { try? DomainName($0) } ?? []
    }

    /// The records at a name or of the zone, without those of types that this module does not know.
    public func records(
        in zone: DomainName,
        at name: DomainName?,
        type: RecordType?,
        limit: Int
    ) async throws(ProviderFailure) -> [ResourceRecord] {
        let stored = try await self.stored(in: try await self.identifier(of: zone), zone, name, type, limit)
        return stored.compactMap(\.record)
    }

    /// How far the signing is, and the DS that Cloudflare wants at the parent.
    public func signing(of zone: DomainName) async throws(ProviderFailure) -> ZoneSigning {
        let identifier = try await self.identifier(of: zone)
        let document: CloudflareSigning = try await self.client.result("GET", "/zones/\(identifier)/dnssec")
        return document.signing
    }

    /// Has the zone signed.
    public func enableSigning(of zone: DomainName) async throws(ProviderFailure) -> ZoneSigning {
        let identifier = try await self.identifier(of: zone)
        let document: CloudflareSigning = try await self.client.result(
            "PATCH",
            "/zones/\(identifier)/dnssec",
            body: ["status": "active"]
        )
        return document.signing
    }
}

extension CloudflareProvider {
    /// The records that Cloudflare has.
    func stored(
        in identifier: String,
        _ zone: DomainName,
        _ name: DomainName?,
        _ type: RecordType?,
        _ limit: Int
    ) async throws(ProviderFailure) -> [CloudflareRecord] {
        let filters: [(name: String, value: String)?] = [
            name.map { ("name", $0.description) }, type.map { ("type", $0.description) },
        ]
        do {
            return try await self.client.list(
                "/zones/\(identifier)/dns_records",
                filters.compactMap { $0 },
                limit: limit
            ) { (row: CloudflareRecord) in
                guard let record = row.record else { return false }
                return (name == nil || record.name == name) && (type == nil || record.data.type == type)
            }
        } catch {
            self.identifiers.note(error, of: zone)
            throw error
        }
    }

    /// Cloudflare's identifier of a zone.
    func identifier(of zone: DomainName) async throws(ProviderFailure) -> String {
        if let known = self.identifiers[zone] { return known }
        return try await self.find(zone).id
    }

    private func find(_ zone: DomainName) async throws(ProviderFailure) -> CloudflareZone {
        let found: [CloudflareZone] = try await self.client.list(
            "/zones",
            [("name", zone.description)],
            limit: 1
        ) { (try? DomainName($0.name)) == zone }
        guard let found = found.first else {
            throw ProviderFailure(
                .noSuchZone,
                "Cloudflare shows no zone \(zone) to this token; create it there, or give the token \"Zone Read\" for it"
            )
        }
        self.identifiers[zone] = found.id
        return found
    }
}

extension CloudflareSigning {
    fileprivate var signing: ZoneSigning {
        let status: ZoneSigning.Status =
            switch self.status {
            case "active": .active
            case "pending": .pending
            // On its way to unsigned: nothing for the parent to publish.
            case "disabled", "pending-disabled": .disabled
            default: .error
            }
        let line = [self.keyTag?.text, self.algorithm?.text, self.digestType?.text, self.digest].compactMap { $0 }
        guard status != .disabled, line.count == 4,
            case .ds(let signer)? = try? RecordData(type: .ds, presentation: line.joined(separator: " "))
        else { return ZoneSigning(status: status, delegationSigners: []) }
        return ZoneSigning(status: status, delegationSigners: [signer])
    }
}
