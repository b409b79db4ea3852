import ACME
import AuditLog
import FoundationEssentials
import JSON
import LoopbackSupport
import PKIX
import Synchronization
import Testing

@testable import ACMESupport
@testable import ServerCertificates

/// How an order is left whose CA was asked to issue.
private enum Parting: String, CaseIterable, CustomTestStringConvertible {
    case cancelled, expired, attempts, failover

    var testDescription: String { self.rawValue }
}

@Suite("Orders that are given up when the CA can issue already")
struct EndingTests {
    private func leave(_ parting: Parting, _ bench: DoubleBench, _ process: OrderBench) async throws {
        switch parting {
        case .cancelled:
            try await process.service.cancel("order-1", because: "the agent has ended", revoking: .keyCompromise)
            let progress = try await process.progress()
            #expect(progress?.failure?.code == "SERVER_ORDER_ENDING" && progress?.certificate == nil)
        case .expired:
            bench.time.advance(by: Budget.orderSeconds + 1)
            _ = try await process.work(until: { $0.status == .failed })
        case .attempts: _ = try await process.work(until: { $0.status == .failed })
        case .failover:
            bench.time.advance(by: Budget.issuanceSeconds)
            _ = try await process.work(until: { $0.authority == "ca-2" })
        }
    }

    @Test("what the CA has issued all the same is known, and revoked", arguments: Parting.allCases)
    private func certificate(_ parting: Parting) async throws {
        try await DoubleBench.with(2) { bench in
            let double = bench.doubles[0]
            double.silence()
            let process = bench.process { settings in
                settings.failover = FailoverPolicy(outages: parting == .failover ? 1 : 10_000, seconds: 1e9)
                settings.attempts = parting == .attempts ? 4 : 10_000
            }
            _ = try await process.service.order(try makeOrder())
            _ = try await process.work(until: { $0.outages == 2 })
            try await self.leave(parting, bench, process)
            let left = try #require(bench.store.snapshot.orders["order-1"]?.order)
            #expect(left.outstanding.map(\.authority) == ["ca-1"] && !left.isAtRest)
            double.intercept { _, _, _ in nil }
            let done = try await process.work()
            #expect(done.isAtRest && done.status == (parting == .failover ? .obtained : parting.status))
            let kept = try #require(
                bench.store.snapshot.certificates.first { $0.certificate.source == .authority("ca-1") }
            )
            #expect(kept.certificate.isRevoked && kept.agent == "agent-1" && kept.host == "a.agents.test")
            #expect((double.orderCount, double.issued) == (1, 1))
            let reason: JSONValue = parting == .cancelled ? 1 : 5
            #expect(double.state.withLock { $0.revoked.map(\.reason) } == [reason])
            let actions = bench.store.snapshot.audit.map(\.action)
            #expect(actions.filter { $0 == .revokeServerCertificate }.count == 1, "\(actions)")
            if parting == .failover {
                let current = try #require(try await process.progress()?.certificate)
                #expect(current.source == .authority("ca-2") && !current.isRevoked)
                #expect(bench.doubles[1].state.withLock { $0.revoked.isEmpty })
            } else {
                #expect(try await process.progress()?.failure != nil)
                #expect(bench.store.snapshot.certificates.count == 1)
            }
        }
    }

    @Test("a certificate that was fetched when the order was cancelled is taken back")
    func fetched() async throws {
        try await DoubleBench.with { bench in
            let process = bench.process()
            _ = try await process.service.order(try makeOrder())
            let service = process.service
            bench.doubles[0].intercept { endpoint, phase, count in
                endpoint == .certificate && phase == .after && count == 1 ? .hang : nil
            }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { _ = await process.engine.pass() }
                while bench.doubles[0].count(.certificate) == 0 { try? await Task.sleep(for: .milliseconds(5)) }
                try? await service.cancel("order-1", because: "no longer wanted", revoking: .superseded)
            }
            let done = try await process.work()
            #expect(done.status == .cancelled && done.isAtRest)
            #expect(bench.store.snapshot.certificates.map(\.certificate.isRevoked) == [true])
            #expect(bench.doubles[0].state.withLock { $0.revoked.map(\.reason) } == [4])
        }
    }

    @Test("an order whose request never reached the CA brings nothing, and is not finalized when it is given up")
    func unasked() async throws {
        try await DoubleBench.with { bench in
            let double = bench.doubles[0]
            double.intercept { endpoint, phase, _ in endpoint == .finalize && phase == .before ? .answer(503) : nil }
            let process = bench.process()
            _ = try await process.service.order(try makeOrder())
            _ = try await process.work(until: { $0.outages == 2 })
            double.intercept { _, _, _ in nil }
            try await process.service.cancel("order-1", because: "no longer wanted", revoking: .superseded)
            let asked = double.count(.finalize)
            let begin = bench.time.now
            #expect(try await process.work().isAtRest)
            // What is under way to the CA would have arrived by now.
            #expect(bench.time.now.timeIntervalSince(begin) >= Budget.unaskedSeconds)
            #expect(double.issued == 0 && double.count(.finalize) == asked)
            #expect(bench.store.snapshot.certificates.isEmpty)
        }
    }

    @Test(
        "a CA's order that a later one goes on with is the later one's, before and after its end",
        arguments: [true, false]
    )
    func takenUp(isObtained: Bool) async throws {
        var settings = ACMEDouble.Settings()
        settings.reusesOrders = true
        try await DoubleBench.with(1, settings) { bench in
            let double = bench.doubles[0]
            double.intercept { endpoint, phase, _ in endpoint == .finalize && phase == .before ? .answer(503) : nil }
            let process = bench.process()
            let order = try makeOrder()
            _ = try await process.service.order(order)
            _ = try await process.work(until: { $0.outages == 2 })
            try await process.service.cancel("order-1", because: "no longer wanted", revoking: .superseded)
            let again = ServerCertificateOrder(
                host: order.host,
                request: order.request,
                agent: order.agent,
                actor: order.actor,
                reference: "order-2"
            )
            _ = try await process.service.order(again)
            double.intercept { endpoint, phase, _ in
                endpoint == .certificate && phase == .before && !isObtained ? .answer(503) : nil
            }
            _ = try await process.work("order-2", until: { isObtained ? $0.isAtRest : $0.outages == 2 })
            double.intercept { _, _, _ in nil }
            #expect(try await process.work("order-1").isAtRest)
            let done = try await process.work("order-2")
            #expect(done.status == .obtained && double.orderCount == 1 && double.issued == 1)
            #expect(double.state.withLock { $0.revoked.isEmpty })
            #expect(bench.store.snapshot.certificates.map(\.certificate.isRevoked) == [false])
        }
    }

    @Test("a refusal that is no word about the order does not end it: the certificate is found")
    func refusedMeanwhile() async throws {
        try await DoubleBench.with { bench in
            let double = bench.doubles[0]
            double.intercept { endpoint, phase, count in
                switch (endpoint, phase) {
                case (.finalize, .after): .answer(503)
                case (.order, .before) where count > 2: .problem(403, "userActionRequired", "new terms")
                default: nil
                }
            }
            let process = bench.process()
            _ = try await process.service.order(try makeOrder())
            let failed = try await process.work(until: { $0.status == .failed })
            #expect(failed.outstanding.count == 1)
            double.intercept { _, _, _ in nil }
            #expect(try await process.work().isAtRest)
            #expect(bench.store.snapshot.certificates.map(\.certificate.isRevoked) == [true])
        }
    }

    @Test("killed at each write on the way to the last word, it is kept once and revoked", arguments: [true, false])
    func crashes(keeps: Bool) async throws {
        var cut = 1
        while try await self.survives(cutAt: cut, keeps) { cut += 1 }
        // claim, kept, withdrawn, marked, settled, closed
        #expect(cut >= 6, "\(cut)")
    }

    private func survives(cutAt write: Int, _ keeps: Bool) async throws -> Bool {
        var wasCut = false
        try await DoubleBench.with { bench in
            bench.doubles[0].silence()
            let first = bench.process()
            _ = try await first.service.order(try makeOrder())
            _ = try await first.work(until: { $0.outages == 1 })
            try await first.service.cancel("order-1", because: "no longer wanted", revoking: .superseded)
            bench.doubles[0].intercept { _, _, _ in nil }
            bench.time.advance(by: Budget.longestPause)
            bench.store.cut(at: write, keeps: keeps)
            _ = await first.engine.pass()
            wasCut = bench.store.restore()
            let done = try await bench.process().work()
            #expect(done.isAtRest && done.status == .cancelled, "at \(write)")
            #expect(bench.store.snapshot.certificates.map(\.certificate.isRevoked) == [true], "at \(write)")
            #expect((bench.doubles[0].orderCount, bench.doubles[0].issued) == (1, 1), "at \(write)")
            #expect(bench.doubles[0].state.withLock { $0.revoked.count } == 1, "at \(write)")
        }
        return wasCut
    }

    @Test("the reason that was given last counts, and an order that was never placed is none to give up")
    func reasons() async throws {
        try await DoubleBench.with { bench in
            let process = bench.process()
            try await process.service.cancel("order-0", because: "it ends", revoking: .superseded)
            bench.doubles[0].silence()
            _ = try await process.service.order(try makeOrder())
            _ = try await process.work(until: { $0.outages == 1 })
            try await process.service.cancel("order-1", because: "no longer wanted", revoking: .superseded)
            try await process.service.cancel("order-1", because: "it ends", revoking: .keyCompromise)
            bench.doubles[0].intercept { _, _, _ in nil }
            _ = try await process.work()
            #expect(bench.doubles[0].state.withLock { $0.revoked.map(\.reason) } == [1])
            #expect(try await process.progress()?.failure?.reason == "no longer wanted")
        }
    }
}

extension Parting {
    fileprivate var status: ServerOrder.Status { self == .cancelled ? .cancelled : .failed }
}
