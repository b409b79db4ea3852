import ACME
import AuditLog
import FoundationEssentials
import LoopbackSupport
import PKIX
import ServiceLifecycle
import Testing

@testable import ACMESupport
@testable import ServerCertificates

@Suite("Orders, against a CA of our own")
struct OrderTests {
    @Test("an order placed twice is one; its certificate is kept with its chain, and nothing stays served")
    func obtained() async throws {
        try await DoubleBench.with { bench in
            let process = bench.process()
            let order = try makeOrder()
            #expect(try await process.service.order(order) == .underway([], hindrance: nil))
            #expect(try await process.service.order(try makeOrder()) == .underway([], hindrance: nil))
            let done = try await process.work()
            #expect(done.status == .obtained && done.answers.isEmpty)
            let certificate = try #require(try await process.progress()?.certificate)
            #expect(certificate.source == .authority("ca-1") && certificate.timestamps == 2)
            #expect(certificate.publicKeyHash == order.request.publicKey.sha256)
            #expect(certificate.chain.count == 1 && !certificate.isRevoked)
            #expect(try await process.service.certificates(of: "agent-1") == [certificate])
            #expect(try await process.service.certificates(of: "agent-2") == [])
            #expect(try await process.service.order(order) == .obtained(certificate))
            #expect((bench.doubles[0].orderCount, bench.doubles[0].issued) == (1, 1))
            #expect(
                bench.store.snapshot.audit.map(\.action) == [.orderServerCertificate, .obtainServerCertificate]
            )
            #expect(bench.store.snapshot.audit.allSatisfy { $0.actor == "token:t1" && $0.details["host"] != nil })
        }
    }

    @Test("orders that cannot be are refused before a CA hears of them")
    func refused() async throws {
        try await DoubleBench.with { bench in
            let process = bench.process()
            let other = ServerCertificateOrder(
                host: "a.agents.test",
                request: try makeRequest(["a.agents.test", "b.agents.test"]),
                agent: "a",
                actor: "t",
                reference: "r"
            )
            let invalid = await failure { _ = try await process.service.order(other) }
            #expect(invalid?.code == "INVALID_SERVER_ORDER")
            let nobody = OrderBench([])
            let refusal = await failure { _ = try await nobody.service.order(try makeOrder()) }
            #expect(refusal?.code == "NO_CERTIFICATE_AUTHORITY" && refusal?.isTransient == false)
            #expect(try await process.progress("unknown") == nil)
            let unknown = await failure { try await process.service.answered("unknown") }
            #expect(unknown?.code == "SERVER_ORDER_NOT_FOUND")
            #expect(bench.store.snapshot.orders.isEmpty && bench.doubles[0].orderCount == 0)
        }
    }

    @Test("whoever waits is told as soon as the certificate is there")
    func patience() async throws {
        try await DoubleBench.with { bench in
            let process = bench.process()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await process.engine.run() }
                _ = try await process.service.order(try makeOrder())
                let progress = try await process.service.progress(of: "order-1", patience: .seconds(300))
                #expect(progress?.certificate != nil, "\(String(describing: progress))")
                group.cancelAll()
            }
        }
    }

    @Test("of two orders for one host the second waits for the first")
    func sameHost() async throws {
        try await DoubleBench.with { bench in
            let process = bench.process()
            _ = try await process.service.order(try makeOrder(reference: "order-1", agent: "v1"))
            let second = try await process.service.order(try makeOrder(reference: "order-2", agent: "v2"))
            #expect(second.failure?.code == "SERVER_ORDER_QUEUED")
            _ = await process.engine.pass()
            #expect(bench.doubles[0].orderCount == 1)
            _ = try await process.work("order-2")
            #expect(try await process.progress("order-1")?.certificate != nil)
            #expect(try await process.progress("order-2")?.certificate != nil)
            #expect((bench.doubles[0].orderCount, bench.doubles[0].issued) == (2, 2))
        }
    }

    @Test("an order that is given up leaves nothing behind, before and while it is worked at", arguments: [0, 1])
    func cancelled(challenges: Int) async throws {
        try await DoubleBench.with { bench in
            let process = bench.process()
            _ = try await process.service.order(try makeOrder())
            if challenges > 0 {
                let service = process.service
                // While the CA looks at the answer, and the engine has the lease.
                await withTaskGroup(of: Void.self) { group in
                    bench.doubles[0].intercept { endpoint, phase, count in
                        endpoint == .challenge && phase == .before && count == 1 ? .hang : nil
                    }
                    group.addTask { _ = await process.engine.pass() }
                    while bench.doubles[0].count(.challenge) == 0 { try? await Task.sleep(for: .milliseconds(5)) }
                    try? await service.cancel("order-1", because: "the agent was removed", revoking: .superseded)
                    #expect(bench.store.snapshot.orders["order-1"]?.order.answers.count == 1)
                }
            } else {
                try await process.service.cancel("order-1", because: "the agent was removed", revoking: .superseded)
            }
            let done = try await process.work()
            #expect(done.status == .cancelled && done.isAtRest)
            let failure = try await process.progress()?.failure
            #expect(failure?.code == "SERVER_ORDER_CANCELLED" && failure?.reason == "the agent was removed")
            #expect(bench.doubles[0].issued == 0)
            try await process.service.cancel("order-1", because: "again", revoking: .superseded)
            #expect(try await process.progress()?.failure?.reason == "the agent was removed")
            #expect(bench.store.snapshot.audit.map(\.action) == [.orderServerCertificate, .cancelServerCertificate])
        }
    }

    @Test("shutdown stops a run where it was saved, and gives the order back at once")
    func shutdown() async throws {
        try await DoubleBench.with { bench in
            bench.doubles[0].intercept { endpoint, phase, _ in
                endpoint == .finalize && phase == .before ? .hang : nil
            }
            let process = bench.process()
            _ = try await process.service.order(try makeOrder())
            try await withThrowingTaskGroup(of: Void.self) { group in
                let services = ServiceGroup(services: [process.engine], logger: silent)
                group.addTask { try await services.run() }
                while bench.doubles[0].count(.finalize) == 0 { try await Task.sleep(for: .milliseconds(5)) }
                await services.triggerGracefulShutdown()
                try await group.waitForAll()
            }
            let stored = try #require(bench.store.snapshot.orders["order-1"])
            #expect(stored.lease == nil && stored.order.status == .underway)
            #expect(stored.dueAt.map { $0 <= bench.time.now } == true)
            bench.doubles[0].intercept { _, _, _ in nil }
            #expect(try await bench.process().work().status == .obtained)
            #expect((bench.doubles[0].orderCount, bench.doubles[0].issued) == (1, 1))
        }
    }

    @Test("orders that ended long ago are removed, their certificates are not")
    func sweep() async throws {
        try await DoubleBench.with { bench in
            let process = bench.process()
            _ = try await process.service.order(try makeOrder())
            _ = try await process.work()
            bench.time.advance(by: 29 * 86_400)
            await process.engine.sweep()
            #expect(bench.store.snapshot.orders.count == 1)
            bench.time.advance(by: 2 * 86_400)
            await process.engine.sweep()
            #expect(bench.store.snapshot.orders.isEmpty && bench.store.snapshot.certificates.count == 1)
        }
    }
}
