// How registrations end: revoked at any time, expired; and how certificates are renewed.

import AuditLog
import DNS
import Foundation
import PKIX
import Testing

@testable import RegistrationAuthority

@Suite("Ends of registrations")
struct EndingTests {
    @Test("Revoked: certificates revoked, records removed, the name never given out again, the host its owner's")
    func revoke() async throws {
        try await RegistrationBench.withNode { bench, service in
            let active = try await service.register(TestAgent("weather"))
            let revoked = try await service.revoke(active.id)
            #expect(revoked.status == .revoked && revoked.step == .none && revoked.ending?.comments == "done")
            #expect(revoked.records.allSatisfy { $0.state == .removed } && bench.zone.records.isEmpty)
            #expect(bench.issuer.revoked == [bench.issuer.certificates[0].serialNumber: .cessationOfOperation])
            let events = try await service.events(after: 0, limit: 9, for: RegistrationBench.alice)
            #expect(events.map(\.type) == [.registered, .revoked])
            let outcome34 = try await bench.actions(of: active.id).suffix(2) == [.revokeAgent, .removeRecords]
            #expect(outcome34)
            // To end it again changes nothing.
            let writes = try await bench.database.registration(active.id)?.revision
            let outcome35 = try await service.revoke(active.id) == revoked
            #expect(outcome35)
            let outcome36 = try await bench.database.registration(active.id)?.revision == writes
            #expect(outcome36)
            await expectRefusal(.ansNameTaken) {
                try await service.register(TestAgent("weather"), by: RegistrationBench.bob)
            }
            let next = try await service.register(TestAgent("weather", version: "2.0.0"))
            #expect(next.status == .active)
        }
    }

    @Test("Revoked while its certificate is being issued: the certificate that was ordered ends revoked")
    func revokeWhileIssuing() async throws {
        try await RegistrationBench.withNode { bench, service in
            bench.issuer.gate.close()
            let pending = try await service.register(TestAgent("weather"), waiting: .zero)
            try await eventually { bench.issuer.gate.arrived == 1 }
            let cancelled = try await service.revoke(pending.id, waiting: .zero)
            #expect(cancelled.status == .revoked && cancelled.step == .withdraw)
            // Whoever works on it goes on; nobody else begins.
            try await Task.sleep(for: .milliseconds(30))
            #expect(bench.issuer.gate.arrived == 1)
            bench.issuer.gate.open()
            let ended = try await bench.awaited(pending.id) { $0.step == .none }
            #expect(ended.requests.map(\.status) == [.signed] && bench.issuer.certificates.count == 1)
            #expect(Array(bench.issuer.revoked.keys) == bench.issuer.certificates.map(\.serialNumber))
            #expect(bench.zone.applied.isEmpty)
            let outcome37 = try await service.events(after: 0, limit: 9, for: RegistrationBench.alice).isEmpty
            #expect(outcome37)
        }
    }

    @Test("Revoked while its records are being written: they are removed after they were written, never before")
    func revokeWhilePublishing() async throws {
        try await RegistrationBench.withNode { bench, service in
            bench.zone.gate.close()
            let pending = try await service.register(TestAgent("weather"), waiting: .zero)
            try await eventually { bench.zone.gate.arrived == 1 }
            async let revoked = service.revoke(pending.id)
            try await bench.awaited(pending.id) { $0.status == .revoked }
            try await Task.sleep(for: .milliseconds(30))
            #expect(bench.zone.gate.arrived == 1)
            bench.zone.gate.open()
            let ended = try await revoked
            #expect(ended.step == .none)
            #expect(bench.zone.records.isEmpty && bench.zone.applied.count == 2)
        }
    }

    @Test("While the CA is away a revocation waits, and is not forgotten")
    func revokeWhileAway() async throws {
        try await RegistrationBench.withNode { bench, service in
            let active = try await service.register(TestAgent("weather"))
            bench.issuer.change { $0.isAway = true }
            let revoked = try await service.revoke(active.id)
            #expect(revoked.status == .revoked && revoked.step == .withdraw)
            #expect(revoked.failure?.code == "TOKEN_UNAVAILABLE")
            bench.issuer.change { $0.isAway = false }
            bench.clock.advance(1)
            try await bench.awaited(active.id) { $0.step == .none }
            #expect(bench.issuer.revoked.count == 1 && bench.zone.records.isEmpty)
        }
    }

