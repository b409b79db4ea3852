import ACME
import AuditLog
import FoundationEssentials
import JSON
import LoopbackSupport
import PKIX
import Synchronization
import Testing
import X509

@testable import ACMESupport
@testable import ServerCertificates

@Suite("CAs that are away, refuse, or forget")
struct AdversityTests {
    @Test("an order leaves a CA that is away for the next one, once it was away for long enough")
    func failover() async throws {
        try await DoubleBench.with(2) { bench in
            bench.doubles[0].setAway(true)
            let process = bench.process { $0.failover = FailoverPolicy(outages: 3, seconds: 86_400) }
            _ = try await process.service.order(try makeOrder())
            let waiting = try await process.work(until: { $0.outages == 2 })
            #expect(waiting.authority == "ca-1")
            let hindrance = try await process.progress()?.failure
            #expect(hindrance?.code == "ACME_UNAVAILABLE" && hindrance?.isTransient == true)
            let done = try await process.work()
            #expect(done.status == .obtained && done.authority == "ca-2" && done.failovers == 1)
            #expect((bench.doubles[0].orderCount, bench.doubles[1].orderCount) == (0, 1))
            #expect(try await process.progress()?.certificate?.source == .authority("ca-2"))
        }
    }

    @Test("answers at a CA that was left are removed, and an order that both CAs fail comes to an end")
    func bothAway() async throws {
        try await DoubleBench.with(2) { bench in
            for double in bench.doubles {
                double.intercept { endpoint, phase, _ in
                    endpoint == .challenge && phase == .before ? .answer(500) : nil
                }
            }
            let process = bench.process {
                $0.failover = FailoverPolicy(outages: 2, seconds: 86_400, times: 3)
                $0.attempts = 9
            }
            _ = try await process.service.order(try makeOrder())
            let moved = try await process.work(until: { $0.authority == "ca-2" })
            #expect(moved.answers.isEmpty)
            let done = try await process.work()
            #expect(done.status == .failed && done.failovers == 3)
            let failure = try await process.progress()?.failure
            #expect(failure?.code == "ACME_UNAVAILABLE" && failure?.isTransient == false)
            #expect(failure?.reason.contains("attempts were in vain") == true)
        }
    }

    @Test("a CA that was asked to issue keeps the order, however long it is away")
    func aboutToIssue() async throws {
        try await DoubleBench.with(2) { bench in
            bench.doubles[0].intercept { endpoint, phase, count in
                switch (endpoint, phase) {
                case (.finalize, .after): .answer(503)
                case (.order, .before) where count > 2: .answer(503)
                default: nil
                }
            }
            let process = bench.process { $0.failover = FailoverPolicy(outages: 1, seconds: 1) }
            _ = try await process.service.order(try makeOrder())
            _ = try await process.work(until: { $0.outages == 3 })
            bench.doubles[0].intercept { _, _, _ in nil }
            let done = try await process.work()
            #expect(done.status == .obtained && done.authority == "ca-1" && done.failovers == 0)
            #expect((bench.doubles[0].issued, bench.doubles[1].issued) == (1, 0))
        }
    }

    @Test("429 with Retry-After: nothing is sent until then, by no order of the account")
    func rateLimited() async throws {
        try await DoubleBench.with { bench in
            let double = bench.doubles[0]
            double.intercept { endpoint, phase, count in
                guard endpoint == .newOrder, phase == .before, count == 1 else { return nil }
                return .problem(429, "rateLimited", "too many", headers: [("Retry-After", "7200")])
            }
            let process = bench.process()
            _ = try await process.service.order(try makeOrder())
            _ = await process.engine.pass()
            #expect(try await process.progress()?.failure?.code == "ACME_RATE_LIMITED")
            let due = try #require(bench.store.snapshot.orders["order-1"]?.dueAt)
            #expect(due >= bench.time.now.addingTimeInterval(7_200))
            #expect(due <= bench.time.now.addingTimeInterval(7_200 + 600))
            _ = try await process.service.order(try makeOrder("b.agents.test", reference: "order-2"))
            _ = await process.engine.pass()
            #expect(try await process.progress("order-2")?.failure?.code == "ACME_RATE_LIMITED")
            #expect(double.count(.newOrder) == 1)
            #expect(try await process.work().status == .obtained)
            #expect(bench.time.now >= testInstant.date.addingTimeInterval(7_200))
        }
    }

    @Test("a limit that lasts longer than patience sends the order to the next CA")
    func rateLimitedForLong() async throws {
        try await DoubleBench.with(2) { bench in
            bench.doubles[0].intercept { endpoint, phase, _ in
                guard endpoint == .newOrder, phase == .before else { return nil }
                return .problem(429, "rateLimited", "too many", headers: [("Retry-After", "86400")])
            }
            let process = bench.process()
            _ = try await process.service.order(try makeOrder())
            #expect(try await process.work().authority == "ca-2")
            #expect(bench.doubles[0].count(.newOrder) == 1)
        }
    }

