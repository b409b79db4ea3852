// Control of names of others, where CAs look at nothing but what we write or serve.

import DNS
import Foundation
import PKIX
import TestSupport
import Testing

@testable import RegistrationAuthority

@Suite("Control before another certificate")
struct ServerControlTests {
    private static let day = RegistrationBench.day

    /// An agent of a customer's zone that we write, whose owner proved control once and does no more.
    private func with(_ body: @Sendable (RegistrationBench, RegistrationService, Registration) async throws -> Void)
        async throws
    {
        try await RegistrationBench.with { bench in
            bench.issuer.change { $0.lifetime = 2_000 * 86_400 }
            bench.zone.change { $0.control = .proven(.http01) }
            bench.servers.change { $0.provesControl = true }
            let node = bench.node(zones: [bench.hosted("customer.example", isOurs: false)])
            try await node.running {
                let agent = TestAgent("bot.customer.example")
                let begun = try await node.service.register(agent, try agent.asking(TestServer()))
                _ = try await node.service.proveControl(begun.id)
                let active = try await bench.awaited(begun.id, "active") { $0.status == .active && $0.step == .none }
                #expect(active.evidence?.challenge == begun.challenge && active.control == .http01)
                bench.zone.change { $0.control = .notProven("nothing is there") }
                try await body(bench, node.service, active)
            }
        }
    }

    private func newKey(_ service: RegistrationService, _ active: Registration) async throws -> ServerRenewal {
        let csr = try TestServer().csr([active.host])
        return try await service.requestServer(active.id, .request(pem: csr), waiting: .seconds(5))
    }

    @Test("A new key is certified while the proof is fresh; later control is proven again first")
    func newKey() async throws {
        try await self.with { bench, service, active in
            bench.clock.advance(29 * Self.day)
            let fresh = try await self.newKey(service, active)
            #expect(fresh.request.status == .signed && bench.servers.current.orders.count == 2)
            bench.clock.advance(2 * Self.day)
            let stale = try await self.newKey(service, active)
            #expect(stale.request.status == .pending && bench.servers.current.orders.count == 2)
            #expect(stale.registration.failure?.code == "ACME_CHALLENGE_FAILED" || stale.registration.failure != nil)
            let challenge = try #require(active.evidence?.challenge)
            #expect(
                stale.request.challenges.map(\.answer) == [
                    .record(name: "_acme-challenge.bot.customer.example", value: challenge.dnsValue),
                    .file(path: challenge.httpPath, content: challenge.keyAuthorization),
                ]
            )
            // To say that it is there is not to have it there.
            let again = try await service.verifyServerRenewal(
                active.id,
                by: RegistrationBench.alice,
                from: .local,
                waiting: .seconds(5)
            )
            #expect(again.request.status == .pending && bench.servers.current.answered.isEmpty)
            bench.zone.change { $0.control = .proven(.dns01) }
            let proven = try await service.verifyServerRenewal(
                active.id,
                by: RegistrationBench.alice,
                from: .local,
                waiting: .seconds(5)
            )
            #expect(proven.request.status == .signed && bench.servers.current.orders.count == 3)
            #expect(proven.request.challenges.isEmpty)
            // The proof counts for the next one.
            bench.zone.change { $0.control = .notProven("nothing is there") }
            #expect(try await self.newKey(service, active).request.status == .signed)
        }
    }

    @Test("Renewals by the same key go on without a proof for as long as CAs may, and no longer")
    func renewals() async throws {
        try await self.with { bench, service, active in
            for count in 2...4 {
                try await bench.advanced(60.5 * Self.day, active.id, "renewed") {
                    $0.step == .none && $0.serverRequests.filter { $0.status == .signed }.count == count
                        && $0.currentServer?.renewAt != nil
                }
            }
            let waiting = try await bench.advanced(60.5 * Self.day, active.id, "waiting") {
                $0.openServerRequest?.challenges.isEmpty == false
            }
            #expect(waiting.openServerRequest?.origin == .renewal && bench.servers.current.orders.count == 4)
            // Who leaves the answer in place is asked for nothing.
            bench.zone.change { $0.control = .proven(.dns01) }
            try await bench.advanced(600, active.id, "renewed") { $0.step == .none && $0.openServerRequest == nil }
            #expect(bench.servers.current.orders.count == 5)
        }
    }

    @Test("Where the CA asks the owner, or the zone is ours, nothing more is asked")
    func elsewhere() async throws {
        try await self.with { bench, service, active in
            bench.servers.change { $0.provesControl = false }
            bench.clock.advance(40 * Self.day)
            let renewal = try await self.newKey(service, active)
            #expect(renewal.request.status == .signed)
        }
        try await RegistrationBench.withNode { bench, service in
            bench.servers.change { $0.provesControl = true }
            let active = try await bench.active(service)
            bench.clock.advance(40 * Self.day)
            let renewal = try await self.newKey(service, active)
            #expect(renewal.request.status == .signed)
        }
    }
}
