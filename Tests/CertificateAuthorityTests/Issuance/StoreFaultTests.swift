import AuditLog
import Foundation
import PKIX
import Signing
import TestSupport
import Testing

@testable import CertificateAuthority

@Suite("Failures of the store, not persisted and persisted")
struct StoreFaultTests {
    @Test("a begin that fails and is not there leaves nothing")
    func beginNotPersisted() async throws {
        let bench = try await Bench()
        bench.store.fail(.begin, .failedAndNotPersisted)
        await #expect(throws: AuthorityError(.storeFailed, "")) { try await bench.issue() }
        #expect(bench.signer.signed.isEmpty)
        try await checkStore(bench.store)
        let issued = try await bench.issue()
        try await checkStore(bench.store, answered: [issued])
    }

    @Test("a begin that fails and is there is not signed now; recovery finishes it with its serial number")
    func beginPersisted() async throws {
        let bench = try await Bench()
        bench.store.fail(.begin, .failedButPersisted)
        await #expect(throws: AuthorityError(.storeFailed, "")) { try await bench.issue() }
        #expect(bench.signer.signed.isEmpty)
        let serial = try #require(await bench.underWay().first)
        try await checkStore(bench.store, underWay: [serial])

        try await bench.recover()
        let found = try await bench.authority.certificate(serial)
        try await checkStore(bench.store, answered: [found])
        try await self.expectRecovered(serial, bench)
    }

    @Test("a completion that fails and is not there stays begun; recovery finishes it with its serial number")
    func completeNotPersisted() async throws {
        let bench = try await Bench()
        bench.store.fail(.complete, .failedAndNotPersisted)
        await #expect(throws: AuthorityError(.storeFailed, "")) { try await bench.issue() }
        let serial = try #require(await bench.underWay().first)
        try await checkStore(bench.store, underWay: [serial])

        try await bench.recover()
        let found = try await bench.authority.certificate(serial)
        try await checkStore(bench.store, answered: [found])
        try await self.expectRecovered(serial, bench)
        #expect(bench.signer.signed.count == 2 && bench.signer.signed[0] == bench.signer.signed[1])
    }

    @Test("a completion that fails and is there is a certificate; recovery has nothing to do")
    func completePersisted() async throws {
        let bench = try await Bench()
        let before = await bench.store.inner.allCertificates.count
        bench.store.fail(.complete, .failedButPersisted)
        await #expect(throws: AuthorityError(.storeFailed, "")) { try await bench.issue() }
        try await checkStore(bench.store)
        #expect(await bench.store.inner.allCertificates.count == before + 1)
        let recovery = try await IssuanceRecovery(authority: bench.authority, pause: {}, logger: .silent)
        #expect(recovery.count == 0)
    }

    @Test("an issuance that cannot be closed is closed by recovery, or finished when the key signs again")
    func abandonNotPersisted() async throws {
        let bench = try await Bench()
        bench.store.fail(.abandon, .failedAndNotPersisted)
        bench.signer.behave(.fail(SigningError(.unavailable, "away", retryAfter: .seconds(3))))
        // The caller hears of the key, not of the store.
        await #expect(throws: AuthorityError(.unavailable, "")) { try await bench.issue() }
        let serial = try #require(await bench.underWay().first)
        try await checkStore(bench.store, underWay: [serial])

        bench.signer.behave(.sign)
        try await bench.recover()
        try await checkStore(bench.store, answered: [try await bench.authority.certificate(serial)])
        try await self.expectRecovered(serial, bench)
    }

    @Test("an issuance that was closed though the store failed stays closed")
    func abandonPersisted() async throws {
        let bench = try await Bench()
        bench.store.fail(.abandon, .failedButPersisted)
        bench.signer.behave(.fail(SigningError(.unavailable, "away", retryAfter: .seconds(3))))
        await #expect(throws: AuthorityError(.unavailable, "")) { try await bench.issue() }
        try await checkStore(bench.store)
        let entry = try #require(await bench.store.inner.auditEntries.last)
        #expect(entry.event.action == .abandonIssuance)
        #expect(entry.event.result == .failure(code: "SIGNING_UNAVAILABLE"))
    }

    @Test(
        "what the store would not record is recorded without a restart, with the certificate that was signed",
        arguments: MemoryCertificateStore.Fault.allCases,
        [FaultyStore.Call.complete, .abandon]
    )
    func stranded(_ fault: MemoryCertificateStore.Fault, _ call: FaultyStore.Call) async throws {
        let bench = try await Bench()
        let before = bench.signer.signed.count
        let recovery = try await IssuanceRecovery(
            authority: bench.authority,
            pause: { try await Task.sleep(for: .milliseconds(5)) },
            logger: .silent
        )
        let task = Task { try await recovery.run() }
        bench.store.fail(call, fault)
        if call == .abandon {
            bench.signer.behave(.fail(SigningError(.unavailable, "away", retryAfter: .seconds(3))))
        }
        await #expect(throws: AuthorityError.self) { try await bench.issue() }
        try await eventually { try await bench.underWay().isEmpty }
        #expect(bench.signer.signed.count == before + 1)
        try await checkStore(bench.store)
        task.cancel()
        _ = await task.result
    }

    @Test("whatever change fails and however, a retry with the same key gets one certificate, and no more")
    func retries() async throws {
        for fault in MemoryCertificateStore.Fault.allCases {
            for call in [FaultyStore.Call.begin, .complete] {
                let bench = try await Bench()
                let before = await bench.store.inner.allCertificates.count
                let key = IdempotencyKey(scope: "token:test", key: "k", requestHash: [1])
                let application = bench.application(idempotency: key)
                bench.store.fail(call, fault)
                await #expect(throws: AuthorityError(.storeFailed, "")) { try await bench.authority.issue(application) }
                try await bench.recover()
                let issued = try await bench.authority.issue(application)
                #expect(await bench.store.inner.allCertificates.count == before + 1)
                try await checkStore(bench.store, answered: [issued])
            }
        }
    }

    private func expectRecovered(_ serial: SerialNumber, _ bench: Bench) async throws {
        let entry = try #require(await bench.store.inner.auditEntries.last)
        #expect(entry.event.object == "certificate:\(serial)")
        #expect(entry.event.action == .issueCertificate)
        #expect(entry.event.details["recovered"] == "true")
        #expect(entry.event.actor == "token:test")
    }
}