    @Test("an order that cannot succeed says why, with the CA's words about each name")
    func invalid() async throws {
        let problem: JSONValue = [
            "type": "urn:ietf:params:acme:error:compound", "detail": "several", "status": 403,
            "subproblems": [
                [
                    "type": "urn:ietf:params:acme:error:caa", "detail": "CAA record forbids it",
                    "identifier": ["type": "dns", "value": "a.agents.test"],
                ]
            ],
        ]
        var settings = ACMEDouble.Settings()
        settings.authorizationError = problem
        try await DoubleBench.with(1, settings) { bench in
            let process = bench.process()
            _ = try await process.service.order(try makeOrder())
            let done = try await process.work()
            #expect(done.status == .failed && done.isAtRest)
            let failure = try #require(try await process.progress()?.failure)
            #expect(failure.code == "ACME_VALIDATION_FAILED" && !failure.isTransient)
            #expect(failure.reason.contains("CAA record forbids it"), "\(failure.reason)")
            #expect(bench.store.snapshot.audit.last?.result == .failure(code: "ACME_VALIDATION_FAILED"))
            #expect(bench.store.snapshot.certificates.isEmpty)
        }
    }

    @Test("a certificate for another key is not kept")
    func wrongKey() async throws {
        let stranger = try makeRequest(["x.agents.test"]).publicKey.certificateKey
        var settings = ACMEDouble.Settings()
        settings.certifiedKey = { _ in stranger }
        try await DoubleBench.with(1, settings) { bench in
            let process = bench.process()
            _ = try await process.service.order(try makeOrder())
            #expect(try await process.work().status == .failed)
            #expect(try await process.progress()?.failure?.code == "ACME_CERTIFICATE_REJECTED")
            #expect(bench.store.snapshot.certificates.isEmpty)
        }
    }

    @Test("an order that the CA has lost is placed anew, a few times")
    func lost() async throws {
        try await DoubleBench.with { bench in
            bench.doubles[0].intercept { endpoint, phase, count in
                endpoint == .order && phase == .before && count == 1 ? .problem(404, "malformed", "unknown") : nil
            }
            let process = bench.process()
            _ = try await process.service.order(try makeOrder())
            let done = try await process.work()
            #expect(done.status == .obtained && done.restarts == 1 && bench.doubles[0].issued == 1)
            bench.doubles[0].intercept { endpoint, phase, _ in
                endpoint == .order && phase == .before ? .problem(404, "malformed", "unknown") : nil
            }
            _ = try await process.service.order(try makeOrder(reference: "order-2"))
            #expect(try await process.work("order-2").restarts == Budget.restarts)
            #expect(try await process.progress("order-2")?.failure?.code == "ACME_ORDER_LOST")
        }
    }

    @Test("a CA that has forgotten the account is asked for one again")
    func forgottenAccount() async throws {
        try await DoubleBench.with { bench in
            let process = bench.process()
            _ = try await process.service.order(try makeOrder())
            _ = try await process.work()
            bench.doubles[0].state.withLock { $0.accounts = [] }
            _ = try await process.service.order(try makeOrder(reference: "order-2"))
            let done = try await process.work("order-2")
            #expect(done.status == .obtained && done.restarts == 1)
            #expect(bench.doubles[0].state.withLock { $0.accounts.count } == 1)
        }
    }

    @Test("the account is made once for all processes, and bound where the CA wants it")
    func account() async throws {
        let secret = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUA"
        let key = try ExternalAccountKey(keyID: "kid-1", hmacKey: secret)
        var settings = ACMEDouble.Settings()
        settings.binding = key
        try await DoubleBench.with(1, settings) { bench in
            let unbound = bench.process()
            _ = try await unbound.service.order(try makeOrder())
            _ = await unbound.engine.pass()
            #expect(try await unbound.progress()?.failure?.code == "ACME_ACTION_REQUIRED")
            var authority = bench.authorities[0]
            authority.externalKey = key
            for number in 1...2 {
                let process = OrderBench([authority], store: bench.store, time: bench.time)
                _ = try await process.service.order(try makeOrder(reference: "order-\(number)"))
                #expect(try await process.work("order-\(number)").status == .obtained)
            }
            #expect(bench.doubles[0].count(.newAccount) == 1)
        }
    }

    @Test("a CA that is stuck in processing hinders the order, which goes on when it is done")
    func stuck() async throws {
        var settings = ACMEDouble.Settings()
        settings.rounds = 1_000
        try await DoubleBench.with(1, settings) { bench in
            let process = bench.process()
            _ = try await process.service.order(try makeOrder())
            _ = await process.engine.pass()
            #expect(try await process.progress()?.failure?.code == "ACME_STILL_PROCESSING")
            bench.doubles[0].change { $0.rounds = 1 }
            bench.doubles[0].state.withLock { state in
                for index in state.authorizations.indices { state.authorizations[index].roundsLeft = 1 }
            }
            #expect(try await process.work().status == .obtained)
            #expect((bench.doubles[0].orderCount, bench.doubles[0].issued) == (1, 1))
        }
    }

    @Test("an order expires with the reason that hindered it last")
    func expired() async throws {
        try await DoubleBench.with { bench in
            bench.doubles[0].setAway(true)
            let process = bench.process()
            _ = try await process.service.order(try makeOrder())
            _ = await process.engine.pass()
            bench.time.advance(by: Budget.orderSeconds + 1)
            #expect(try await process.work().status == .failed)
            let failure = try await process.progress()?.failure
            #expect(failure?.code == "SERVER_ORDER_EXPIRED")
            #expect(failure?.reason.contains("503") == true, "\(String(describing: failure))")
        }
    }
}
