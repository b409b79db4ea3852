import AuditLog
import Foundation
import PKIX
import Synchronization
import TestSupport
import Testing

@testable import CertificateAuthority

@Suite("Hold and release")
struct ReleaseTests {
    private let requester = Requester(actor: "token:revoker", address: "192.0.2.9", requestID: "request-2")

    private func revoke(
        _ bench: Bench,
        _ serialNumber: SerialNumber,
        _ reason: RevocationReason
    ) async throws -> StoredCertificate {
        try await bench.authority.revoke(
            RevocationApplication(
                serialNumber: serialNumber,
                reason: reason,
                invalidityDate: nil,
                requester: self.requester
            )
        )
    }

    @Test("a certificate on hold is released, and the audit entry says who did")
    func release() async throws {
        let bench = try await Bench()
        let issued = try await bench.issue()
        let serial = issued.stored.serialNumber
        _ = try await self.revoke(bench, serial, .certificateHold)
        bench.clock.advance(by: 100)
        let released = try await bench.authority.release(serial, for: self.requester)
        #expect(released == issued.stored)
        #expect(released.status(at: bench.clock.time) == .valid)
        let event = try #require(await bench.store.inner.auditEntries.last).event
        #expect(event.action == .releaseCertificate)
        #expect(event.actor == "token:revoker")
        #expect(event.address == "192.0.2.9")
        #expect(event.object == "certificate:\(serial)")
        let entries = await bench.store.inner.auditEntries.count
        #expect(try await bench.authority.release(serial, for: self.requester) == issued.stored)
        #expect(await bench.store.inner.auditEntries.count == entries)
        try await checkStore(bench.store, answered: [issued])
    }

    @Test("a hold becomes a revocation for good with the time of the hold, and is past release")
    func forGood() async throws {
        let bench = try await Bench()
        let serial = try await bench.issue().stored.serialNumber
        let start = bench.clock.time
        _ = try await self.revoke(bench, serial, .certificateHold)
        bench.clock.advance(by: 100)
        let revoked = try await self.revoke(bench, serial, .keyCompromise)
        #expect(revoked.revocation == Revocation(revokedAt: start, reason: .keyCompromise, invalidityDate: nil))
        await #expect(throws: AuthorityError(.notOnHold, "")) {
            try await bench.authority.release(serial, for: self.requester)
        }
        #expect(try await bench.authority.certificate(serial).stored == revoked)
    }

    @Test("an unknown serial number is not found")
    func unknown() async throws {
        let bench = try await Bench()
        await #expect(throws: AuthorityError(.notFound, "")) {
            try await bench.authority.release(bench.serials.next(), for: self.requester)
        }
    }

    @Test("a release that fails is repeated", arguments: [false, true])
    func storeFails(_ isPersisted: Bool) async throws {
        let bench = try await Bench()
        let issued = try await bench.issue()
        _ = try await self.revoke(bench, issued.stored.serialNumber, .certificateHold)
        bench.store.fail(.release, isPersisted ? .failedButPersisted : .failedAndNotPersisted)
        await #expect(throws: AuthorityError(.storeFailed, "")) {
            try await bench.authority.release(issued.stored.serialNumber, for: self.requester)
        }
        let released = try await bench.authority.release(issued.stored.serialNumber, for: self.requester)
        #expect(released.revocation == nil)
        let entries = await bench.store.inner.auditEntries.filter { $0.event.action == .releaseCertificate }
        #expect(entries.count == 1)
    }

    @Test("whoever keeps a status hears of each change before the caller does, and of nothing that changed nothing")
    func hook() async throws {
        let bench = try await Bench()
        let heard = Mutex<[Bool]>([])
        var environment = bench.environment
        environment.onStatusChange = { changed in
            heard.withLock { $0 += changed.map { $0.revocation != nil } }
        }
        let authority = try IssuingAuthority(
            root: bench.root.certificateBytes,
            issuers: [bench.issuer],
            profiles: Shipped.profiles,
            store: bench.store,
            environment: environment,
            logger: .silent
        )
        let serial = try await bench.issue().stored.serialNumber
        let hold = RevocationApplication(
            serialNumber: serial,
            reason: .certificateHold,
            invalidityDate: nil,
            requester: self.requester
        )
        for _ in 0..<2 { _ = try await authority.revoke(hold) }
        for _ in 0..<2 { _ = try await authority.release(serial, for: self.requester) }
        _ = try await authority.revoke(
            BulkRevocationApplication(
                selection: .issuer("agents"),
                reason: .superseded,
                invalidityDate: nil,
                requester: self.requester
            )
        )
        #expect(heard.withLock { $0 } == [true, false, true])
    }
}
