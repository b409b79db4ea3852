import Crypto
import Foundation
import LoopbackSupport
import Testing

@testable import ACME
@testable import ACMESupport

@Suite("Crashes: an order is interrupted at each record, and another process goes on")
struct CrashTests {
    struct Course: CustomTestStringConvertible {
        let keeps: Bool
        let reusesOrders: Bool
        let names: [String]

        var testDescription: String {
            "the record is \(self.keeps ? "kept" : "lost"), orders are \(self.reusesOrders ? "given" : "made") again, "
                + "\(self.names.count) name(s)"
        }
    }

    static let courses = [true, false].flatMap { keeps in
        [true, false].flatMap { reuses in
            [["a.agents.test"], ["*.agents.test", "agents.test", "b.agents.test"]].map {
                Course(keeps: keeps, reusesOrders: reuses, names: $0)
            }
        }
    }

    @Test("no order is lost, none is placed twice, and nothing stays published", arguments: Self.courses)
    func eachRecord(course: Course) async throws {
        var cut = 1
        while try await self.survives(course, cutAt: cut) { cut += 1 }
        // ordered, presenting, validating, finalizing, cleaned up, downloading, complete
        #expect(cut == 8)
    }

    /// Whether the order was interrupted at all.
    private func survives(_ course: Course, cutAt save: Int) async throws -> Bool {
        let solver = MemorySolver()
        return try await ACMEDouble.withAccount(
            solver: solver,
            { settings in settings.reusesOrders = course.reusesOrders },
            { double, bench in
                let initial = try makeOrder(course.names, at: bench.client)
                let journal = MemoryJournal(cutAt: save, keeps: course.keeps)
                var wasCut = false
                do { _ = try await bench.runner(solver, journal).run(initial) } catch is PowerCut { wasCut = true }
                // Whatever is published is marked in what was saved.
                let saved = journal.saved ?? initial
                let marked = Set(saved.proofs.filter(\.mayBePresented).map(\.challenge))
                #expect(solver.published.isSubset(of: marked), "at record \(save)")
                let done = try await withExchange { exchange in
                    let other = try double.bench(
                        exchange,
                        signer: bench.signer,
                        limits: bench.limits,
                        clock: bench.clock
                    )
                    return try await other.runner(solver, journal).run(saved)
                }
                #expect(done.step == .complete, "at record \(save): \(String(describing: done.failure))")
                #expect(solver.published.isEmpty && !done.needsCleanUp, "at record \(save)")
                // An order whose address was lost is made once more by a CA that does not give it again, and stays unused.
                let isForgotten = save == 1 && wasCut && !course.keeps && !course.reusesOrders
                #expect(double.orderCount == (isForgotten ? 2 : 1), "at record \(save)")
                #expect(double.count(.orders) == 0)
                #expect(double.issued == 1 && double.count(.finalize) == 1, "at record \(save)")
                return wasCut
            }
        )
    }

    /// An order after at most three runs, each of which an outage may have ended.
    private func state(afterRunsWith solver: MemorySolver, _ bench: ClientBench) async throws -> OrderState {
        let journal = MemoryJournal()
        var state = try makeOrder(["a.agents.test"], at: bench.client)
        for _ in 0..<3 where !state.isFinished {
            do { state = try await bench.runner(solver, journal).run(state) } catch let error as ACMEError {
                #expect(error.isOutage)
                state = journal.saved ?? state
            }
        }
        return state
    }

    @Test(
        "an answer that is lost on the way changes nothing: the CA has acted, and is asked what it did",
        arguments: [DoubleEndpoint.newOrder, .challenge, .finalize, .certificate, .authorization, .order],
        [true, false]
    )
    func lostAnswers(endpoint: DoubleEndpoint, reuses: Bool) async throws {
        let solver = MemorySolver()
        try await ACMEDouble.withAccount(solver: solver) { double, bench in
            let already = double.count(endpoint)
            double.change { settings in
                settings.intercept = { asked, phase, count in
                    asked == endpoint && phase == .after && count == already + 1 ? .drop : nil
                }
                settings.reusesOrders = reuses
            }
            let state = try await self.state(afterRunsWith: solver, bench)
            #expect(state.step == .complete, "\(String(describing: state.failure))")
            #expect((double.orderCount, double.issued) == (endpoint == .newOrder && !reuses ? 2 : 1, 1))
            #expect(solver.published.isEmpty)
        }
    }

