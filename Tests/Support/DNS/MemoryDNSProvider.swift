// Zones in memory, with failures on demand.

public import DNS
import Synchronization

/// A host of zones that keeps them in memory, and says what it was asked for.
public final class MemoryDNSProvider: DNSProvider {
    private struct State {
        var zones: [DomainName: [ResourceRecord]] = [:]
        var applied: [RecordChange] = []
        var failure: @Sendable (RecordChange) -> ProviderFailure? = { _ in nil }
        var isReachable = true
        var beforeChanges: @Sendable () async -> Void = {}
    }

    /// `rfc2136`.
    public let kind = "rfc2136"
    private let state = Mutex(State())

    /// Creates a host of zones.
    public init(zones: [DomainName]) {
        self.state.withLock { state in for zone in zones { state.zones[zone] = [] } }
    }

    /// Every change that was sent, in order.
    public var applied: [RecordChange] { self.state.withLock { $0.applied } }

    /// Puts a record there, as someone else.
    public func put(_ record: ResourceRecord, in zone: DomainName) {
        self.state.withLock { $0.zones[zone]?.append(record) }
    }

    /// All records of a zone.
    public func all(in zone: DomainName) -> [ResourceRecord] { self.state.withLock { $0.zones[zone] ?? [] } }

    /// Decides which changes fail from now on.
    public func fail(_ failure: @escaping @Sendable (RecordChange) -> ProviderFailure?) {
        self.state.withLock { $0.failure = failure }
    }

    /// Answers from now on, or does not.
    public func setReachable(_ isReachable: Bool) { self.state.withLock { $0.isReachable = isReachable } }

    /// Has something done whenever changes arrive, before any is made.
    public func beforeChanges(_ body: @escaping @Sendable () async -> Void) {
        self.state.withLock { $0.beforeChanges = body }
    }

    /// `ns1` and `ns2` of the zone.
    public func nameServers(of zone: DomainName) async throws(ProviderFailure) -> [DomainName] {
        _ = try self.contents(of: zone)
        return ["ns1", "ns2"].compactMap { try? zone.prepending($0) }
    }

    /// The records that fit.
    public func records(
        in zone: DomainName,
        at name: DomainName?,
        type: RecordType?,
        limit: Int
    ) async throws(ProviderFailure) -> [ResourceRecord] {
        let records = try self.contents(of: zone).filter { record in
            (name == nil || record.name == name) && (type == nil || record.data.type == type)
        }
        return Array(records.prefix(limit))
    }

    /// Makes each change but those that are to fail.
    public func apply(_ changes: [RecordChange], in zone: DomainName) async -> [ChangeResult] {
        await self.state.withLock { $0.beforeChanges }()
        return self.state.withLock { state in
            changes.map { change in
                state.applied.append(change)
                guard state.isReachable else { return .failed(ProviderFailure(.unavailable, "it does not answer")) }
                if let failure = state.failure(change) { return .failed(failure) }
                state.zones[zone]?.removeAll { $0.name == change.record.name && $0.data == change.record.data }
                if case .add(let record) = change { state.zones[zone]?.append(record) }
                return .done
            }
        }
    }

    /// Not signed.
    public func signing(of zone: DomainName) async throws(ProviderFailure) -> ZoneSigning {
        _ = try self.contents(of: zone)
        return ZoneSigning(status: .disabled, delegationSigners: [])
    }

    /// Signed, with one DS record.
    public func enableSigning(of zone: DomainName) async throws(ProviderFailure) -> ZoneSigning {
        _ = try self.contents(of: zone)
        let digest = [UInt8](repeating: 0xAB, count: 32)
        let signer = DelegationSigner(keyTag: 12_345, algorithm: 13, digestType: 2, digest: digest)
        return ZoneSigning(status: .pending, delegationSigners: [signer])
    }

    private func contents(of zone: DomainName) throws(ProviderFailure) -> [ResourceRecord] {
        let (records, isReachable) = self.state.withLock { ($0.zones[zone], $0.isReachable) }
        guard isReachable else { throw ProviderFailure(.unavailable, "it does not answer", retryAfter: 7) }
        guard let records else { throw ProviderFailure(.noSuchZone, "there is no zone \(zone) here") }
        return records
    }
}
