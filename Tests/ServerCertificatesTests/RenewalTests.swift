import ACME
import AuditLog
import Crypto
import FoundationEssentials
import LoopbackSupport
import PKIX
import Synchronization
import Testing

@testable import ACMESupport
@testable import ServerCertificates

@Suite("When certificates are renewed, and how they are revoked")
struct RenewalTests {
    private static func certificate(_ number: Int, days: Int64 = 90) -> ServerCertificate {
        ServerCertificate(
            certificate: [],
            chain: [],
            fingerprint: Array(SHA256.hash(data: Array("\(number)".utf8))),
            publicKeyHash: [],
            notBefore: testInstant,
            notAfter: testInstant + days * 86_400,
            source: .brought,
            timestamps: 0
        )
    }

    @Test("without a word of the CA, certificates are spread before two thirds of their lives are over")
    func twoThirds() {
        let shares = (0..<200).map { number in
            RenewalMoment.twoThirds(of: Self.certificate(number)).timeIntervalSince(testInstant.date) / (90 * 86_400)
        }
        #expect(shares.allSatisfy { (0.583...0.667).contains($0) })
        let mean: Double = shares.reduce(0, +) / 200
        #expect(mean > 0.615 && mean < 0.635)
        #expect(Set(shares.map { Int($0 * 10_000) }).count > 100)
    }

    @Test("with the CA's window, each has a moment of its own in it; one that comes too late is not believed")
    func window() {
        let window = (testInstant + 60 * 86_400)...(testInstant + 62 * 86_400)
        let moments = (0..<200).map { RenewalMoment.within(window, of: Self.certificate($0)) }
        #expect(moments.allSatisfy { (window.lowerBound.date...window.upperBound.date).contains($0) })
        #expect(Set(moments).count > 190)
        #expect(moments == (0..<200).map { RenewalMoment.within(window, of: Self.certificate($0)) })
        let late = (testInstant + 89 * 86_400)...(testInstant + 95 * 86_400)
        let last = testInstant.date.addingTimeInterval(90 * 86_400 * 11 / 12)
        #expect(RenewalMoment.within(late, of: Self.certificate(1)) == last)
    }

    @Test("renewal information is asked for once in its time, and moves the renewal when the window moves")
    func renewalInformation() async throws {
        try await DoubleBench.with { bench in
            let process = bench.process()
            _ = try await process.service.order(try makeOrder())
            _ = try await process.work()
            let fingerprint = try #require(try await process.progress()?.certificate?.fingerprint)
            let double = bench.doubles[0]
            double.change { $0.window = (40 * 86_400, 42 * 86_400) }
            let first = try await process.service.renewal(of: fingerprint)
            let start = testInstant.date
            #expect(first.renewAt >= start.addingTimeInterval(40 * 86_400))
            #expect(first.renewAt <= start.addingTimeInterval(42 * 86_400))
            #expect(abs(first.askAgainAt.timeIntervalSince(bench.time.now) - 21_600) < 2)
            double.change { $0.window = (-86_400, -3_600) }
            #expect(try await process.service.renewal(of: fingerprint) == first)
            #expect(double.count(.renewalInfo) == 1)
            bench.time.advance(by: 21_601)
            let moved = try await process.service.renewal(of: fingerprint)
            #expect(moved.renewAt < bench.time.now && moved.askAgainAt == moved.renewAt)
            #expect(double.count(.renewalInfo) == 2)
            // While the CA is away, its last word counts.
            double.setAway(true)
            bench.time.advance(by: 21_601)
            #expect(try await process.service.renewal(of: fingerprint).renewAt == moved.renewAt)
            bench.time.advance(by: 91 * 86_400)
            let asked = double.count(.renewalInfo)
            _ = try await process.service.renewal(of: fingerprint)
            #expect(double.count(.renewalInfo) == asked)
            let unknown = await failure { _ = try await process.service.renewal(of: [1]) }
            #expect(unknown?.code == "SERVER_CERTIFICATE_NOT_FOUND")
        }
    }

