// An agent gets another key: proven by the old one, followed by its record, and the old one is of no more use.

import AuditLog
import Crypto
import DNS
import Foundation
import HTTPSignatures
import PKIX
import RegistrationAuthority
import Testing
import X509

@Suite("Change of keys")
struct KeyChangeTests {
    /// Asks for a certificate of an agent by another key.
    private static func change(
        _ id: AgentID,
        to next: TestAgent,
        by principal: Principal,
        _ service: RegistrationService
    ) async throws -> Registration {
        try await service.requestIdentity(
            id,
            csr: try next.csr(),
            by: principal,
            from: .local,
            waiting: .seconds(10)
        ).0
    }

    private static func away(_ count: Int) -> [ZoneDouble.Fault] {
        Array(repeating: .all(ProviderFailure(.unavailable, "no answer")), count: count)
    }

    private static func identityRecords(_ bench: RegistrationBench) -> [String] {
        bench.zone.records.compactMap { record in
            record.name.description.hasPrefix("_agent.") ? record.data.joinedText : nil
        }
    }

    @Test("signed by the old key: bound to the new one, its record replaced, the old key retired")
    func changes() async throws {
        try await RegistrationBench.withNode { bench, service in
            let (old, next) = (TestAgent("weather"), TestAgent("weather"))
            let owner = try await old.principal(of: service, at: bench.clock.now)
            let active = try await service.register(old, by: owner)
            let before = Self.identityRecords(bench)
            let changed = try await Self.change(active.id, to: next, by: owner, service)
            let settled = try await bench.awaited(changed.id, "rest") { $0.step == .none }
            #expect(settled.status == .active && settled.thumbprint != active.thumbprint)
            #expect(
                settled.identityKey?.subjectPublicKeyInfo
                    == (try SubjectPublicKey(Certificate.PublicKey(next.key.publicKey)).subjectPublicKeyInfo)
            )
            let after = Self.identityRecords(bench)
            #expect(before.count == 1 && after.count == 1 && before != after)
            #expect(settled.activatedAt == active.activatedAt)
            #expect(settled.owner == active.owner)
            let actions = try await bench.actions(of: active.id)
            #expect(actions.contains(.changeAgentKey))

            // The new key acts for the same owner, also for what it registers next; the old one for nobody.
            let successor = try await next.principal(of: service, at: bench.clock.now)
            #expect(successor.account == owner.account)
            var second = next
            second.version = "1.1.0"
            let more = try await service.register(second, by: successor)
            #expect(more.owner == active.owner && more.status == .active)
            let retired = try await old.principal(of: service, at: bench.clock.now)
            #expect(retired.account != owner.account)
            await expectRefusal(.agentNotFound) { try await service.registration(active.id, for: retired) }
            await expectRefusal(.permissionDenied) { try await service.revoke(active.id, by: retired) }
            let listed = try await service.registrations(
                RegistrationQuery(limit: 10),
                of: retired.account,
                for: retired
            )
            #expect(listed.isEmpty)
            var third = old
            third.version = "1.2.0"
            await expectRefusal(.keyRetired) { [third] in try await service.register(third, by: retired) }
            // Not even with somebody's token does the old key come back.
            await expectRefusal(.keyRetired) { [third] in try await service.register(third, by: RegistrationBench.bob) }
        }
    }

    @Test("while a change is under way, whoever asks for the same key is told so, and not that it is another's")
    func underWay() async throws {
        try await RegistrationBench.withNode { bench, service in
            let (agent, next) = (TestAgent("weather"), TestAgent("weather"))
            let active = try await service.register(agent)
            let itself = try await agent.principal(of: service, at: bench.clock.now)
            bench.issuer.change { $0.isAway = true }
            let begun = try await Self.change(active.id, to: next, by: itself, service)
            #expect(begun.requests.last?.status == .pending && begun.thumbprint == active.thumbprint)
            await expectRefusal(.agentBusy) {
                try await Self.change(active.id, to: next, by: RegistrationBench.alice, service)
            }
            await expectRefusal(.keyChangeNotProven) {
                try await Self.change(active.id, to: TestAgent("weather"), by: RegistrationBench.alice, service)
            }
            bench.issuer.change { $0.isAway = false }
            bench.clock.advance(60)
            let settled = try await bench.awaited(active.id) { $0.step == .none }
            #expect(settled.thumbprint != active.thumbprint)
        }
    }

    @Test("a token, an operator or another agent's key does not change an agent's key")
    func refusesOthers() async throws {
        try await RegistrationBench.withNode { bench, service in
            let (agent, next, other) = (TestAgent("weather"), TestAgent("weather"), TestAgent("traffic"))
            let active = try await service.register(agent)
            _ = try await service.register(other, by: RegistrationBench.bob)
            await expectRefusal(.keyChangeNotProven) {
                try await Self.change(active.id, to: next, by: RegistrationBench.alice, service)
            }
            await expectRefusal(.keyChangeNotProven) {
                try await Self.change(active.id, to: next, by: .operator(named: "op"), service)
            }
            let stranger = try await other.principal(of: service, at: bench.clock.now)
            await expectRefusal(.permissionDenied) {
                try await Self.change(active.id, to: next, by: stranger, service)
            }
            let current = try await bench.current(active.id)
            #expect(current == active)
            // Its own key may, whoever registered it.
            let itself = try await agent.principal(of: service, at: bench.clock.now)
            let changed = try await Self.change(active.id, to: next, by: itself, service)
            let settled = try await bench.awaited(changed.id) { $0.step == .none }
            #expect(settled.thumbprint != active.thumbprint && settled.owner == active.owner)
        }
    }

    @Test("a key that acts for another account, or is blocked, is not taken for an agent's")
    func refusesForeignKeys() async throws {
        try await RegistrationBench.withNode { bench, service in
            let agent = TestAgent("weather")
            let active = try await service.register(agent)
            let itself = try await agent.principal(of: service, at: bench.clock.now)
            let holder = TestAgent("weather", version: "2.0.0")
            _ = try await bench.accounts().open(
                name: "Another",
                contacts: [],
                key: try SubjectPublicKey(Certificate.PublicKey(holder.key.publicKey)),
                by: try await holder.principal(of: service, at: bench.clock.now),
                from: .local
            )
            var imposter = holder
            imposter.version = agent.version
            await expectRefusal(.keyMismatch) { [imposter] in
                try await Self.change(active.id, to: imposter, by: itself, service)
            }
            await expectRefusal(.keyMismatch) { try await service.register(holder) }
            let lost = TestAgent("weather")
            let hash = try SubjectPublicKey(Certificate.PublicKey(lost.key.publicKey)).sha256
            bench.issuer.change { $0.blocked = [hash] }
            await expectRefusal(.keyBlocked) { try await Self.change(active.id, to: lost, by: itself, service) }
            // Whoever signs with a blocked key is refused.
            let own = try SubjectPublicKey(Certificate.PublicKey(agent.key.publicKey)).sha256
            bench.issuer.change { $0.blocked = [own] }
            await expectRefusal(.keyRetired) { try await agent.principal(of: service, at: bench.clock.now) }
        }
    }

    @Test(
        "two versions with one key: each follows when its own change is signed, and the new key may sign for the second"
    )
    func versions() async throws {
        try await RegistrationBench.withNode { bench, service in
            let old = TestAgent("weather")
            var later = old
            later.version = "1.1.0"
            let owner = try await old.principal(of: service, at: bench.clock.now)
            let first = try await service.register(old, by: owner)
            let second = try await service.register(later, by: owner)
            let next = TestAgent("weather")
            _ = try await Self.change(first.id, to: next, by: owner, service)
            try await bench.awaited(first.id) { $0.step == .none && $0.thumbprint != first.thumbprint }
            // The second still shows the old key, which its record keeps.
            #expect(Self.identityRecords(bench).count == 2)
            let successor = try await next.principal(of: service, at: bench.clock.now)
            var nextLater = next
            nextLater.version = "1.1.0"
            _ = try await Self.change(second.id, to: nextLater, by: successor, service)
            try await bench.awaited(second.id) { $0.step == .none && $0.thumbprint != second.thumbprint }
            #expect(Self.identityRecords(bench).count == 1)
        }
    }

    @Test(
        "an owner that changes the key of its agent gains nothing of that key's own account, and takes nothing from it"
    )
    func doesNotTakeOver() async throws {
        try await RegistrationBench.withNode { bench, service in
            // The key has an agent of its own; a platform registers another one with it, by its own account.
            let key = TestAgent("weather")
            let victim = try await key.principal(of: service, at: bench.clock.now)
            let own = try await service.register(key, by: victim)
            var hosted = key
            hosted.host = "hosted.\(RegistrationBench.apex)"
            let opener = TestAgent("unused")
            let platform = try await opener.principal(of: service, at: bench.clock.now)
            _ = try await bench.accounts().open(
                name: "Platform",
                contacts: [],
                key: try SubjectPublicKey(Certificate.PublicKey(opener.key.publicKey)),
                by: platform,
                from: .local
            )
            let account = try await opener.principal(of: service, at: bench.clock.now)
            let guest = try await service.register(hosted, by: account)
            #expect(guest.owner == account.account && guest.status == .active)
            let next = TestAgent("hosted")
            _ = try await Self.change(guest.id, to: next, by: account, service)
            try await bench.awaited(guest.id) { $0.step == .none && $0.thumbprint != guest.thumbprint }
            let thief = try await next.principal(of: service, at: bench.clock.now)
            #expect(thief.account != victim.account)
            await expectRefusal(.agentNotFound) { try await service.registration(own.id, for: thief) }
            // The key still acts for its own agents.
            let still = try await key.principal(of: service, at: bench.clock.now)
            #expect(still == victim)
            let revoked = try await service.revoke(own.id, by: still)
            #expect(revoked.status == .revoked)
        }
    }

    @Test("while records are being replaced the agent renews its certificate, and every certificate is told of")
    func renewsMeanwhile() async throws {
        try await RegistrationBench.withNode { bench, service in
            let (old, next) = (TestAgent("weather"), TestAgent("weather"))
            let owner = try await old.principal(of: service, at: bench.clock.now)
            let active = try await service.register(old, by: owner)
            bench.zone.change { $0.faults = Self.away(1) }
            _ = try await Self.change(active.id, to: next, by: owner, service)
            try await bench.awaited(active.id) { $0.failure != nil && $0.step == .publishRecords }
            let successor = try await next.principal(of: service, at: bench.clock.now)
            _ = try await Self.change(active.id, to: next, by: successor, service)
            let settled = try await bench.awaited(active.id) { $0.step == .none }
            #expect(settled.requests.map(\.status) == [.signed, .signed, .signed])
            #expect(Self.identityRecords(bench).count == 1)
            let events = try await service.events(after: 0, limit: 9, for: successor)
            #expect(events.map(\.type) == [.registered, .renewed, .renewed])
        }
    }

    @Test("the name server is away during a change: the agent stays ACTIVE, and the records follow")
    func survivesFaults() async throws {
        try await RegistrationBench.withNode { bench, service in
            let (old, next) = (TestAgent("weather"), TestAgent("weather"))
            let owner = try await old.principal(of: service, at: bench.clock.now)
            let active = try await service.register(old, by: owner)
            bench.zone.change { $0.faults = Self.away(1) }
            _ = try await Self.change(active.id, to: next, by: owner, service)
            let waiting = try await bench.awaited(active.id) { $0.failure != nil }
            #expect(waiting.status == .active && waiting.step == .publishRecords)
            bench.clock.advance(2)
            try await bench.awaited(active.id) { $0.step == .none }
            #expect(Self.identityRecords(bench).count == 1)
        }
    }

    @Test("an agent whose records cannot be written expires all the same")
    func expiresWhileBusy() async throws {
        try await RegistrationBench.withNode { bench, service in
            let (old, next) = (TestAgent("weather"), TestAgent("weather"))
            let owner = try await old.principal(of: service, at: bench.clock.now)
            let active = try await service.register(old, by: owner)
            bench.zone.change { $0.faults = Self.away(100) }
            _ = try await Self.change(active.id, to: next, by: owner, service)
            let end = try #require(try await bench.awaited(active.id) { $0.failure != nil }.expiresAt)
            bench.clock.advance(end.timeIntervalSince(bench.clock.now) + 1)
            try await bench.awaited(active.id) { $0.status == .expired }
        }
    }
}