    @Test("When its certificate ends without a successor the agent is EXPIRED and withdrawn")
    func expiry() async throws {
        try await RegistrationBench.withNode { bench, service in
            let active = try await service.register(TestAgent("weather"))
            bench.clock.advance(86_398)
            try await Task.sleep(for: .milliseconds(20))
            let outcome38 = try await bench.current(active.id) == active
            #expect(outcome38)
            bench.clock.advance(2)
            let expired = try await bench.awaited(active.id) { $0.status == .expired && $0.step == .none }
            #expect(bench.zone.records.isEmpty && expired.records.allSatisfy { $0.state == .removed })
            // What has expired needs no revocation.
            #expect(bench.issuer.revoked.isEmpty)
            let outcome39 = try await bench.actions(of: active.id).contains(.expireAgent)
            #expect(outcome39)
            await expectRefusal(.cannotCancel) { try await service.revoke(active.id) }
            await expectRefusal(.agentEnded) {
                try await service.requestIdentity(
                    active.id,
                    csr: try TestAgent("weather").csr(),
                    by: RegistrationBench.alice,
                    from: .local
                )
            }
        }
    }

    @Test("A second request keeps the agent ACTIVE, and its life goes on with the second certificate")
    func renewal() async throws {
        try await RegistrationBench.withNode { bench, service in
            let agent = TestAgent("weather")
            let active = try await service.register(agent)
            bench.clock.advance(43_200)
            let (renewed, request) = try await service.requestIdentity(
                active.id,
                csr: try agent.csr(),
                by: RegistrationBench.alice,
                from: .local,
                waiting: .seconds(10)
            )
            #expect(renewed.status == .active && renewed.step == .none && request.status == .signed)
            #expect(renewed.requests.map(\.status) == [.signed, .signed] && renewed.records == active.records)
            #expect(bench.issuer.certificates.count == 2)
            let events = try await service.events(after: 0, limit: 9, for: RegistrationBench.alice)
            #expect(events.map(\.type) == [.registered, .renewed])
            bench.clock.advance(43_300)
            try await Task.sleep(for: .milliseconds(20))
            let outcome40 = try await bench.current(active.id)?.status == .active
            #expect(outcome40)
            // Revoked at once: the certificate that is over needs no revocation, the other gets one.
            _ = try await service.revoke(active.id)
            #expect(bench.issuer.revoked.count == 1 && bench.zone.records.isEmpty)
        }
    }

    @Test("A renewal that the CA refuses leaves the agent ACTIVE and says why")
    func refusedRenewal() async throws {
        try await RegistrationBench.withNode { bench, service in
            let agent = TestAgent("weather")
            let active = try await service.register(agent)
            bench.issuer.change { $0.faults = [.refuse(IssuerDouble.refusal)] }
            let (after, request) = try await service.requestIdentity(
                active.id,
                csr: try agent.csr(),
                by: RegistrationBench.alice,
                from: .local,
                waiting: .seconds(10)
            )
            #expect(after.status == .active && after.step == .none && after.expiresAt == active.expiresAt)
            #expect(request.status == .rejected && request.failure == "the key is weak")
            let events = try await service.events(after: 0, limit: 9, for: RegistrationBench.alice)
            #expect(events.map(\.type) == [.registered])
        }
    }

    @Test("While one request is being served another is refused; so is one for another's name")
    func busy() async throws {
        try await RegistrationBench.withNode { bench, service in
            let agent = TestAgent("weather")
            let active = try await service.register(agent)
            bench.issuer.gate.close()
            _ = try await service.requestIdentity(
                active.id,
                csr: try agent.csr(),
                by: RegistrationBench.alice,
                from: .local
            )
            await expectRefusal(.agentBusy) {
                try await service.requestIdentity(
                    active.id,
                    csr: try agent.csr(),
                    by: RegistrationBench.alice,
                    from: .local
                )
            }
            await expectRefusal(.invalidIdentityCSR) {
                try await service.requestIdentity(
                    active.id,
                    csr: try TestAgent("other").csr(),
                    by: RegistrationBench.alice,
                    from: .local
                )
            }
            bench.issuer.gate.open()
            try await bench.awaited(active.id) { $0.step == .none && $0.requests.count == 2 }
        }
    }
}
