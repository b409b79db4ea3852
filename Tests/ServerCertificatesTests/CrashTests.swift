import ACME
import AuditLog
import FoundationEssentials
import LoopbackSupport
import Synchronization
import Testing

@testable import ACMESupport
@testable import ServerCertificates

@Suite("Crashes: power is cut at each write, and another process goes on")
struct CrashTests {
    @Test(
        "no order is lost, no answer stays, no certificate comes twice",
        arguments: [true, false],
        [true, false]
    )
    func eachWrite(keeps: Bool, reusesOrders: Bool) async throws {
        var (cut, unused) = (1, 0)
        while let orders = try await self.survives(cutAt: cut, keeps, reusesOrders) {
            unused += orders - 1
            cut += 1
        }
        // claim, account, begun, ordered, presenting, answer, validating, finalizing, removed, saved, downloading,
        // complete, kept
        #expect(cut >= 13, "\(cut)")
        // The order whose address was lost is made once more by a CA that does not give it again.
        #expect(unused == (keeps || reusesOrders ? 0 : 1))
    }

    /// How many orders the CA made; nil when power was not cut at all.
    private func survives(cutAt write: Int, _ keeps: Bool, _ reusesOrders: Bool) async throws -> Int? {
        var orders: Int?
        var settings = ACMEDouble.Settings()
        settings.reusesOrders = reusesOrders
        try await DoubleBench.with(1, settings) { bench in
            let first = bench.process()
            _ = try await first.service.order(try makeOrder())
            bench.store.cut(at: write, keeps: keeps)
            _ = await first.engine.pass()
            let wasCut = bench.store.restore()
            let interrupted = try #require(bench.store.snapshot.orders["order-1"])
            #expect(!wasCut || interrupted.lease != nil || interrupted.order.status == .obtained || write == 1)
            let done = try await bench.process().work()
            #expect(done.status == .obtained, "at \(write): \(String(describing: done.failure))")
            #expect(done.isAtRest && done.served.isEmpty, "at \(write)")
            #expect(bench.doubles[0].issued == 1, "at \(write)")
            #expect(bench.store.snapshot.certificates.count == 1, "at \(write)")
            let obtained = bench.store.snapshot.audit.filter { $0.action == .obtainServerCertificate }
            #expect(obtained.count == 1, "at \(write)")
            #expect(bench.doubles[0].state.withLock { $0.accounts.count } == 1)
            if wasCut { orders = bench.doubles[0].orderCount }
        }
        return orders
    }

    @Test("a process that is gone leaves its orders to others only when its lease is over")
    func lease() async throws {
        try await DoubleBench.with { bench in
            let first = bench.process()
            _ = try await first.service.order(try makeOrder())
            bench.store.cut(at: 5, keeps: true)
            _ = await first.engine.pass()
            _ = bench.store.restore()
            let second = bench.process()
            #expect(await second.engine.pass() == 0)
            bench.time.advance(by: Budget.leaseSeconds)
            #expect(await second.engine.pass() == 1)
            #expect(try await second.work().status == .obtained)
        }
    }

    @Test("a process that was thought dead and comes back changes nothing any more")
    func latecomer() async throws {
        try await DoubleBench.with { bench in
            let (first, second) = (bench.process(), bench.process())
            _ = try await first.service.order(try makeOrder())
            bench.doubles[0].intercept { endpoint, phase, count in
                endpoint == .authorization && phase == .before && count == 1 ? .stall(200, body: "{}") : nil
            }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { _ = await first.engine.pass() }
                while bench.doubles[0].count(.authorization) == 0 { try? await Task.sleep(for: .milliseconds(5)) }
                bench.time.advance(by: Budget.leaseSeconds + 1)
                group.addTask { _ = try? await second.work() }
            }
            let done = try await second.work()
            #expect(done.status == .obtained && done.isAtRest)
            #expect((bench.doubles[0].orderCount, bench.doubles[0].issued) == (1, 1))
            #expect(bench.store.snapshot.certificates.count == 1)
        }
    }
}
