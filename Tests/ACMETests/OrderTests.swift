import Crypto
import Foundation
import JSON
import LoopbackSupport
import PKIX
import SwiftASN1
import Synchronization
import Testing
import X509

@testable import ACME
@testable import ACMESupport

@Suite("Orders at a CA that misbehaves")
struct OrderTests {
    @Test(
        "come to a certificate by each type of challenge, among unknown ones in any order",
        arguments: [ChallengeType.dns01, .http01, .tlsALPN01]
    )
    func challengeTypes(type: ChallengeType) async throws {
        let solver = MemorySolver([type], hiddenRounds: 3)
        try await ACMEDouble.withAccount(solver: solver) { double, bench in
            let journal = MemoryJournal()
            let state = try makeOrder(["b.agents.test", "a.agents.test", "192.0.2.7", "2001:db8::1"], at: bench.client)
            let done = try await bench.runner(solver, journal).run(state)
            #expect(done.step == .complete && done.failure == nil && !done.needsCleanUp)
            #expect(journal.saved == done)
            let chain = try #require(try done.chain)
            #expect(chain.certificates.count == 2 && chain.signedTimestamps == 2)
            try chain.check(for: try state.terms.request, at: testInstant)
            #expect(solver.published.isEmpty && solver.history.count == 4)
            #expect(solver.history.allSatisfy { $0.type == type })
            #expect((double.orderCount, double.issued, double.count(.finalize)) == (1, 1, 1))
        }
    }

