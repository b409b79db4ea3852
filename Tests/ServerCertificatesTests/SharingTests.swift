import ACME
import AuditLog
import FoundationEssentials
import JSON
import PKIX
import Synchronization
import Testing

@testable import ACMESupport
@testable import ServerCertificates

@Suite("Certificates that several agents have")
struct SharingTests {
    /// `agent-1` has ordered a certificate, and `agent-2`, another version of the host, has brought the same.
    private func with(_ body: (DoubleBench, OrderBench, [UInt8]) async throws -> Void) async throws {
        try await DoubleBench.with { bench in
            let process = bench.process()
            _ = try await process.service.order(try makeOrder())
            _ = try await process.work()
            let certificate = try #require(try await process.progress()?.certificate)
            _ = try await process.service.adopt(
                [certificate.certificate] + certificate.chain,
                host: "a.agents.test",
                agent: "agent-2",
                actor: "token:t1",
                reference: "adoption-1"
            )
            try await body(bench, process, certificate.fingerprint)
        }
    }

    private func isRevoked(_ process: OrderBench) async throws -> [Bool] {
        var marks: [Bool] = []
        for agent in ["agent-1", "agent-2"] {
            marks += try await process.service.certificates(of: agent).map(\.isRevoked)
        }
        return marks
    }

    @Test("it is revoked at its CA with the last of them, whoever that is", arguments: [1, 2])
    func last(first: Int) async throws {
        try await self.with { bench, process, fingerprint in
            let second = 3 - first
            for _ in 1...2 {
                try await process.service.revoke(
                    fingerprint,
                    of: "agent-\(first)",
                    reason: .superseded,
                    actor: "operator:o"
                )
            }
            #expect(bench.doubles[0].state.withLock { $0.revoked.isEmpty })
            #expect(try await self.isRevoked(process) == [first == 1, first == 2])
            #expect(try await process.service.renewal(of: fingerprint).renewAt > bench.time.now)
            try await process.service.revoke(
                fingerprint,
                of: "agent-\(second)",
                reason: .cessationOfOperation,
                actor: "operator:o"
            )
            #expect(bench.doubles[0].state.withLock { $0.revoked.map(\.reason) } == [5])
            #expect(try await self.isRevoked(process) == [true, true])
            let revocations = bench.store.snapshot.audit.filter { $0.action == .revokeServerCertificate }
            #expect(revocations.compactMap { $0.details["agent"] } == ["agent-\(first)", "agent-\(second)"])
        }
    }

    @Test("with a compromised key it is safe nowhere: whoever ordered it has it revoked, whoever brought it does not")
    func compromised() async throws {
        try await self.with { bench, process, fingerprint in
            try await process.service.revoke(fingerprint, of: "agent-2", reason: .keyCompromise, actor: "operator:o")
            #expect(bench.doubles[0].state.withLock { $0.revoked.isEmpty })
            #expect(try await self.isRevoked(process) == [false, true])
        }
        try await self.with { bench, process, fingerprint in
            try await process.service.revoke(fingerprint, of: "agent-1", reason: .keyCompromise, actor: "operator:o")
            #expect(bench.doubles[0].state.withLock { $0.revoked.map(\.reason) } == [1])
            #expect(try await self.isRevoked(process) == [true, true])
        }
    }

    @Test("one that strangers have brought is marked for each alone, and who does not have it ends nothing")
    func brought() async throws {
        try await self.with { _, process, fingerprint in
            let refusal = await failure {
                try await process.service.revoke(fingerprint, of: "agent-3", reason: .superseded, actor: "operator:o")
            }
            #expect(refusal?.code == "SERVER_CERTIFICATE_NOT_FOUND")
            let marks = try await self.isRevoked(process)
            #expect(marks == [false, false])
        }
        let bench = OrderBench([])
        for number in 1...2 {
            let kept = KeptCertificate(
                agent: "agent-\(number)",
                host: "\(number).agents.test",
                reference: "adoption-\(number)",
                addedAt: bench.time.now,
                certificate: ServerCertificate(
                    certificate: [1],
                    chain: [],
                    fingerprint: [7],
                    publicKeyHash: [8],
                    notBefore: testInstant,
                    notAfter: testInstant + 86_400,
                    source: .brought,
                    timestamps: 0
                )
            )
            let audit = AuditEvent(at: bench.time.now, actor: "a", action: .adoptServerCertificate, object: "o")
            _ = try await bench.store.keep(kept, audit: audit)
        }
        try await bench.service.revoke([7], of: "agent-2", reason: .keyCompromise, actor: "operator:o")
        #expect(try await self.isRevoked(bench) == [false, true])
    }
}
