// A store that fails at the call that a test names: before the change, or after it.

import AuditLog
import CertificateAuthority
import PKIX
import Synchronization
import TestSupport

/// The memory store behind a plan of faults, with a record of what was called.
final class FaultyStore: AuthorityStore, AuditStore {
    typealias Fault = MemoryCertificateStore.Fault

    enum Call: String, Sendable, CaseIterable {
        case begin
        case complete
        case abandon
        case revoke
        case release
        case block
        case drop
        case crl
        case append
    }

    private struct State {
        var faults: [Call: Fault] = [:]
        var faultAtChange: (number: Int, fault: Fault)?
        var changes: [Call] = []
        var events: [String] = []
        var isAway = false
        var onRead: (@Sendable () -> Void)?
        var listed: [RevocationInForce]?
        var listedChanges: [RevocationChange]?
    }

    let inner = MemoryCertificateStore()
    private let state = Mutex(State())

    /// Has the next call of a kind fail.
    func fail(_ call: Call, _ fault: Fault) { self.state.withLock { $0.faults[call] = fault } }

    /// Has the n-th change from the beginning fail, 1 for the first.
    func fail(atChange number: Int, _ fault: Fault) { self.state.withLock { $0.faultAtChange = (number, fault) } }

    /// What was to be changed, in order.
    var changes: [Call] { self.state.withLock { $0.changes } }

    /// What happened, in order: changes after they are made, and what others ``note(_:)``.
    var events: [String] { self.state.withLock { $0.events } }

    func note(_ event: String) { self.state.withLock { $0.events.append(event) } }

    /// Has every read of what OCSP and CRLs are made of fail.
    func isAway(_ isAway: Bool) { self.state.withLock { $0.isAway = isAway } }

    /// Runs before each read of what OCSP and CRLs are made of.
    func onRead(_ body: (@Sendable () -> Void)?) { self.state.withLock { $0.onRead = body } }

    /// Has every partition list these revocations, in their order, rather than the store's.
    func list(_ entries: [RevocationInForce]) { self.state.withLock { $0.listed = entries } }

    /// Has every partition list these changes, in their order, rather than the store's.
    func list(_ changes: [RevocationChange]) { self.state.withLock { $0.listedChanges = changes } }

    var listed: [RevocationInForce]? { self.state.withLock { $0.listed } }
    var listedChanges: [RevocationChange]? { self.state.withLock { $0.listedChanges } }

    func read<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        let (isAway, onRead) = self.state.withLock { ($0.isAway, $0.onRead) }
        if isAway { throw AuthorityError(.storeFailed, "the test asked for a failure") }
        onRead?()
        return try await body()
    }

    func change<Value: Sendable>(_ call: Call, _ body: () async throws -> Value) async throws -> Value {
        let fault = self.state.withLock { state -> Fault? in
            state.changes.append(call)
            if let (number, fault) = state.faultAtChange, number == state.changes.count { return fault }
            return state.faults.removeValue(forKey: call)
        }
        if let fault { await self.inner.failNext(fault) }
        let value = try await body()
        self.note("store.\(call.rawValue)")
        return value
    }

    func begin(_ issuance: BegunIssuance) async throws -> BeginOutcome {
        try await self.change(.begin) { try await self.inner.begin(issuance) }
    }

    func complete(
        _ serialNumber: SerialNumber,
        certificate: [UInt8],
        at instant: CertificateTime,
        audit: AuditEvent
    ) async throws -> StoredCertificate {
        try await self.change(.complete) {
            try await self.inner.complete(serialNumber, certificate: certificate, at: instant, audit: audit)
        }
    }

    func abandon(_ serialNumber: SerialNumber, at instant: CertificateTime, audit: AuditEvent) async throws {
        try await self.change(.abandon) { try await self.inner.abandon(serialNumber, at: instant, audit: audit) }
    }

    func append(_ events: [AuditEvent]) async throws {
        try await self.change(.append) { try await self.inner.append(events) }
    }

    func begunIssuances(after id: Int64, limit: Int) async throws -> [(id: Int64, issuance: BegunIssuance)] {
        try await self.inner.begunIssuances(after: id, limit: limit)
    }

    func certificate(_ serialNumber: SerialNumber) async throws -> StoredCertificate? {
        try await self.inner.certificate(serialNumber)
    }

    func certificates(_ query: CertificateQuery) async throws -> CertificatePage {
        try await self.inner.certificates(query)
    }

    func certificate(ofScope scope: String, key: String) async throws -> StoredCertificate? {
        try await self.inner.certificate(ofScope: scope, key: key)
    }

    func forgetIdempotencyKeys(before instant: CertificateTime, limit: Int) async throws -> Int {
        try await self.inner.forgetIdempotencyKeys(before: instant, limit: limit)
    }

    func entries(after sequence: Int64, limit: Int) async throws -> [AuditEntry] {
        try await self.inner.entries(after: sequence, limit: limit)
    }

    func head() async throws -> AuditHead? { try await self.inner.head() }
}
