// Names of others: control is proven, then the records are there, then the agent is active.

import AuditLog
import DNS
import Foundation
import PKIX
import Testing

@testable import RegistrationAuthority

@Suite("Registrations of names of others")
struct ForeignNameTests {
    let agent = TestAgent("bot.customer.example")

    private func prove(_ service: RegistrationService, _ id: AgentID) async throws -> Registration {
        try await service.proveControl(
            id,
            by: RegistrationBench.alice,
            from: .local,
            waiting: .seconds(10)
        )
    }

    @Test("Control proven, records published by their owner: the agent is active")
    func active() async throws {
        try await RegistrationBench.withNode { bench, service in
            let begun = try await service.register(agent)
            #expect(begun.status == .pendingValidation && begun.step == .awaitControl && begun.zone == nil)
            #expect(
                begun.phase == .domainValidation
                    && begun.challenge?.keyAuthorization.hasSuffix(".\(begun.thumbprint!)") == true
            )
            await expectRefusal(.controlNotProven) { try await self.prove(service, begun.id) }
            await expectRefusal(.controlNotProven) {
                try await service.verifyRecords(begun.id, by: RegistrationBench.alice, from: .local)
            }
            #expect(bench.issuer.calls == 0)
            bench.zone.change { $0.control = .proven(.dns01) }
            let proven = try await self.prove(service, begun.id)
            #expect(proven.status == .pendingDNS && proven.step == .awaitRecords && proven.control == .dns01)
            #expect(proven.records.allSatisfy { !$0.isOurs } && bench.issuer.certificates.count == 1)
            // To prove again what is proven changes nothing.
            let outcome1 = try await self.prove(service, begun.id) == proven
            #expect(outcome1)

            let missing = await expectRefusal(.recordsNotVerified) {
                try await service.verifyRecords(begun.id, by: RegistrationBench.alice, from: .local)
            }
            #expect(missing?.comparison?.missingRecords.count == proven.records.count)
            bench.zone.change { $0.isReachable = false }
            await expectRefusal(.dnsUnavailable) {
                try await service.verifyRecords(begun.id, by: RegistrationBench.alice, from: .local)
            }
            bench.zone.change { $0.isReachable = true }
            bench.zone.change { $0.records = Set(proven.records.map(\.record.record)) }
            let active = try await service.verifyRecords(begun.id, by: RegistrationBench.alice, from: .local)
            #expect(active.status == .active && active.records.allSatisfy { $0.state == .verified })
            // Active, there is nothing more to verify.
            let again = try await service.verifyRecords(begun.id, by: RegistrationBench.alice, from: .local)
            #expect(again == active)
            #expect(bench.zone.applied.isEmpty)
            let outcome2 = try await bench.actions(of: begun.id) == [.registerAgent, .proveControl, .activateAgent]
            #expect(outcome2)
            #expect(
                try await service.events(after: 0, limit: 9, for: RegistrationBench.alice).map(\.type) == [.registered]
            )

