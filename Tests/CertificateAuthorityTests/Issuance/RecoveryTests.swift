import AuditLog
import Foundation
import PKIX
import Signing
import SwiftASN1
import Synchronization
import TestSupport
import Testing
import X509

@testable import CertificateAuthority

@Suite("Recovery of issuances that a crash left begun")
struct RecoveryTests {
    /// Leaves an issuance begun and returns its record.
    private func leaveBegun(_ bench: Bench) async throws -> BegunIssuance {
        let known = Set(try await bench.underWay())
        bench.store.fail(.begin, .failedButPersisted)
        await #expect(throws: AuthorityError(.storeFailed, "")) { try await bench.issue() }
        let begun = try await bench.store.begunIssuances(after: 0, limit: .max).map(\.issuance)
        return try #require(begun.first { !known.contains($0.serialNumber) })
    }

    @Test("more than a batch of them are finished, each with its serial number and the bytes that were recorded")
    func many() async throws {
        let bench = try await Bench()
        var left: [BegunIssuance] = []
        for _ in 0..<(Budget.recoveryBatch + 5) { left.append(try await self.leaveBegun(bench)) }
        let recovery = try await IssuanceRecovery(authority: bench.authority, pause: {}, logger: .silent)
        #expect(recovery.count == left.count)
        try await bench.recover()
        for issuance in left {
            let stored = try await bench.authority.certificate(issuance.serialNumber).stored
            let bytes = try Certificate(reading: stored.certificate).tbsCertificateBytes
            #expect(Array(bytes) == issuance.tbsCertificate)
        }
        try await checkStore(bench.store)
    }

    @Test("while the key is away recovery waits; then it finishes, late but with the same serial number")
    func waits() async throws {
        let bench = try await Bench()
        let left = try await self.leaveBegun(bench)
        bench.signer.behave(.fail(SigningError(.unavailable, "away", retryAfter: .seconds(1))))
        let pauses = Mutex(0)
        try await bench.recover(pause: {
            let count = pauses.withLock {
                $0 += 1
                return $0
            }
            let underWay = try await bench.underWay()
            #expect(underWay == [left.serialNumber])
            if count == 3 { bench.signer.behave(.sign) }
        })
        #expect(pauses.withLock { $0 } == 3)
        #expect(bench.signer.signed.count == 4)
        try await checkStore(bench.store, answered: [try await bench.authority.certificate(left.serialNumber)])
    }

    @Test("it ends when it is told to, also while the key is away; what is begun stays begun")
    func cancelled() async throws {
        let bench = try await Bench()
        let left = try await self.leaveBegun(bench)
        bench.signer.behave(.fail(SigningError(.unavailable, "away")))
        let recovery = try await IssuanceRecovery(
            authority: bench.authority,
            pause: { try await Task.sleep(for: .seconds(3_600)) },
            logger: .silent
        )
        let task = Task { try await recovery.run() }
        try await eventually { !bench.signer.signed.isEmpty }
        task.cancel()
        _ = await task.result
        try await checkStore(bench.store, underWay: [left.serialNumber])
    }

    @Test("issuances that begin after it was made are not its business")
    func later() async throws {
        let bench = try await Bench()
        let left = try await self.leaveBegun(bench)
        let recovery = try await IssuanceRecovery(authority: bench.authority, pause: {}, logger: .silent)
        let later = try await self.leaveBegun(bench)
        let task = Task { try await recovery.run() }
        try await eventually { try await bench.underWay() == [later.serialNumber] }
        task.cancel()
        _ = await task.result
        #expect(bench.signer.signed == [left.tbsCertificate])
        try await checkStore(bench.store, underWay: [later.serialNumber])
    }

    @Test("an issuance under way now is finished by its caller, not twice")
    func underWayNow() async throws {
        let bench = try await Bench()
        bench.signer.beforeSigning { _ in
            bench.signer.beforeSigning(nil)
            // Made too late: nobody may make it once requests are taken. Even so, no certificate comes twice.
            let recovery = try? await IssuanceRecovery(authority: bench.authority, pause: {}, logger: .silent)
            let task = Task { try await recovery?.run() }
            try? await eventually { try await bench.underWay().isEmpty }
            task.cancel()
            _ = await task.result
        }
        await #expect(throws: AuthorityError(.notFound, "")) { try await bench.issue() }
        try await checkStore(bench.store)
    }

    static let hopelessCases: [(String, AuthorityError.Code)] = [
        ("issuer", .invalidHierarchy), ("scheme", .invalidHierarchy), ("expired", .invalidHierarchy),
        ("profile", .lintFailed), ("bytes", .lintFailed), ("key", .verificationFailed),
    ]

    @Test("what can no longer be finished is closed with a record that says why", arguments: Self.hopelessCases)
    func hopeless(_ what: String, _ code: AuthorityError.Code) async throws {
        let bench = try await Bench()
        let begun = try await self.leaveBegun(bench)
        try await bench.store.abandon(begun.serialNumber, at: bench.clock.time, audit: .probe)
        let serial = bench.serials.next()
        _ = try await bench.store.begin(begun.changed(what, serialNumber: serial))
        if what == "expired" { bench.clock.set(begun.notAfter) }
        if what == "key" { bench.signer.behave(.signWithAnotherKey) }

        try await bench.recover()
        try await checkStore(bench.store)
        await #expect(throws: AuthorityError(.notFound, "")) { try await bench.authority.certificate(serial) }
        let event = try #require(await bench.store.inner.auditEntries.last).event
        #expect(event.action == .abandonIssuance)
        #expect(event.object == "certificate:\(serial)")
        #expect(event.result == .failure(code: code.rawValue))
        #expect(event.details["recovered"] == "true")
    }

    @Test("a store that fails while it recovers is asked again, with what was signed", arguments: [false, true])
    func storeFails(_ isPersisted: Bool) async throws {
        let bench = try await Bench()
        let left = try await self.leaveBegun(bench)
        bench.store.fail(.complete, isPersisted ? .failedButPersisted : .failedAndNotPersisted)
        let recovery = try await IssuanceRecovery(authority: bench.authority, pause: {}, logger: .silent)
        let task = Task { try await recovery.run() }
        try await eventually { try await bench.underWay().isEmpty }
        task.cancel()
        _ = await task.result
        #expect(bench.signer.signed.count == 1)
        try await checkStore(bench.store, answered: [try await bench.authority.certificate(left.serialNumber)])
    }
}

extension AuditEvent {
    /// An event of no interest.
    fileprivate static var probe: AuditEvent {
        AuditEvent(at: Bench.noon, actor: "system", action: .abandonIssuance, object: "certificate:probe")
    }
}

extension BegunIssuance {
    /// The same issuance as another version of the program, or a damaged disk, might have left it.
    fileprivate func changed(_ what: String, serialNumber: SerialNumber) -> BegunIssuance {
        BegunIssuance(
            serialNumber: serialNumber,
            issuer: what == "issuer" ? "gone" : self.issuer,
            profile: what == "profile" ? "gone" : self.profile,
            profileHash: self.profileHash,
            agent: self.agent,
            names: self.names,
            publicKeyHash: self.publicKeyHash,
            notBefore: self.notBefore,
            notAfter: self.notAfter,
            tbsCertificate: what == "bytes" ? Array(self.tbsCertificate.dropLast()) : self.tbsCertificate,
            scheme: what == "scheme" ? .ed25519 : self.scheme,
            begunAt: self.begunAt,
            requester: self.requester,
            idempotency: nil
        )
    }
}
