// DNS as registrations see it, and a host of zones, in memory.

import DNS
import RegistrationAuthority
import Synchronization

/// What the world shows: a test says what is found.
final class WorldDouble: DomainObserving {
    struct State {
        /// What came of looking for the answer to a challenge.
        var control = ControlFinding.notProven("DNS: the TXT record is not there; HTTP: status 404")
        /// What DNS has; nil for exactly what is expected.
        var records: [ResourceRecord]?
        /// Why nobody could be asked for records; nil when somebody could.
        var outage: String?
        /// What the zone has at a name that is asked for.
        var use = NameUse.free
        /// Why records that were written are not seen; nil when they are.
        var staleness: String?
    }

    private let state = Mutex(State())

    func set(_ change: (inout State) -> Void) { self.state.withLock { change(&$0) } }

    func use(of host: DomainName, in zone: DomainName) async -> NameUse { self.state.withLock { $0.use } }

    func control(
        of host: DomainName,
        by challenge: ControlChallenge,
        methods: [ControlMethod]
    ) async -> ControlFinding {
        self.state.withLock { $0.control }
    }

    func compare(_ expected: [ProvisionedRecord], of host: DomainName) async -> RecordFinding {
        self.state.withLock { state in
            if let outage = state.outage { return .unavailable(outage) }
            let found = state.records ?? expected.map(\.record)
            return .compared(RecordComparison.compare(expected: expected, found: found), isSigned: false)
        }
    }

    func propagation(of records: [ProvisionedRecord], in zone: DomainName) async -> String? {
        self.state.withLock { $0.staleness }
    }
}

/// A host of zones that keeps records, or refuses every change.
final class ZoneHostDouble: DNSProvider {
    private let state = Mutex((records: Set<ResourceRecord>(), failure: ProviderFailure?.none))

    /// What is in the zone.
    var records: Set<ResourceRecord> { self.state.withLock { $0.records } }

    /// Has every change fail, or none.
    func fail(_ failure: ProviderFailure?) { self.state.withLock { $0.failure = failure } }

    let kind = "double"

    func apply(_ changes: [RecordChange], in zone: DomainName) async -> [ChangeResult] {
        self.state.withLock { state in
            if let failure = state.failure { return changes.map { _ in .failed(failure) } }
            for change in changes {
                switch change {
                case .add(let record): state.records.insert(record)
                case .remove(let record): state.records.remove(record)
                }
            }
            return changes.map { _ in .done }
        }
    }

    func nameServers(of zone: DomainName) async throws(ProviderFailure) -> [DomainName] { [] }

    func records(
        in zone: DomainName,
        at name: DomainName?,
        type: RecordType?,
        limit: Int
    ) async throws(ProviderFailure) -> [ResourceRecord] {
        Array(self.records.filter { name == nil || $0.name == name }.prefix(limit))
    }

    func signing(of zone: DomainName) async throws(ProviderFailure) -> ZoneSigning { throw Self.unsupported }

    func enableSigning(of zone: DomainName) async throws(ProviderFailure) -> ZoneSigning { throw Self.unsupported }

    private static let unsupported = ProviderFailure(.unsupported, "the double does not sign")
}
