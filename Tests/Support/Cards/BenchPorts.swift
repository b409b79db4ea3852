// The ports of the registration authority, as far as cards need them.

import AuditLog
import DNS
import Foundation
import PKIX
import RegistrationAuthority
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
}

struct NoObserver: DomainObserving {
    func control(of host: DomainName, by challenge: ControlChallenge) async -> ControlFinding { .unavailable("") }

    func compare(_ expected: [ProvisionedRecord], of host: DomainName) async -> RecordFinding { .unavailable("") }

    func propagation(of records: [ProvisionedRecord], in zone: DomainName) async -> String? { "" }
}
