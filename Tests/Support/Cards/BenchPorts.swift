// The ports of the registration authority, as far as cards need them.

public import AuditLog
import DNS
public import Foundation
import PKIX
public import RegistrationAuthority
import Synchronization

/// What is asked of a port that cards have no business with.
struct NotForCards: Error {}

/// Registrations that are put in and never change.
final class BenchRegistrations: RegistrationStore {
    private let all = Mutex<[Registration]>([])

    func add(_ registration: Registration) { self.all.withLock { $0.append(registration) } }

    func registration(_ id: AgentID) async throws -> StoredRegistration? {
        self.all.withLock { $0.first { $0.id == id } }.map { StoredRegistration(registration: $0, revision: 1) }
    }

    func registrations(_ query: RegistrationQuery) async throws -> [Registration] {
        let found = self.all.withLock { all in
            all.filter { registration in
                (query.host == nil || query.host == registration.host)
                    && (query.statuses.isEmpty || query.statuses.contains(registration.status))
            }
        }
        return Array(found.prefix(query.limit))
    }

    func create(
        _ registration: Registration,
        dueAt: Date?,
        lease: WorkLease?,
        atMost agents: Int?,
        audit: AuditEvent
    ) async throws -> RegistrationCreation { throw NotForCards() }

    func isHeld(host: String) async throws -> Bool { throw NotForCards() }
    func isResting(host: String, at instant: Date) async throws -> Bool { throw NotForCards() }

    func registration(boundTo thumbprint: String) async throws -> Registration? { throw NotForCards() }

    func update(_ change: RegistrationChange) async throws -> StoredRegistration? { throw NotForCards() }

    func claim(dueAt instant: Date, lease: WorkLease, limit: Int) async throws -> [StoredRegistration] {
        throw NotForCards()
    }

    func events(after sequence: Int64, owner: String?, limit: Int) async throws -> [RecordedEvent] {
        throw NotForCards()
    }

    func useNonce(_ nonce: String, of key: String, until instant: Date) async throws -> Bool { throw NotForCards() }
}

/// Token buckets in memory.
final class BenchLimits: RateLimitStore {
    private let records = Mutex<[RateLimitKey: RateLimitRecord]>([:])

    func take(_ takes: [RateLimitTake], at now: Int64) async throws -> [Admission] {
        self.records.withLock { records in
            let step = RateLimitStep.decide(takes, states: records.mapValues(\.state), at: now)
            records.merge(step.changes) { $1 }
            return step.admissions
        }
    }

    func removeFull(before now: Int64, limit: Int) async throws -> Int { throw NotForCards() }
}

struct NoIssuing: CertificateIssuing {
    private static let failure = IssuingFailure(code: "SIGNING_UNAVAILABLE", reason: "none here", isTransient: false)

    func issue(_ order: CertificateOrder) async throws(IssuingFailure) -> DeliveredCertificate { throw Self.failure }

    func delivered(_ serialNumber: SerialNumber) async throws(IssuingFailure) -> DeliveredCertificate? { nil }

    func revoke(
        _ serialNumber: SerialNumber,
        reason: RevocationReason,
        actor: String,
        address: String?,
        requestID: String?
    ) async throws(IssuingFailure) { throw Self.failure }

    func delivered(for reference: String) async throws(IssuingFailure) -> DeliveredCertificate? { nil }

    func isBlocked(_ key: SubjectPublicKey) async throws(IssuingFailure) -> Bool { false }
}

struct NoObserver: DomainObserving {
    func control(
        of host: DomainName,
        by challenge: ControlChallenge,
        methods: [ControlMethod]
    ) async -> ControlFinding { .unavailable("") }

    func use(of host: DomainName, in zone: DomainName) async -> NameUse { .free }

    func compare(_ expected: [ProvisionedRecord], of host: DomainName) async -> RecordFinding { .unavailable("") }

    func propagation(of records: [ProvisionedRecord], in zone: DomainName) async -> String? { "" }
}

/// Accounts of a world in which nobody has one.
public struct NoAccounts: AccountStore {
    public init() {}

    public func create(_ account: Account, key: IdentityKey?, audit: AuditEvent) async throws -> Bool { false }

    public func account(id: String) async throws -> Account? { nil }

    public func accounts(after id: String?, limit: Int) async throws -> [Account] { [] }

    public func change(
        _ id: String,
        _ change: AccountChange,
        at instant: Date,
        audit: AuditEvent
    ) async throws -> Account? { nil }

    public func key(thumbprint: String) async throws -> AccountKey? { nil }
}
