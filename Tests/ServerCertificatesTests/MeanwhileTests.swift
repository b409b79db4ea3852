import ACME
import AuditLog
import Crypto
import FoundationEssentials
import LoopbackSupport
import PKIX
import Synchronization
import Testing
import X509

@testable import ACMESupport
@testable import ServerCertificates

@Suite("What others do while an order is at work")
struct MeanwhileTests {
    /// An order that a process has claimed.
    private func claimed(_ process: OrderBench) async throws -> OrderWork {
        _ = try await process.service.order(try makeOrder())
        let lease = OrderLease(holder: "here", until: process.time.now.addingTimeInterval(Budget.leaseSeconds))
        let claim = try await process.store.claim(dueAt: process.time.now, lease: lease, limit: 1)
        return OrderWork(
            try #require(claim.orders.first),
            holder: "here",
            store: process.store,
            environment: process.engine.environment
        )
    }

    @Test("an order that was cancelled is closed as that: nothing is kept, and nothing else written down")
    func cancelled() async throws {
        try await DoubleBench.with { bench in
            let process = bench.process()
            _ = try await process.service.order(try makeOrder("b.agents.test", reference: "order-0"))
            _ = try await process.work("order-0")
            let obtained = try #require(bench.store.snapshot.certificates.first)
            let work = try await self.claimed(process)
            try await process.service.cancel("order-1", because: "no longer wanted", revoking: .superseded)
            let before = bench.store.snapshot
            let certificate = KeptCertificate(
                agent: obtained.agent,
                host: "a.agents.test",
                reference: "order-1",
                addedAt: process.time.now,
                certificate: obtained.certificate
            )
            let audit = work.order.event(.obtainServerCertificate, at: process.time.now)
            try await work.close(dueAt: process.time.now, certificate: certificate, audit: [audit]) { order in
                order.status = .obtained
            }
            let after = bench.store.snapshot
            #expect(after.orders["order-1"]?.order.status == .cancelled && after.orders["order-1"]?.lease == nil)
            #expect(after.certificates.map(\.reference) == ["order-0"])
            #expect(after.audit.count == before.audit.count)
        }
    }

    @Test("an owner's word that comes during a run has the next one follow at once")
    func announced() async throws {
        try await DoubleBench.with { bench in
            let process = bench.process()
            let work = try await self.claimed(process)
            let later = process.time.now.addingTimeInterval(600)
            try await process.service.answered("order-1")
            try await work.close(dueAt: later)
            #expect(bench.store.snapshot.orders["order-1"]?.dueAt == process.time.now)
            // It was heard: without another the next run is when it was to be.
            let lease = OrderLease(holder: "here", until: later)
            let claim = try await bench.store.claim(dueAt: process.time.now, lease: lease, limit: 1)
            let next = OrderWork(
                try #require(claim.orders.first),
                holder: "here",
                store: process.store,
                environment: process.engine.environment
            )
            try await next.close(dueAt: later)
            #expect(bench.store.snapshot.orders["order-1"]?.dueAt == later)
        }
    }

    @Test("a CA that has issued keeps the order until it gives the certificate, however long it is away")
    func downloading() async throws {
        try await DoubleBench.with(2) { bench in
            let double = bench.doubles[0]
            double.intercept { endpoint, phase, _ in
                endpoint == .certificate && phase == .before ? .answer(503) : nil
            }
            let process = bench.process { settings in
                settings.failover = FailoverPolicy(outages: 1, seconds: 1)
                settings.attempts = 10_000
            }
            _ = try await process.service.order(try makeOrder())
            _ = try await process.work(until: { $0.outages == 2 })
            bench.time.advance(by: 2 * Budget.issuanceSeconds)
            let waiting = try await process.work(until: { $0.outages == 4 || $0.authority != "ca-1" })
            #expect(waiting.authority == "ca-1" && waiting.state?.step == .downloading)
            double.intercept { _, _, _ in nil }
            let done = try await process.work()
            #expect(done.status == .obtained && done.authority == "ca-1")
            #expect((double.issued, bench.doubles[1].orderCount) == (1, 0))
        }
    }

    @Test("what an order has left with a CA is not asked of another that has got the name")
    func renamed() async throws {
        try await DoubleBench.with(2) { bench in
            let double = bench.doubles[0]
            let process = bench.process { $0.attempts = 10_000 }
            _ = try await process.service.order(try makeOrder())
            double.silence()
            _ = try await process.work(until: { $0.outages == 2 })
            try await process.service.cancel("order-1", because: "no longer wanted", revoking: .superseded)
            double.intercept { _, _, _ in nil }
            let asked = double.count(.order)
            var other = ServerAuthority(
                name: "ca-1",
                configuration: bench.authorities[1].configuration,
                exchange: bench.authorities[1].exchange,
                signer: bench.authorities[1].signer
            )
            other.agreesToTerms = true
            let next = OrderBench([other], store: bench.store, time: bench.time)
            for _ in 0..<3 {
                bench.time.advance(by: Budget.longestPause)
                _ = await next.engine.pass()
            }
            #expect(double.count(.order) == asked)
            #expect(bench.store.snapshot.orders["order-1"]?.order.outstanding.map(\.authority) == ["ca-1"])
            // With the CA back under its name it comes to its end.
            #expect(try await process.work().isAtRest)
            #expect(bench.store.snapshot.certificates.map(\.certificate.isRevoked) == [true])
        }
    }

    @Test("a certificate that came too late, and is for another key, is not kept as the agent's")
    func foreignKey() async throws {
        try await DoubleBench.with { bench in
            let (double, foreign) = (bench.doubles[0], P256.Signing.PrivateKey().publicKey)
            double.change { $0.certifiedKey = { _ in .init(foreign) } }
            double.silence()
            let process = bench.process { $0.attempts = 10_000 }
            _ = try await process.service.order(try makeOrder())
            _ = try await process.work(until: { $0.outages == 2 })
            try await process.service.cancel("order-1", because: "no longer wanted", revoking: .superseded)
            double.intercept { _, _, _ in nil }
            #expect(try await process.work().isAtRest)
            #expect(double.issued == 1 && bench.store.snapshot.certificates.isEmpty)
            #expect(double.state.withLock { $0.revoked.isEmpty })
        }
    }
}