    @Test("many orders go at once over one client")
    func manyAtOnce() async throws {
        let solver = MemorySolver()
        try await ACMEDouble.withAccount(solver: solver) { double, bench in
            let runner = bench.runner(solver)
            let steps = try await withThrowingTaskGroup(of: OrderState.Step.self) { group in
                for number in 0..<20 {
                    let state = try makeOrder(["a\(number).agents.test", "b\(number).agents.test"], at: bench.client)
                    group.addTask { try await runner.run(state).step }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(steps == Array(repeating: .complete, count: 20))
            #expect(double.issued == 20 && double.orderCount == 20 && solver.published.isEmpty)
            // Every answer carries a nonce: few had to be asked for.
            #expect(double.count(.nonce) <= 41)
        }
    }

    @Test("a wildcard and its name are proven at one place by two values")
    func wildcard() async throws {
        let solver = MemorySolver([.dns01, .http01])
        try await ACMEDouble.withAccount(solver: solver) { _, bench in
            let state = try makeOrder(["*.agents.test", "agents.test"], at: bench.client) {
                $0.challengeTypes = [.dns01]
            }
            let done = try await bench.runner(solver).run(state)
            #expect(done.step == .complete)
            #expect(Set(solver.history.map(\.recordName)) == ["_acme-challenge.agents.test"])
            #expect(Set(solver.history.map(\.recordValue)).count == 2)
        }
    }

    @Test("a wildcard goes by dns-01 though http-01 is preferred, and fails in words where there is none")
    func wildcardWithoutDNS() async throws {
        let solver = MemorySolver([.http01])
        try await ACMEDouble.withAccount(solver: solver) { double, bench in
            let state = try makeOrder(["*.agents.test"], at: bench.client)
            let done = try await bench.runner(solver).run(state)
            #expect(done.step == .failed && done.failure?.code == "ACME_UNSUPPORTED")
            #expect(done.failure?.reason.contains("a wildcard needs dns-01") == true)
            #expect(solver.history.isEmpty && double.count(.challenge) == 0)
        }
    }

    @Test("unknown members, statuses and challenges are passed over")
    func unknownThings() async throws {
        let solver = MemorySolver([.dns01])
        let seen = Mutex(0)
        try await ACMEDouble.withAccount(solver: solver) { double, bench in
            double.change { settings in
                settings.decorate = { endpoint, value in
                    let rounds = seen.withLock { seen in
                        seen += 1
                        return seen
                    }
                    guard endpoint == .order, value["status"] == "processing" || value["status"] == "ready",
                        rounds % 2 == 0
                    else { return value }
                    return value.removing("status").appending([JSONMember(name: "status", value: "pondering")])
                }
                settings.challengeTypes = ["dns-persist-01", "onion-csr-01", "dns-01", "dns-01-ish", ""]
            }
            let done = try await bench.runner(solver).run(try makeOrder(["a.agents.test"], at: bench.client))
            #expect(done.step == .complete, "\(String(describing: done.failure))")
            #expect(seen.withLock { $0 } > 2)
        }
    }

    @Test("an invalid authorization ends the order with the CA's words, and nothing stays published")
    func invalidAuthorization() async throws {
        let solver = MemorySolver()
        try await ACMEDouble.withAccount(solver: solver) { double, bench in
            double.change {
                $0.authorizationError = [
                    "type": "urn:ietf:params:acme:error:dns", "detail": "SERVFAIL looking up TXT", "status": 400,
                    "subproblems": [
                        [
                            "type": "urn:ietf:params:acme:error:caa", "detail": "forbidden",
                            "identifier": ["type": "dns", "value": "a.agents.test"],
                        ]
                    ],
                ]
            }
            let journal = MemoryJournal()
            let done = try await bench.runner(solver, journal).run(try makeOrder(["a.agents.test"], at: bench.client))
            #expect(done.step == .failed && done.failure?.code == "ACME_VALIDATION_FAILED")
            let reason = try #require(done.failure?.reason)
            #expect(reason.contains("control of a.agents.test is not proven") && reason.contains("SERVFAIL"))
            #expect(reason.contains("forbidden"))
            #expect(done.failure?.problem?.subproblems.count == 1)
            #expect(solver.published.isEmpty && solver.history.count == 1 && journal.saved == done)
        }
    }

    @Test("an order stuck in processing is left for later, and goes on where it was")
    func stuck() async throws {
        let solver = MemorySolver()
        try await ACMEDouble.withAccount(solver: solver) { double, bench in
            let journal = MemoryJournal()
            double.change { settings in
                settings.decorate = { endpoint, value in
                    guard endpoint == .order, value["status"] == "processing" || value["certificate"] != nil else {
                        return value
                    }
                    return value.removing("status").removing("certificate")
                        .appending([JSONMember(name: "status", value: "processing")])
                }
                settings.retryAfter = "20"
            }
            let before = bench.clock.now
            let error = await failure {
                _ = try await bench.runner(solver, journal).run(try makeOrder(["a.agents.test"], at: bench.client))
            }
            #expect(error?.code == .stillProcessing && error?.isOutage == true)
            #expect(error?.retryAt == bench.clock.time + 20)
            let waited = before.duration(to: bench.clock.now)
            #expect(waited <= .seconds(400) && bench.clock.pauses.contains(.seconds(20)))
            #expect(solver.published.isEmpty)
            double.change { $0.decorate = { $1 } }
            let saved = try #require(journal.saved)
            #expect(saved.step == .finalizing)
            let done = try await bench.runner(solver, journal).run(saved)
            #expect(done.step == .complete)
            #expect((double.orderCount, double.issued, double.count(.finalize)) == (1, 1, 1))
        }
    }

    @Test("a Retry-After beyond our patience is not waited for, and told to the caller")
    func longRetryAfter() async throws {
        let solver = MemorySolver()
        try await ACMEDouble.withAccount(solver: solver) { double, bench in
            double.change { $0.retryAfter = "7200" }
            let error = await failure {
                _ = try await bench.runner(solver).run(try makeOrder(["a.agents.test"], at: bench.client))
            }
            #expect(error?.code == .stillProcessing && error?.retryAt == bench.clock.time + 7_200)
            #expect(bench.clock.now.offset < .seconds(60))
        }
    }

    @Test(
        "a certificate for another key or other names is rejected",
        arguments: ["key", "less", "more", "other", "chain", "expired", "future"]
    )
    func wrongCertificate(kind: String) async throws {
        let solver = MemorySolver()
        try await ACMEDouble.withAccount(solver: solver) { double, bench in
            let foreign = Certificate.PublicKey(P256.Signing.PrivateKey().publicKey)
            let (past, future) = (try TestCA(now: testInstant + -91 * 86_400), try TestCA(now: testInstant + 86_400))
            double.change { settings in
                switch kind {
                case "chain": settings.otherChain = past
                case "expired": (settings.otherAuthority, settings.otherChain) = (past, past)
                case "future": (settings.otherAuthority, settings.otherChain) = (future, future)
                case "key": settings.certifiedKey = { _ in foreign }
                case "less": settings.certifiedNames = { Array($0.prefix(1)) }
                case "more": settings.certifiedNames = { $0 + [.dnsName("evil.test")] }
                default: settings.certifiedNames = { _ in [.dnsName("a.agents.test"), .rfc822Name("x@agents.test")] }
                }
            }
            let done = try await bench.runner(solver).run(
                try makeOrder(["a.agents.test", "b.agents.test"], at: bench.client)
            )
            #expect(done.step == .failed && done.failure?.code == "ACME_CERTIFICATE_REJECTED", "\(done)")
            #expect(done.chainPEM == nil)
        }
    }

    @Test("the chain that leads to the preferred root is taken, by name or hash, and else the first")
    func alternateChains() async throws {
        let solver = MemorySolver()
        try await ACMEDouble.withAccount(solver: solver) { double, bench in
            var number = 0
            for root in [
                PreferredRoot.commonName("Test Root Two"), .commonName("Test Root One"), .commonName("No Root"),
            ] {
                number += 1
                let state = try makeOrder(["a\(number).agents.test"], at: bench.client) { $0.preferredRoot = root }
                let chain = try #require(try await bench.runner(solver).run(state).chain)
                let issuer = try #require(chain.certificates.last?.fields.issuer)
                #expect("\(issuer)".contains(root == .commonName("Test Root Two") ? "Two" : "One"))
            }
            let roots = try double.authority.chains.map { chain in
                try EncodedCertificate.all(inPEM: try chain[1].pem)[0]
            }
            let chain = try IssuedChain(pem: Array(double.state.withLock { $0.orders[0].chains[1] }.utf8))
            let hash = Array(SHA256.hash(data: roots[1].der))
            #expect(chain.leads(to: .sha256(hash), knownRoots: roots))
            #expect(!chain.leads(to: .sha256(hash), knownRoots: []))
            #expect(!chain.leads(to: .sha256(Array(SHA256.hash(data: roots[0].der))), knownRoots: roots))
            #expect(chain.leads(to: .sha256(Array(SHA256.hash(data: chain.certificates[1].der))), knownRoots: []))
        }
    }

    @Test("authorizations that are valid already are not proven again")
    func reusedAuthorizations() async throws {
        let solver = MemorySolver()
        try await ACMEDouble.withAccount(solver: solver) { double, bench in
            let order = try await bench.client.placeOrder([.dns("a.agents.test")])
            double.state.withLock { state in
                state.authorizations[0].status = "valid"
                state.orders[0].status = "ready"
            }
            #expect(try await bench.client.order(at: order.url).status == .ready)
            double.change { $0.reusesOrders = true }
            let done = try await bench.runner(solver).run(try makeOrder(["a.agents.test"], at: bench.client))
            #expect(done.step == .complete && solver.history.isEmpty && double.orderCount == 1)
        }
    }

    @Test("answers are published for ordered names alone, and never under a token that is no token")
    func hostileAuthorizations() async throws {
        let solver = MemorySolver([.dns01, .http01])
        try await ACMEDouble.withAccount(solver: solver) { double, bench in
            double.change { settings in
                settings.decorate = { endpoint, value in
                    guard endpoint == .authorization else { return value }
                    return value.removing("identifier")
                        .appending([JSONMember(name: "identifier", value: ["type": "dns", "value": "victim.test"])])
                }
            }
            let error = await failure {
                _ = try await bench.runner(solver).run(try makeOrder(["a.agents.test"], at: bench.client))
            }
            #expect(error?.code == .malformedAnswer && solver.history.isEmpty)
            double.change { settings in
                settings.decorate = { endpoint, value in
                    guard endpoint == .authorization, case .array(let items) = value["challenges"] else { return value }
                    let token = JSONMember(name: "token", value: "../../etc/passwd")
                    let hostile = items.map { $0.removing("token").appending([token]) }
                    return value.removing("challenges")
                        .appending([JSONMember(name: "challenges", value: .array(hostile))])
                }
            }
            let done = try await bench.runner(solver).run(try makeOrder(["b.agents.test"], at: bench.client))
            #expect(done.failure?.code == "ACME_UNSUPPORTED" && solver.history.isEmpty)
        }
    }

    @Test("an answer that cannot be published or seen leaves the order for later")
    func publishing() async throws {
        let solver = MemorySolver([.dns01])
        try await ACMEDouble.withAccount(solver: solver) { double, bench in
            let journal = MemoryJournal()
            solver.setBroken(true)
            let error = await failure {
                _ = try await bench.runner(solver, journal).run(try makeOrder(["a.agents.test"], at: bench.client))
            }
            #expect(error?.code == .challengeNotPresented && error?.isOutage == false && error?.isPermanent == false)
            let saved = try #require(journal.saved)
            #expect(saved.step == .presenting && saved.needsCleanUp && double.count(.challenge) == 0)
            // Given up while the solver is still broken: the marks stay until they can be removed.
            let given = try await bench.runner(solver, journal).abandon(
                saved,
                because: ACMEError(.orderInvalid, "enough")
            )
            #expect(given.step == .failed && given.needsCleanUp)
            solver.setBroken(false)
            #expect(try await !bench.runner(solver, journal).cleanUp(given).needsCleanUp)
            #expect(journal.saved?.needsCleanUp == false)
            let slow = MemorySolver([.dns01], hiddenRounds: 10_000)
            let late = await failure {
                _ = try await bench.runner(slow).run(try makeOrder(["b.agents.test"], at: bench.client))
            }
            #expect(late?.code == .challengeNotPresented && double.count(.challenge) == 0)
        }
    }

    @Test("an order that the CA has forgotten ends as lost")
    func forgotten() async throws {
        try await ACMEDouble.withAccount { double, bench in
            double.change { settings in
                settings.intercept = { endpoint, _, _ in endpoint == .order ? .problem(404, "malformed", "gone") : nil }
            }
            let done = try await bench.runner(MemorySolver()).run(try makeOrder(["a.agents.test"], at: bench.client))
            #expect(done.failure?.code == "ACME_ORDER_LOST")
        }
    }

    @Test("an unknown profile is refused before anything is sent; a known one arrives")
    func profiles() async throws {
        let solver = MemorySolver()
        try await ACMEDouble.withAccount(solver: solver) { double, bench in
            let unknown = try makeOrder(["a.agents.test"], at: bench.client) { $0.profile = "gold" }
            let failed = try await bench.runner(solver).run(unknown)
            #expect(failed.failure?.reason.contains("classic, shortlived") == true && double.count(.newOrder) == 0)
            let known = try makeOrder(["a.agents.test"], at: bench.client) { $0.profile = "shortlived" }
            #expect(try await bench.runner(solver).run(known).step == .complete)
            #expect(double.state.withLock { $0.orders.map(\.profile) } == ["shortlived"])
        }
    }

    @Test("orders are for the names of the request, which must be hosts or addresses")
    func requests() throws {
        let order = try OrderRequest(csr: try makeRequest(["b.test", "*.b.test", "2001:db8::1", "192.0.2.1"]))
        #expect(
            order.identifiers.map(\.description) == ["dns:*.b.test", "dns:b.test", "ip:192.0.2.1", "ip:2001:db8::1"]
        )
        #expect(throws: ACMEError(.invalidRequest, "")) { try OrderRequest(csr: try makeRequest([])) }
    }

    @Test("states are the same after they were written and read")
    func coding() async throws {
        let solver = MemorySolver()
        try await ACMEDouble.withAccount(solver: solver) { _, bench in
            let state = try makeOrder(["a.agents.test"], at: bench.client) { request in
                request.preferredRoot = .sha256([1, 2, 255])
                request.notAfter = testInstant
            }
            let done = try await bench.runner(solver).run(state)
            for value in [state, done] {
                let read = try JSONDecoder().decode(OrderState.self, from: try JSONEncoder().encode(value))
                #expect(read == value)
                #expect(read.terms.preferredRoot == .sha256([1, 2, 255]))
            }
        }
    }
}
