// Zones that a person keeps: says what to do, in words that any registrar's form understands.

/// Zones that a person keeps by hand.
///
/// Nothing is sent anywhere. Whether a change was made, only the zone's own servers show.
public struct ManualProvider: DNSProvider {
    /// `manual`.
    public var kind: String { "manual" }

    /// Creates the provider.
    public init() {}

    /// None: whoever keeps the zone knows.
    public func nameServers(of zone: DomainName) async throws(ProviderFailure) -> [DomainName] { [] }

    /// Cannot be listed.
    ///
    /// - Throws: ``ProviderFailure`` with `.unsupported`.
    public func records(
        in zone: DomainName,
        at name: DomainName?,
        type: RecordType?,
        limit: Int
    ) async throws(ProviderFailure) -> [ResourceRecord] {
        throw ProviderFailure(.unsupported, "the zone \(zone) is kept by hand; ask its name servers")
    }

    /// What a person is to do for each change.
    public func apply(_ changes: [RecordChange], in zone: DomainName) async -> [ChangeResult] {
        changes.map { change in
            let type = change.record.data.type
            if let failure = RecordCheck.failure(of: change.record, in: zone, types: [type]) { return .failed(failure) }
            return .byHand(Self.words(for: change, in: zone))
        }
    }

    /// Only the zone itself shows it.
    ///
    /// - Throws: ``ProviderFailure`` with `.unsupported`.
    public func signing(of zone: DomainName) async throws(ProviderFailure) -> ZoneSigning {
        throw ProviderFailure(.unsupported, "the zone \(zone) is kept by hand; its name servers and its parent show it")
    }

    /// A person's to do.
    ///
    /// - Throws: ``ProviderFailure`` with `.unsupported`, and what to do.
    public func enableSigning(of zone: DomainName) async throws(ProviderFailure) -> ZoneSigning {
        throw ProviderFailure(
            .unsupported,
            "the zone \(zone) is kept by hand: turn DNSSEC on where it is hosted, and give the DS records that are shown"
                + " there to the registrar"
        )
    }
}

extension ManualProvider {
    private static func words(for change: RecordChange, in zone: DomainName) -> String {
        let record = change.record
        let name = "name \(Self.label(of: record.name, in: zone)) (in full \(record.name.absolute))"
        let value = "value \(record.data.presentation)"
        return switch change {
        case .add:
            "In the zone \(zone), add a record of type \(record.data.type): \(name), TTL \(record.ttl), \(value)."
                + " Leave other records of this name and type as they are."
        case .remove:
            "In the zone \(zone), remove the record of type \(record.data.type): \(name), \(value)."
                + " Leave other records of this name and type as they are."
        }
    }

    /// What the forms of most hosts want: the name without the zone, and `@` for the zone's own.
    private static func label(of name: DomainName, in zone: DomainName) -> String {
        guard name != zone else { return "@" }
        let count = name.labels.count - zone.labels.count
        return (try? DomainName(labels: Array(name.labels.prefix(count))))?.description ?? name.description
    }
}
