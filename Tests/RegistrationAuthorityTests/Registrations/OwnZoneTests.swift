// Names in zones of ours: from the request to ACTIVE, and what the records of the way are.

import AuditLog
import DNS
import Foundation
import PKIX
import Testing

@testable import RegistrationAuthority

@Suite("Registrations in a zone of ours")
struct OwnZoneTests {
    @Test("An agent with a key and a token is active at once, with its certificate and its records")
    func active() async throws {
        try await RegistrationBench.withNode { bench, service in
            let agent = TestAgent("weather")
            let registration = try await service.register(agent)
            #expect(registration.status == .active && registration.step == .none && registration.failure == nil)
            #expect(registration.phase == .completed && registration.control == .ownZone)
            #expect(registration.owner == "token:alice" && registration.rule == "all")
            #expect(registration.requests.map(\.status) == [.signed])
            #expect(registration.expiresAt == bench.issuer.certificates[0].notAfter.date)
            #expect(registration.records.allSatisfy { $0.state == .verified && $0.isOurs })
            let types = Set(registration.records.map { "\($0.record.record.data.type)" })
            #expect(types == ["TXT", "HTTPS"])
            #expect(bench.published(of: registration) == registration.records.count)
            let outcome26 = try await bench.current(registration.id) == registration
            #expect(outcome26)
            let events = try await service.events(after: 0, limit: 9, for: RegistrationBench.alice)
            #expect(events.map(\.type) == [.registered] && events[0].registration == registration)
            let actions = try await bench.actions(of: registration.id)
            #expect(actions == [.registerAgent, .writeRecords, .activateAgent])
            // Nothing is left to do, and nobody has a lease.
            let stored = try await bench.database.registration(registration.id)
            #expect(stored?.lease == nil)
        }
    }

    @Test("An agent that registers with its key alone is its own owner")
    func keyAlone() async throws {
        try await RegistrationBench.withNode { bench, service in
            let agent = TestAgent("weather")
            let principal = try await agent.principal(at: bench.clock.now)
            let registration = try await service.register(agent, by: principal)
            #expect(registration.status == .active && registration.owner == principal.account)
            #expect(registration.thumbprint == principal.thumbprint)
            let thumbprint = try #require(registration.thumbprint)
            let outcome27 = try await service.identityKey(thumbprint: thumbprint) == registration.identityKey
            #expect(outcome27)
            let outcome28 = try await service.identityKey(thumbprint: "another") == nil
            #expect(outcome28)
            let found = try await service.identityCertificates(of: registration.id, for: principal)
            #expect(found.map(\.certificate) == bench.issuer.certificates)
        }
    }

    @Test("The key of the request must be the one that signs the call, and must be there")
    func keyMismatch() async throws {
        try await RegistrationBench.withNode { bench, service in
            let (agent, other) = (TestAgent("weather"), TestAgent("weather"))
            let principal = try await other.principal(at: bench.clock.now)
            await expectRefusal(.keyMismatch) { try await service.register(agent, by: principal) }
            await expectRefusal(.missingMember) {
                try await service.register(agent, ["identityCsrPEM": nil], by: principal)
            }
            // A request for another's name.
            let csr = AgentFixtures.quoted(try agent.csr("ans://v1.0.0.other.agents.example"))
            await expectRefusal(.invalidIdentityCSR) {
                try await service.register(agent, ["identityCsrPEM": csr])
            }
            #expect(bench.issuer.calls == 0)
            let outcome29 = try await !bench.database.isHeld(host: agent.host)
            #expect(outcome29)
        }
    }

    @Test("Without a request for a certificate there is none, and the agent never expires")
    func withoutCertificate() async throws {
        try await RegistrationBench.withNode { bench, service in
            let agent = TestAgent("plain")
            let registration = try await service.register(agent, ["identityCsrPEM": nil])
            #expect(registration.status == .active && registration.expiresAt == nil && bench.issuer.calls == 0)
            await expectRefusal(.identityRequestNotPermitted) {
                try await service.requestIdentity(
                    registration.id,
                    csr: try agent.csr(),
                    by: RegistrationBench.alice,
                    from: .local
                )
            }
        }
    }

    @Test("Names that the policy for labels does not admit are refused before anything is stored")
    func labels() async throws {
        try await RegistrationBench.withNode { bench, service in
            for label in ["admin", "ww", "a--b", "xn--80ak6aa92e", "adm1n"] {
                await expectRefusal(.nameNotAdmitted) { try await service.register(TestAgent(label)) }
            }
            let outcome30 = try await bench.database.registrations(RegistrationQuery(limit: 9)).isEmpty
            #expect(outcome30)
        }
    }

    @Test("Certificates that are ordered while the CA is away come when it is back")
    func issuerAway() async throws {
        try await RegistrationBench.withNode { bench, service in
            bench.issuer.change { $0.isAway = true }
            let pending = try await service.register(TestAgent("weather"))
            #expect(pending.status == .pendingValidation && pending.phase == .certificateIssuance)
            #expect(pending.failure?.code == "TOKEN_UNAVAILABLE" && pending.attempts == 1)
            bench.issuer.change { $0.isAway = false }
            bench.clock.advance(1)
            try await bench.awaited(pending.id) { $0.status == .active && $0.failure == nil && $0.attempts == 0 }
        }
    }

    @Test("A request that the CA refuses for good fails the registration with the CA's words, and frees the name")
    func refused() async throws {
        try await RegistrationBench.withNode { bench, service in
            bench.issuer.change { $0.faults = [.refuse(IssuerDouble.refusal)] }
            let failed = try await service.register(TestAgent("weather"))
            #expect(failed.status == .failed && failed.step == .none)
            #expect(failed.failure?.code == "WEAK_KEY" && failed.failure?.reason.contains("the key is weak") == true)
            #expect(failed.requests.map(\.status) == [.rejected] && bench.zone.applied.isEmpty)
            let again = try await service.register(TestAgent("weather"), by: RegistrationBench.bob)
            #expect(again.status == .active)
        }
    }

    @Test("An answer of the CA that was lost does not give a second certificate")
    func lostAnswer() async throws {
        try await RegistrationBench.withNode { bench, service in
            bench.issuer.change { $0.faults = [.loseAnswer] }
            let pending = try await service.register(TestAgent("weather"))
            bench.clock.advance(1)
            try await bench.awaited(pending.id) { $0.status == .active }
            #expect(bench.issuer.calls == 2 && bench.issuer.certificates.count == 1)
        }
    }

    @Test("Whoever does not wait learns that it is pending, and finds it active later")
    func noPatience() async throws {
        try await RegistrationBench.withNode { bench, service in
            let registration = try await service.register(TestAgent("weather"), waiting: .zero)
            #expect(registration.status == .pendingValidation)
            try await bench.awaited(registration.id) { $0.status == .active }
        }
    }

    @Test("A hundred at once all become active, each once")
    func many() async throws {
        try await RegistrationBench.withNode { bench, service in
            try await withThrowingTaskGroup(of: Registration.self) { group in
                for number in 0..<100 { group.addTask { try await service.register(TestAgent("unit-\(number)")) } }
                for try await registration in group { #expect(registration.status == .active) }
            }
            #expect(bench.issuer.certificates.count == 100 && bench.issuer.calls == 100)
            #expect(bench.zone.applied.count == 100)
        }
    }
}
