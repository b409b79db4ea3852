import AuditLog
import Foundation
import PKIX
import TestSupport
import Testing

@testable import CertificateAuthority

@Suite("Revocation")
struct RevocationTests {
    private func application(
        _ serialNumber: SerialNumber,
        _ reason: RevocationReason = .keyCompromise,
        invalidityDate: CertificateTime? = nil
    ) -> RevocationApplication {
        RevocationApplication(
            serialNumber: serialNumber,
            reason: reason,
            invalidityDate: invalidityDate,
            requester: Requester(actor: "token:revoker", address: "192.0.2.9", requestID: "request-2")
        )
    }

    @Test(
        "a certificate is revoked with reason and time, and the audit entry says who did",
        arguments: RevocationReason.allCases
    )
    func revoke(_ reason: RevocationReason) async throws {
        let bench = try await Bench()
        let issued = try await bench.issue()
        bench.clock.advance(by: 100)
        let date = bench.clock.time + -50
        let revoked = try await bench.authority.revoke(
            self.application(issued.stored.serialNumber, reason, invalidityDate: date)
        )
        #expect(revoked.revocation == Revocation(revokedAt: bench.clock.time, reason: reason, invalidityDate: date))
        #expect(revoked.status(at: bench.clock.time) == .revoked)
        #expect(try await bench.authority.certificate(issued.stored.serialNumber).stored == revoked)
        let event = try #require(await bench.store.inner.auditEntries.last).event
        #expect(event.action == .revokeCertificate)
        #expect(event.actor == "token:revoker")
        #expect(event.address == "192.0.2.9")
        #expect(event.requestID == "request-2")
        #expect(event.object == "certificate:\(issued.stored.serialNumber)")
        #expect(event.result == .success)
        // With a compromised key every certificate goes that has it.
        var details = ["reason": reason.rawValue, "invalidityDate": date.description]
        if reason == .keyCompromise { details["selection"] = event.details["selection"] ?? "" }
        #expect(event.details == details)
        #expect((event.details["selection"]?.hasPrefix("key:") ?? false) == (reason == .keyCompromise))
        try await checkStore(bench.store, answered: [issued])
    }

    @Test("to revoke again changes nothing: the first reason and time stand, and the log grows by one")
    func again() async throws {
        let bench = try await Bench()
        let issued = try await bench.issue()
        let first = try await bench.authority.revoke(self.application(issued.stored.serialNumber))
        let entries = await bench.store.inner.auditEntries.count
        bench.clock.advance(by: 1_000)
        let again = try await bench.authority.revoke(self.application(issued.stored.serialNumber, .superseded))
        #expect(again == first)
        #expect(await bench.store.inner.auditEntries.count == entries)
        try await checkStore(bench.store, answered: [issued])
    }

    @Test("an invalidity date in the future is refused; now is admitted", arguments: [1, 0, -1] as [Int64])
    func invalidityDate(_ offset: Int64) async throws {
        let bench = try await Bench()
        let serial = try await bench.issue().stored.serialNumber
        let application = self.application(serial, invalidityDate: bench.clock.time + offset)
        if offset > 0 {
            await #expect(throws: AuthorityError(.invalidRevocation, "")) {
                try await bench.authority.revoke(application)
            }
            #expect(try await bench.authority.certificate(serial).stored.revocation == nil)
        } else {
            let revoked = try await bench.authority.revoke(application)
            #expect(revoked.revocation?.invalidityDate == bench.clock.time + offset)
        }
        try await checkStore(bench.store)
    }

    @Test("a serial number that was never issued, or whose issuance is under way, is not found")
    func unknown() async throws {
        let bench = try await Bench()
        let entries = await bench.store.inner.auditEntries.count
        await #expect(throws: AuthorityError(.notFound, "")) {
            try await bench.authority.revoke(self.application(bench.serials.next()))
        }
        bench.store.fail(.begin, .failedButPersisted)
        await #expect(throws: AuthorityError(.storeFailed, "")) { try await bench.issue() }
        let serial = try #require(await bench.underWay().first)
        await #expect(throws: AuthorityError(.notFound, "")) {
            try await bench.authority.revoke(self.application(serial))
        }
        #expect(await bench.store.inner.auditEntries.count == entries)
        try await checkStore(bench.store, underWay: [serial])
    }

    @Test(
        "a revocation that fails is repeated: not there it takes effect now, there it stands",
        arguments: [false, true]
    )
    func storeFails(_ isPersisted: Bool) async throws {
        let bench = try await Bench()
        let issued = try await bench.issue()
        let time = bench.clock.time
        bench.store.fail(.revoke, isPersisted ? .failedButPersisted : .failedAndNotPersisted)
        await #expect(throws: AuthorityError(.storeFailed, "")) {
            try await bench.authority.revoke(self.application(issued.stored.serialNumber))
        }
        bench.clock.advance(by: 10)
        let revoked = try await bench.authority.revoke(self.application(issued.stored.serialNumber))
        #expect(revoked.revocation?.revokedAt == (isPersisted ? time : time + 10))
        let entries = await bench.store.inner.auditEntries.filter { $0.event.action == .revokeCertificate }
        #expect(entries.count == 1)
        try await checkStore(bench.store, answered: [issued])
    }

    @Test("an expired certificate can be revoked, and revoked goes before expired")
    func expired() async throws {
        let bench = try await Bench()
        let issued = try await bench.issue(lifetime: 3_600)
        bench.clock.advance(by: 7_200)
        #expect(issued.stored.status(at: bench.clock.time) == .expired)
        let revoked = try await bench.authority.revoke(self.application(issued.stored.serialNumber))
        #expect(revoked.status(at: bench.clock.time) == .revoked)
    }

    @Test("a certificate is valid to the end of its last second")
    func lastSecond() async throws {
        let bench = try await Bench()
        let stored = try await bench.issue().stored
        #expect(stored.status(at: stored.notAfter) == .valid)
        #expect(stored.status(at: stored.notAfter + 1) == .expired)
    }
}