    @Test("the renewal names what it replaces to the CA that issued it, and to no other")
    func replaces() async throws {
        try await DoubleBench.with(2) { bench in
            let process = bench.process { $0.failover = FailoverPolicy(outages: 1, seconds: 0) }
            _ = try await process.service.order(try makeOrder())
            _ = try await process.work()
            let first = try #require(try await process.progress()?.certificate)
            let id = try CertificateID(try EncodedCertificate(der: first.certificate)).text
            _ = try await process.service.order(try makeOrder(reference: "order-2", replaces: first.fingerprint))
            _ = try await process.work("order-2")
            #expect(bench.doubles[0].state.withLock { $0.orders.map(\.replaces) } == [nil, id])
            bench.doubles[0].setAway(true)
            _ = try await process.service.order(try makeOrder(reference: "order-3", replaces: first.fingerprint))
            #expect(try await process.work("order-3").authority == "ca-2")
            #expect(bench.doubles[1].state.withLock { $0.orders.map(\.replaces) } == [nil])
        }
    }

    @Test("revocation reaches the CA once, without the reason when the CA does not take it")
    func revocation() async throws {
        try await DoubleBench.with { bench in
            let process = bench.process()
            _ = try await process.service.order(try makeOrder())
            _ = try await process.work()
            let fingerprint = try #require(try await process.progress()?.certificate?.fingerprint)
            bench.doubles[0].intercept { endpoint, phase, count in
                guard endpoint == .revoke, phase == .before else { return nil }
                return count == 1 ? .answer(503) : count == 2 ? .problem(400, "badRevocationReason", "no") : nil
            }
            try await process.service.revoke(fingerprint, of: "agent-1", reason: .keyCompromise, actor: "operator:o")
            try await process.service.revoke(fingerprint, of: "agent-1", reason: .superseded, actor: "operator:o")
            let revoked = bench.doubles[0].state.withLock { $0.revoked.map(\.reason) }
            #expect(revoked == [nil])
            #expect(try await process.service.certificates(of: "agent-1").map(\.isRevoked) == [true])
            #expect(bench.store.snapshot.audit.last?.action == .revokeServerCertificate)
            let renewal = try await process.service.renewal(of: fingerprint)
            #expect(renewal.renewAt <= bench.time.now)
        }
    }

    @Test("a revocation that the CA cannot take now is not marked")
    func revocationFails() async throws {
        try await DoubleBench.with { bench in
            let process = bench.process()
            _ = try await process.service.order(try makeOrder())
            _ = try await process.work()
            let fingerprint = try #require(try await process.progress()?.certificate?.fingerprint)
            bench.doubles[0].setAway(true)
            let refusal = await failure {
                try await process.service.revoke(fingerprint, of: "agent-1", reason: .superseded, actor: "operator:o")
            }
            #expect(refusal?.isTransient == true && refusal?.code == "ACME_UNAVAILABLE")
            #expect(try await process.service.certificates(of: "agent-1").map(\.isRevoked) == [false])
            let without = OrderBench([], store: bench.store, time: bench.time)
            let gone = await failure {
                try await without.service.revoke(fingerprint, of: "agent-1", reason: .superseded, actor: "operator:o")
            }
            #expect(gone?.code == "NO_CERTIFICATE_AUTHORITY")
        }
    }

    @Test("pauses grow, are spread, and obey the CA")
    func backoff() {
        let now = testInstant.date
        let pauses = (1...20).map { OrderBackoff.next(after: $0, at: now, notBefore: nil, fraction: 1) }
        #expect(pauses.prefix(3).map { $0.timeIntervalSince(now) } == [3, 6, 12])
        #expect(pauses.last == now.addingTimeInterval(Budget.longestPause))
        #expect(OrderBackoff.next(after: 1, at: now, notBefore: nil, fraction: 0) == now.addingTimeInterval(1.5))
        let later = now.addingTimeInterval(1_000)
        #expect(OrderBackoff.next(after: 1, at: now, notBefore: later, fraction: 0) == later)
        #expect(OrderBackoff.next(after: 1, at: now, notBefore: later, fraction: 1) == later.addingTimeInterval(100))
        #expect(OrderBackoff.next(after: 1, at: now, notBefore: now.addingTimeInterval(-9), fraction: 1) == pauses[0])
    }
}