    @Test("a token that is away for a moment stops the order, and it goes on", arguments: 1...11)
    func signerAway(signature: Int) async throws {
        let solver = MemorySolver()
        try await ACMEDouble.withAccount(solver: solver) { double, bench in
            let journal = MemoryJournal()
            let state = try makeOrder(["a.agents.test"], at: bench.client)
            try await withExchange { exchange in
                let signer = FailingSigner(signer: bench.signer, failsAt: signature)
                let other = try double.bench(exchange, signer: signer, limits: bench.limits, clock: bench.clock)
                await #expect(throws: PowerCut.self) { _ = try await other.runner(solver, journal).run(state) }
                let done = try await other.runner(solver, journal).run(journal.saved ?? state)
                #expect(done.step == .complete && solver.published.isEmpty)
                #expect((double.orderCount, double.issued) == (1, 1))
            }
        }
    }

    @Test("a task that is cancelled leaves the order where it was recorded")
    func cancelled() async throws {
        let solver = MemorySolver()
        try await ACMEDouble.withAccount(solver: solver) { double, bench in
            double.change {
                $0.intercept = { endpoint, phase, _ in endpoint == .challenge && phase == .before ? .hang : nil }
            }
            let journal = MemoryJournal()
            let state = try makeOrder(["a.agents.test"], at: bench.client)
            let task = Task { try await bench.runner(solver, journal).run(state) }
            while double.count(.challenge) == 0 { try await Task.sleep(for: .milliseconds(10)) }
            task.cancel()
            await #expect(throws: CancellationError.self) { _ = try await task.value }
            let saved = try #require(journal.saved)
            #expect(saved.step == .validating && saved.needsCleanUp && solver.published.count == 1)
            double.change { $0.intercept = { _, _, _ in nil } }
            let done = try await bench.runner(solver, journal).run(saved)
            #expect(done.step == .complete && solver.published.isEmpty && double.orderCount == 1)
        }
    }

    @Test("an order that was given up after a crash leaves nothing behind")
    func abandoned() async throws {
        let solver = MemorySolver()
        try await ACMEDouble.withAccount(solver: solver) { _, bench in
            let journal = MemoryJournal(cutAt: 3)
            await #expect(throws: PowerCut.self) {
                _ = try await bench.runner(solver, journal).run(try makeOrder(["a.agents.test"], at: bench.client))
            }
            #expect(solver.published.count == 1)
            let saved = try #require(journal.saved)
            let given = try await bench.runner(solver, journal).abandon(
                saved,
                because: ACMEError(.orderInvalid, "the agent was removed")
            )
            #expect(given.step == .failed && given.failure?.reason == "the agent was removed")
            #expect(solver.published.isEmpty && journal.saved == given)
        }
    }

    @Test("a key exchanged between publishing and validation makes new answers")
    func keyChangedMeanwhile() async throws {
        let solver = MemorySolver()
        try await ACMEDouble.withAccount(solver: solver) { double, bench in
            let journal = MemoryJournal(cutAt: 2, keeps: true)
            await #expect(throws: PowerCut.self) {
                _ = try await bench.runner(solver, journal).run(try makeOrder(["a.agents.test"], at: bench.client))
            }
            try await bench.client.changeKey(to: try SoftwareAccountSigner(P256.Signing.PrivateKey()))
            let saved = try #require(journal.saved)
            let done = try await bench.runner(solver, journal).run(saved)
            #expect(done.step == .complete && solver.published.isEmpty && double.orderCount == 1)
        }
    }
}