            // At the end the records are their owner's to remove.
            let revoked = try await service.revoke(begun.id)
            #expect(revoked.status == .revoked && revoked.step == .none)
            #expect(bench.zone.applied.isEmpty && bench.zone.records.count == proven.records.count)
            #expect(bench.issuer.revoked.count == 1)
        }
    }

    @Test(
        "Whoever has proven nothing holds nothing: the domain's owner gets its name, and the other learns that it is taken"
    )
    func nobodyLocks() async throws {
        try await RegistrationBench.withNode { bench, service in
            let squatted = try await service.register(agent, by: RegistrationBench.bob)
            #expect(squatted.step == .awaitControl)
            let own = try await service.register(agent)
            bench.zone.change { $0.control = .proven(.dns01) }
            let proven = try await self.prove(service, own.id)
            #expect(proven.status == .pendingDNS)
            await expectRefusal(.ansNameTaken) {
                try await service.proveControl(squatted.id, by: RegistrationBench.bob, from: .local)
            }
            let after = try await bench.current(squatted.id)
            #expect(after?.control == nil && after?.requests.allSatisfy { $0.serialNumber == nil } == true)
        }
    }

    @Test("Of a connected zone's records those that were there before stay its owner's, also at the end")
    func foreignRecordsStay() async throws {
        try await RegistrationBench.with { bench in
            let zone = bench.hosted("customer.example", isOurs: false)
            let node = bench.node(zones: [zone])
            try await node.running {
                let begun = try await node.service.register(agent)
                let binding = ServiceBinding(priority: 1, target: .root, parameters: [1: [2] + Array("h2".utf8)])
                let own = ResourceRecord(
                    name: try DomainName(agent.host),
                    ttl: AgentRecords.ttl,
                    data: .https(binding)
                )
                bench.zone.change { $0.records = [own] }
                bench.zone.change { $0.control = .proven(.dns01) }
                _ = try await self.prove(node.service, begun.id)
                let active = try await bench.awaited(begun.id) { $0.status == .active }
                #expect(active.records.contains { $0.record.record == own && !$0.isOurs })
                #expect(active.records.filter(\.isOurs).count == active.records.count - 1)
                _ = try await node.service.revoke(begun.id)
                #expect(bench.zone.records == [own])
            }
        }
    }

    @Test("A rule that asks for a proof by DNS is not met by one over HTTP, and its bound on lifetimes holds")
    func terms() async throws {
        try await RegistrationBench.withNode { bench, service in
            let strict = Bench.token("strict")
            let begun = try await service.register(agent, by: strict)
            #expect(begun.terms == RegistrationTerms(methods: [.dns01], lifetime: 3_600))
            bench.zone.change { $0.control = .proven(.dns01) }
            _ = try await service.proveControl(begun.id, by: strict, from: .local, waiting: .seconds(10))
            #expect(bench.zone.methods == [[.dns01]])
            #expect(bench.issuer.lifetimes == [3_600])
        }
    }

    @Test("In a customer's zone that is connected the records are written by us, once control is proven")
    func connectedZone() async throws {
        try await RegistrationBench.with { bench in
            let zone = bench.hosted("customer.example", isOurs: false)
            let node = bench.node(zones: [bench.hosted(RegistrationBench.apex, isOurs: true), zone])
            try await node.running {
                let begun = try await node.service.register(agent)
                #expect(begun.step == .awaitControl && bench.zone.applied.isEmpty)
                bench.zone.change { $0.control = .proven(.http01) }
                let active = try await self.prove(node.service, begun.id)
                #expect(active.status == .active && active.control == .http01)
                #expect(bench.published(of: active) == active.records.count)
                let revoked = try await node.service.revoke(begun.id)
                #expect(revoked.step == .none && bench.zone.records.isEmpty)
            }
        }
    }

    @Test("A zone that is not served any more is said to be the reason, and the work goes on once it is")
    func disconnectedZone() async throws {
        try await RegistrationBench.with { bench in
            let zones = [bench.hosted("customer.example", isOurs: false)]
            let node = bench.node(zones: zones)
            let active = try await node.running {
                let begun = try await node.service.register(agent)
                bench.zone.change { $0.control = .proven(.dns01) }
                return try await self.prove(node.service, begun.id)
            }
            let without = bench.node("two", zones: [])
            try await without.running {
                let revoked = try await without.service.revoke(active.id)
                #expect(revoked.status == .revoked && revoked.step == .withdraw)
                #expect(revoked.failure?.code == "NO_SUCH_ZONE" && revoked.attempts == 1)
                #expect(bench.issuer.revoked.count == 1)
                // It is tried now and then, not without a pause.
                try await Task.sleep(for: .milliseconds(50))
                #expect(without.store.writes <= 3)
            }
            bench.clock.advance(1)
            try await bench.node("three", zones: zones).running {
                try await bench.awaited(active.id) { $0.step == .none }
                #expect(bench.zone.records.isEmpty)
            }
        }
    }

    @Test(
        "What stands in the way of a proof is told by its code",
        arguments: [
            (ControlFinding.unavailable("no server answers"), RegistrationError.Code.dnsUnavailable),
            (.forbidden("the CAA records admit another"), .caaForbids),
            (.notProven("it is not there"), .controlNotProven),
        ]
    )
    func findings(_ finding: ControlFinding, _ code: RegistrationError.Code) async throws {
        try await RegistrationBench.withNode { bench, service in
            let begun = try await service.register(agent)
            bench.zone.change { $0.control = finding }
            await expectRefusal(code) { try await self.prove(service, begun.id) }
            let outcome3 = try await bench.current(begun.id) == begun && bench.issuer.calls == 0
            #expect(outcome3)
        }
    }

    @Test("Nothing proven in time: it fails with words, the name is free, and the challenge is worth nothing")
    func deadline() async throws {
        try await RegistrationBench.withNode { bench, service in
            let begun = try await service.register(agent)
            await expectRefusal(.ansNameTaken) { try await service.register(agent) }
            bench.clock.advance(3_599)
            try await Task.sleep(for: .milliseconds(20))
            let outcome4 = try await bench.current(begun.id)?.status == .pendingValidation
            #expect(outcome4)
            bench.clock.advance(1)
            bench.zone.change { $0.control = .proven(.dns01) }
            let failed = try await bench.awaited(begun.id) { $0.status == .failed && $0.step == .none }
            #expect(failed.failure?.code == "DEADLINE_PASSED")
            #expect(failed.failure?.reason.contains("control of bot.customer.example was not proven in time") == true)
            await expectRefusal(.agentEnded) { try await self.prove(service, begun.id) }
            await expectRefusal(.cannotCancel) { try await service.revoke(begun.id) }
            let next = try await service.register(agent, by: RegistrationBench.bob)
            #expect(next.step == .awaitControl && bench.issuer.calls == 0)
            let outcome5 = try await bench.actions(of: begun.id) == [.registerAgent, .failAgent]
            #expect(outcome5)
        }
    }

    @Test("Records that never come fail it too, and its certificate is revoked")
    func recordsDeadline() async throws {
        try await RegistrationBench.withNode { bench, service in
            let begun = try await service.register(agent)
            bench.zone.change { $0.control = .proven(.dns01) }
            _ = try await self.prove(service, begun.id)
            bench.clock.advance(3_600)
            let failed = try await bench.awaited(begun.id) { $0.status == .failed && $0.step == .none }
            #expect(
                failed.failure?.reason.contains("the records of bot.customer.example were not seen in time") == true
            )
            #expect(Array(bench.issuer.revoked.values) == [.cessationOfOperation])
        }
    }

    @Test("Cancelled while control is awaited: nothing was issued, and the name is free")
    func cancel() async throws {
        try await RegistrationBench.withNode { bench, service in
            let begun = try await service.register(agent)
            let cancelled = try await service.revoke(begun.id)
            #expect(cancelled.status == .revoked && cancelled.step == .none && cancelled.challenge == nil)
            #expect(cancelled.requests.map(\.status) == [.rejected])
            #expect(bench.issuer.calls == 0)
            let outcome6 = try await service.events(after: 0, limit: 9, for: RegistrationBench.alice).isEmpty
            #expect(outcome6)
            let outcome7 = try await service.revoke(begun.id) == cancelled
            #expect(outcome7)
            _ = try await service.register(agent, by: RegistrationBench.bob)
        }
    }

    @Test("Two proofs at once are one: one certificate, one entry in the audit log")
    func twice() async throws {
        try await RegistrationBench.withNode { bench, service in
            let begun = try await service.register(agent)
            bench.zone.change { $0.control = .proven(.dns01) }
            bench.issuer.gate.close()
            async let first = self.prove(service, begun.id)
            async let second = self.prove(service, begun.id)
            try await eventually { bench.issuer.gate.arrived == 1 }
            bench.issuer.gate.open()
            let both = try await [first, second]
            #expect(both.allSatisfy { $0.status == .pendingDNS || $0.step == .issueIdentity })
            try await bench.awaited(begun.id) { $0.step == .awaitRecords }
            #expect(bench.issuer.calls == 1)
            let outcome8 = try await bench.actions(of: begun.id) == [.registerAgent, .proveControl]
            #expect(outcome8)
        }
    }
}
