// A zone in memory: what its host says when asked to change it, and what the world sees of it.

import DNS
import Synchronization

@testable import RegistrationAuthority

final class ZoneDouble: DNSProvider, DomainObserving {
    enum Fault {
        /// No change is made.
        case all(ProviderFailure)
        /// The first half of the changes is made, the others are not.
        case secondHalf(ProviderFailure)
        /// The changes are made, and the answer is lost.
        case lostAnswer
    }

    struct State {
        var records: Set<ResourceRecord> = []
        var faults: [Fault] = []
        var applied: [[RecordChange]] = []
        /// What whoever looks for the records says in the place of the truth.
        var unseen: [String] = []
        var control = ControlFinding.notProven("_acme-challenge has no such record")
        var isReachable = true
        /// Whether what is found is authenticated.
        var isSigned = false
        var looks = 0
        /// The methods that were admitted at each look.
        var methods: [[ControlMethod]] = []
    }

    let kind: String
    let gate = Turnstile()
    private let state = Mutex(State())

    init(kind: String = "rfc2136") { self.kind = kind }

    var records: Set<ResourceRecord> { self.state.withLock { $0.records } }
    var methods: [[ControlMethod]] { self.state.withLock { $0.methods } }
    var applied: [[RecordChange]] { self.state.withLock { $0.applied } }

    func change(_ change: (inout State) -> Void) { self.state.withLock { change(&$0) } }

    func apply(_ changes: [RecordChange], in zone: DomainName) async -> [ChangeResult] {
        await self.gate.pass()
        return self.state.withLock { state in
            state.applied.append(changes)
            let fault = state.faults.isEmpty ? nil : state.faults.removeFirst()
            return changes.enumerated().map { index, change in
                switch fault {
                case .all(let failure): return .failed(failure)
                case .secondHalf(let failure) where index >= changes.count / 2: return .failed(failure)
                default: break
                }
                switch change {
                case .add(let record): state.records.insert(record)
                case .remove(let record): state.records.remove(record)
                }
                if case .lostAnswer = fault { return .failed(ProviderFailure(.unavailable, "no answer")) }
                return .done
            }
        }
    }

    func nameServers(of zone: DomainName) async throws(ProviderFailure) -> [DomainName] { [] }

    func records(
        in zone: DomainName,
        at name: DomainName?,
        type: RecordType?,
        limit: Int
    ) async throws(ProviderFailure) -> [ResourceRecord] { Array(self.records) }

    func signing(of zone: DomainName) async throws(ProviderFailure) -> ZoneSigning {
        throw ProviderFailure(.unsupported, "not signed")
    }

    func enableSigning(of zone: DomainName) async throws(ProviderFailure) -> ZoneSigning {
        throw ProviderFailure(.unsupported, "not signed")
    }

    func use(of host: DomainName, in zone: DomainName) async -> NameUse {
        self.state.withLock { state in
            guard state.isReachable else { return .unavailable("no server answers") }
            return state.records.contains { $0.name == host } ? .inUse("\(host) has records") : .free
        }
    }

    func control(
        of host: DomainName,
        by challenge: ControlChallenge,
        methods: [ControlMethod]
    ) async -> ControlFinding {
        self.state.withLock { state in
            state.looks += 1
            state.methods.append(methods)
            return state.control
        }
    }

    func compare(_ expected: [ProvisionedRecord], of host: DomainName) async -> RecordFinding {
        self.state.withLock { state in
            guard state.isReachable else { return .unavailable("no server answers") }
            let comparison = RecordComparison.compare(expected: expected, found: Array(state.records))
            return .compared(comparison, isSigned: state.isSigned)
        }
    }

    func propagation(of records: [ProvisionedRecord], in zone: DomainName) async -> String? {
        self.state.withLock { state in
            if !state.unseen.isEmpty { return state.unseen.removeFirst() }
            let isThere = Set(records.map(\.record)).isSubset(of: state.records)
            return isThere ? nil : "a server has no such record"
        }
    }
}
