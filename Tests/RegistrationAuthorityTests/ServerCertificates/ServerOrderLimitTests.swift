// What orders of public certificates cost: their owners, and all together.

import Foundation
import PKIX
import TestSupport
import Testing
import X509

@testable import RegistrationAuthority

@Suite("Limits of orders of server certificates")
struct ServerOrderLimitTests {
    private static func policy(_ limits: String) throws -> PolicySet {
        try PolicyFixture.policy(
            """
            version: 1
            limits:
              \(limits)
            rules:
              - name: all
                when: {}
                then: {allow: {}}
            """
        )
    }

    private static func with(
        _ limits: String,
        _ body: (RegistrationBench, RegistrationService) async throws -> Void
    ) async throws {
        try await RegistrationBench.with { bench in
            let node = bench.node(policy: try self.policy(limits))
            bench.issuer.change { $0.lifetime = 2_000 * 86_400 }
            try await node.running { try await body(bench, node.service) }
        }
    }

    private static func register(
        _ service: RegistrationService,
        _ label: String,
        by principal: Principal = RegistrationBench.alice,
        waiting patience: Duration = .seconds(10)
    ) async throws -> Registration {
        let agent = TestAgent(label)
        return try await service.register(
            agent,
            try agent.asking(TestServer()),
            by: principal,
            waiting: patience
        )
    }

    @Test(
        "An owner's loop of orders and cancellations, or of many hosts, ends at a limit of its own",
        arguments: ["account", "host", "domain"]
    )
    func owner(scope: String) async throws {
        let limit = "server-orders-one: {of: \(scope), capacity: 3, refill: 1, every: 366d}"
        try await Self.with(limit) { bench, service in
            let active = try await Self.register(service, "weather")
            bench.servers.change { $0.outcome = .underway([], hindrance: nil) }
            let csr = try TestServer().csr([active.host])
            for _ in 1...2 {
                _ = try await service.requestServer(active.id, .request(pem: csr), waiting: .seconds(1))
                try await service.cancelServerRenewal(active.id, by: RegistrationBench.alice, from: .local)
                try await bench.awaited(active.id, "at rest") { $0.step == .none }
            }
            let refusal = await expectRefusal(.rateLimited) {
                try await service.requestServer(active.id, .request(pem: csr))
            }
            #expect(refusal?.retryAfter != nil && bench.servers.current.orders.count == 3)
            // The limit is this account's, and a certificate that is brought costs nothing.
            bench.servers.change { $0.outcome = .obtained }
            let others = try await Self.register(service, "reporter", by: RegistrationBench.bob)
            #expect(others.status == .active)
            let der = try bench.servers.authority.certificate(
                for: TestServer().key.publicKey,
                host: active.host,
                from: bench.clock.now,
                lifetime: RegistrationBench.day
            )
            let source = ServerCertificateSource.certificate(pem: TestServer.pem([der]), chainPEM: nil)
            #expect(try await service.requestServer(active.id, source).request.status == .signed)
            if scope == "account" {
                await expectRefusal(.rateLimited) { try await Self.register(service, "other") }
            }
        }
    }

    @Test("All together stay below the CA's limit, of which renewals keep a part; what finds no room waits")
    func shared() async throws {
        let limit = "server-orders-all: {of: all, capacity: 4, refill: 1, every: 366d, reserve: 2}"
        try await Self.with(limit) { bench, service in
            let first = try await Self.register(service, "one")
            let second = try await Self.register(service, "two", by: RegistrationBench.bob)
            #expect(first.status == .active && second.status == .active)
            for each in [first, second] {
                try await bench.awaited(each.id, "when it is renewed") { $0.currentServer?.renewAt != nil }
            }
            let third = try await Self.register(service, "three")
            #expect(third.status == .pendingValidation && third.step == .obtainServer)
            #expect(third.failure?.code == "SERVER_ORDERS_LIMITED")
            #expect(bench.servers.current.orders.count == 2)
            // It is not given up for that as long as it has time, and asks for no token of its own at each look.
            try await bench.advanced(600, third.id, "still waiting") { $0.step == .obtainServer }
            bench.clock.advance(60.1 * RegistrationBench.day)
            for each in [first, second] {
                try await bench.awaited(each.id, "renewed") { $0.step == .none && $0.serverRequests.count == 2 }
            }
            #expect(bench.servers.current.orders.count == 4)
            // The reserve is used up as well: the next renewal waits, and its owner will be told.
            bench.clock.advance(60.1 * RegistrationBench.day)
            try await bench.awaited(first.id, "waiting") { $0.failure?.code == "SERVER_ORDERS_LIMITED" }
            #expect(bench.servers.current.orders.count == 4)
        }
    }

    @Test("An order that is placed is not charged again while it goes on")
    func once() async throws {
        let limit = "server-orders-all: {of: all, capacity: 2, refill: 1, every: 366d}"
        try await Self.with(limit) { bench, service in
            bench.servers.change { $0.outcome = .underway([], hindrance: nil) }
            let pending = try await Self.register(service, "one", waiting: .seconds(1))
            for _ in 1...5 {
                try await bench.advanced(60, pending.id, "under way") { $0.step == .obtainServer }
            }
            bench.servers.change { $0.outcome = .obtained }
            try await bench.advanced(60, pending.id, "active") { $0.status == .active }
            #expect(try await Self.register(service, "two").status == .active)
        }
    }

    @Test("A bucket's reserve is left for those who may take it, and says when there is more")
    func reserve() throws {
        let rate = try TokenRate(capacity: 4, refill: 1, every: .seconds(10))
        var bucket = TokenBucket(rate: rate, at: 0)
        for _ in 1...2 {
            let admission = bucket.take(leaving: 2, at: 0)
            #expect(admission.allowed)
        }
        let refused = bucket.take(leaving: 2, at: 0)
        #expect(!refused.allowed && refused.retryAfter == .seconds(10) && refused.remaining == 2)
        #expect(bucket.looking(leaving: 2, at: 0) == refused)
        let taken = bucket.take(at: 0)
        #expect(taken.allowed && taken.remaining == 1)
        let later = bucket.take(leaving: 2, at: 20_000)
        #expect(later.allowed)
        let never = bucket.take(leaving: .max, at: 1_000_000)
        #expect(!never.allowed)
    }

    @Test("The policy that is delivered limits orders in every way, below what Let's Encrypt takes")
    func delivered() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../../policies/registration.yaml"
        )
        let octets = Array(try Data(contentsOf: path.standardizedFileURL))
        let policy = try PolicySet(octets: octets, file: "registration.yaml")
        let limits = policy.limits.filter { $0.name.hasPrefix("server-orders") }
        #expect(Set(limits.map(\.scope)) == [.account, .host, .domain, .all])
        let shared = try #require(limits.first { $0.scope == .all })
        #expect(shared.rate.capacity < 300 && shared.reserve > 0 && shared.rate.interval == 3 * 3_600_000)
    }
}
