import AuditLog
import Foundation
import PKIX
import TestSupport
import Testing

@testable import CertificateAuthority

@Suite("Revocation of many")
struct BulkRevocationTests {
    private func application(
        _ selection: RevocationSelection,
        _ reason: RevocationReason = .cessationOfOperation,
        invalidityDate: CertificateTime? = nil
    ) -> BulkRevocationApplication {
        BulkRevocationApplication(
            selection: selection,
            reason: reason,
            invalidityDate: invalidityDate,
            requester: Requester(actor: "token:revoker", address: "192.0.2.9", requestID: "request-2")
        )
    }

    private func issue(_ bench: Bench, host: String, _ key: SubjectPublicKey = .fresh(.ed25519)) async throws
        -> SerialNumber
    {
        try await bench.authority.issue(
            bench.application(key: key, names: [.dns(try HostName(host))])
        ).stored.serialNumber
    }

    private func revoked(_ bench: Bench) async -> Set<SerialNumber> {
        Set(await bench.store.inner.allCertificates.filter { $0.revocation != nil }.map(\.serialNumber))
    }

    @Test("every certificate of an agent is revoked, with an audit entry each, and no other; once more changes nothing")
    func agent() async throws {
        let bench = try await Bench()
        var own: Set<SerialNumber> = []
        for _ in 0..<3 { own.insert(try await self.issue(bench, host: "a.example.com")) }
        _ = try await self.issue(bench, host: "b.example.com")
        let outcome = try await bench.authority.revoke(self.application(.agent("a.example.com")))
        #expect(outcome == BulkRevocationOutcome(revoked: 3, isComplete: true, isKeyBlocked: false))
        #expect(await self.revoked(bench) == own)
        let events = await bench.store.inner.auditEntries.map(\.event).filter { $0.action == .revokeCertificate }
        #expect(Set(events.map(\.object)) == Set(own.map { "certificate:\($0)" }))
        #expect(
            events.allSatisfy {
                $0.details == ["reason": "cessationOfOperation", "selection": "agent:a.example.com"]
                    && $0.actor == "token:revoker"
            }
        )
        let again = try await bench.authority.revoke(self.application(.agent("a.example.com"), .superseded))
        #expect(again == BulkRevocationOutcome(revoked: 0, isComplete: true, isKeyBlocked: false))
        try await checkStore(bench.store)
    }

    @Test("by key, every certificate with the key is revoked, whoever has it, and nothing is issued for it any more")
    func key() async throws {
        let bench = try await Bench()
        let key = SubjectPublicKey.fresh(.p256)
        let own: Set = [
            try await self.issue(bench, host: "a.example.com", key),
            try await self.issue(bench, host: "b.example.com", key),
        ]
        _ = try await self.issue(bench, host: "a.example.com")
        let outcome = try await bench.authority.revoke(self.application(.publicKey(sha256: key.sha256), .keyCompromise))
        #expect(outcome == BulkRevocationOutcome(revoked: 2, isComplete: true, isKeyBlocked: true))
        #expect(await self.revoked(bench) == own)
        await #expect(throws: AuthorityError(.keyBlocked, "")) {
            try await self.issue(bench, host: "c.example.com", key)
        }
        let blocks = await bench.store.inner.auditEntries.map(\.event).filter { $0.action == .blockKey }
        #expect(blocks.map(\.object) == ["key:\(key.sha256.hexadecimal)"])
        try await checkStore(bench.store)
    }

    @Test("an issuance under way when its key is blocked ends revoked")
    func keyWhileIssuing() async throws {
        let bench = try await Bench()
        let key = SubjectPublicKey.fresh(.p256)
        bench.store.fail(.begin, .failedButPersisted)
        await #expect(throws: AuthorityError(.storeFailed, "")) {
            try await self.issue(bench, host: "a.example.com", key)
        }
        let outcome = try await bench.authority.revoke(self.application(.publicKey(sha256: key.sha256), .keyCompromise))
        #expect(outcome.revoked == 0)
        try await bench.recover()
        let certificate = try #require(await bench.store.inner.allCertificates.last)
        #expect(certificate.revocation?.reason == .keyCompromise)
        try await checkStore(bench.store)
    }

    @Test("a CA's certificates are revoked over several requests, each of a bounded number")
    func issuer() async throws {
        let bench = try await Bench()
        for number in 0..<(Budget.revocationsPerRequest + 50) { try await self.fill(bench, number) }
        let application = self.application(.issuer("agents"), .cACompromise)
        #expect(
            try await bench.authority.revoke(application)
                == BulkRevocationOutcome(revoked: Budget.revocationsPerRequest, isComplete: false, isKeyBlocked: false)
        )
        #expect(
            bench.store.changes.count { $0 == .revoke } == Budget.revocationsPerRequest / Budget.revocationBatch
        )
        #expect(
            try await bench.authority.revoke(application)
                == BulkRevocationOutcome(revoked: 50, isComplete: true, isKeyBlocked: false)
        )
        await #expect(throws: AuthorityError(.invalidRevocation, "")) {
            try await bench.authority.revoke(self.application(.issuer("others")))
        }
    }

    @Test("what a failure cuts short, the same request finishes", arguments: [false, true])
    func resumed(_ isPersisted: Bool) async throws {
        let bench = try await Bench()
        for number in 0..<(Budget.revocationBatch + 10) { try await self.fill(bench, number) }
        bench.store.fail(.revoke, isPersisted ? .failedButPersisted : .failedAndNotPersisted)
        await #expect(throws: AuthorityError(.storeFailed, "")) {
            try await bench.authority.revoke(self.application(.issuer("agents")))
        }
        let outcome = try await bench.authority.revoke(self.application(.issuer("agents")))
        #expect(outcome.revoked == (isPersisted ? 10 : Budget.revocationBatch + 10))
        #expect(outcome.isComplete)
        let events = await bench.store.inner.auditEntries.filter { $0.event.action == .revokeCertificate }
        #expect(events.count == Budget.revocationBatch + 10)
        #expect(Set(events.map(\.event.object)).count == events.count)
    }

    @Test("expired certificates stay as they are")
    func expired() async throws {
        let bench = try await Bench()
        _ = try await bench.issue(lifetime: 3_600)
        let alive = try await bench.issue(lifetime: 7_200).stored.serialNumber
        bench.clock.advance(by: 5_000)
        let outcome = try await bench.authority.revoke(self.application(.agent("agent.example.com")))
        #expect(outcome.revoked == 1)
        #expect(await self.revoked(bench) == [alive])
    }

    @Test("what cannot be is refused: a hold by key, the authority's own keys, a date in the future")
    func refused() async throws {
        let bench = try await Bench()
        let key = SubjectPublicKey.fresh(.p256)
        let refused = [
            self.application(.publicKey(sha256: key.sha256), .certificateHold),
            self.application(.publicKey(sha256: bench.ownKey.sha256)),
            self.application(.publicKey(sha256: bench.issuer.publicKey.sha256)),
            self.application(.agent("a.example.com"), invalidityDate: bench.clock.time + 1),
        ]
        for application in refused {
            await #expect(throws: AuthorityError(.invalidRevocation, "")) {
                try await bench.authority.revoke(application)
            }
        }
        #expect(await bench.store.inner.auditEntries.allSatisfy { $0.event.action != .blockKey })
    }

    /// A certificate in the store, without the work of issuing it.
    private func fill(_ bench: Bench, _ number: Int) async throws {
        var generator = SystemRandomNumberGenerator()
        let serial = SerialNumber(using: &generator)
        let now = bench.clock.time
        let begun = BegunIssuance(
            serialNumber: serial,
            issuer: "agents",
            profile: "agent-tls",
            profileHash: [],
            agent: "agent-\(number).example.com",
            names: "DNS:agent-\(number).example.com",
            publicKeyHash: [1],
            notBefore: now,
            notAfter: now + Int64(1_000 + number / 7),
            tbsCertificate: [1],
            scheme: .ecdsaSHA256,
            begunAt: now,
            requester: .system,
            idempotency: nil
        )
        _ = try await bench.store.inner.begin(begun)
        let event = AuditEvent(
            at: bench.clock.now,
            actor: "system",
            action: .issueCertificate,
            object: "certificate:\(serial)"
        )
        _ = try await bench.store.inner.complete(serial, certificate: [1], at: now, audit: event)
    }
}
