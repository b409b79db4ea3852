// Who holds a name and a host, who may see and change a registration, and what policy and limits refuse.

import AuditLog
import Crypto
import DNS
import Foundation
import PKIX
import Testing
import X509

@testable import RegistrationAuthority

@Suite("Names, owners and policy")
struct HoldingTests {
    @Test("A name is given once, a host to one owner and, in a zone of ours, to one key")
    func holding() async throws {
        try await RegistrationBench.withNode { bench, service in
            let agent = TestAgent("weather")
            _ = try await service.register(agent)
            await expectRefusal(.ansNameTaken) { try await service.register(agent) }
            var second = agent
            second.version = "1.1.0"
            await expectRefusal(.hostTaken) { try await service.register(second, by: RegistrationBench.bob) }
            await expectRefusal(.hostTaken) { try await service.register(TestAgent("weather", version: "1.1.0")) }
            let outcome9 = try await service.register(second).status == .active
            #expect(outcome9)
            // A name of others is its owner's, with any key.
            let foreign = TestAgent("bot.customer.example")
            _ = try await service.register(foreign)
            await expectRefusal(.ansNameTaken) { try await service.register(foreign) }
            let later = try await service.register(TestAgent("bot.customer.example", version: "2.0.0"))
            let others = try await service.register(
                TestAgent("bot.customer.example", version: "3.0.0"),
                by: RegistrationBench.bob
            )
            bench.zone.change { $0.control = .proven(.dns01) }
            _ = try await service.proveControl(later.id, by: RegistrationBench.alice, from: .local)
            await expectRefusal(.hostTaken) {
                try await service.proveControl(others.id, by: RegistrationBench.bob, from: .local)
            }
        }
    }

    @Test("Of many that want a name at once one gets it")
    func race() async throws {
        try await RegistrationBench.withNode { bench, service in
            let outcomes = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        let owner = Bench.token("owner\(number)")
                        return (try? await service.register(TestAgent("weather"), by: owner)) != nil
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(outcomes == 1 && bench.issuer.certificates.count == 1)
        }
    }

    @Test("Versions share the HTTPS record: it stays until the last of them goes")
    func versions() async throws {
        try await RegistrationBench.withNode { bench, service in
            let first = TestAgent("weather")
            var second = first
            second.version = "2.0.0"
            let (one, two) = (try await service.register(first), try await service.register(second))
            let shared = Set(one.records.map(\.record.record)).intersection(two.records.map(\.record.record))
            #expect(shared.contains { "\($0.data.type)" == "HTTPS" })
            #expect(try await service.revoke(one.id).records.allSatisfy { $0.state == .removed })
            #expect(bench.zone.records == Set(two.records.map(\.record.record)))
            let live = RegistrationQuery(host: first.host, statuses: [.active, .deprecated], limit: 10)
            let outcome10 = try await bench.database.registrations(live).map(\.id) == [two.id]
            #expect(outcome10)
            _ = try await service.revoke(two.id)
            #expect(bench.zone.records.isEmpty)
        }
    }

    @Test("Nobody else's token and nobody else's key sees or changes an agent; an operator may")
    func access() async throws {
        try await RegistrationBench.withNode { bench, service in
            let agent = TestAgent("weather")
            let active = try await service.register(agent)
            let stranger = try await TestAgent("other").principal(at: bench.clock.now)
            for principal in [RegistrationBench.bob, stranger, Bench.token("auditor", .auditor)] {
                await expectRefusal(.permissionDenied) { try await service.revoke(active.id, by: principal) }
                await expectRefusal(.permissionDenied) {
                    try await service.requestIdentity(active.id, csr: try agent.csr(), by: principal, from: .local)
                }
                await expectRefusal(.agentNotFound) {
                    try await service.proveControl(active.id, by: principal, from: .local)
                }
                await expectRefusal(.agentNotFound) {
                    try await service.verifyRecords(active.id, by: principal, from: .local)
                }
                await expectRefusal(.permissionDenied) {
                    try await service.approve(active.id, by: principal, from: .local)
                }
            }
            for principal in [RegistrationBench.bob, stranger] {
                await expectRefusal(.agentNotFound) { try await service.registration(active.id, for: principal) }
                let asked = RegistrationQuery(limit: 9)
                let own = try await service.registrations(asked, of: principal.account, for: principal)
                #expect(own.isEmpty)
                for owner in ["token:alice", nil] {
                    await expectRefusal(.permissionDenied) {
                        try await service.registrations(asked, of: owner, for: principal)
                    }
                }
                let outcome13 = try await service.events(after: 0, limit: 9, for: principal).isEmpty
                #expect(outcome13)
            }
            let outcome14 = try await bench.current(active.id) == active
            #expect(outcome14)
            // The agent's own key, its owner, reviewers and operators.
            let own = try await agent.principal(at: bench.clock.now)
            for principal in [own, RegistrationBench.alice, Bench.token("auditor", .auditor), RegistrationBench.admin] {
                let outcome15 = try await service.registration(active.id, for: principal) == active
                #expect(outcome15)
            }
            let outcome16 = try await service.revoke(active.id, by: own).status == .revoked
            #expect(outcome16)
            var generator = SystemRandomNumberGenerator()
            let unknown = AgentID(at: bench.clock.now, using: &generator)
            await expectRefusal(.agentNotFound) {
                try await service.registration(unknown, for: RegistrationBench.admin)
            }
        }
    }

    @Test("A host of our zone that was active stays with its owner until all that speaks of it has expired")
    func quarantine() async throws {
        try await RegistrationBench.withNode { bench, service in
            let first = try await service.register(TestAgent("weather"))
            _ = try await service.revoke(first.id)
            let end = try #require(first.expiresAt)
            let stranger = TestAgent("weather", version: "1.0.1")
            await expectRefusal(.hostTaken) { try await service.register(stranger, by: RegistrationBench.bob) }
            let kept = try await service.availability(of: "weather.agents.example")
            #expect(!kept.isAvailable && kept.reason?.contains("it is kept until") == true)
            let own = try await service.register(TestAgent("weather", version: "1.1.0"))
            #expect(own.status == .active)
            _ = try await service.revoke(own.id)
            bench.clock.advance(end.timeIntervalSince(bench.clock.now) + 3_700)
            let free = try await service.availability(of: "weather.agents.example")
            #expect(free.isAvailable)
            let late = try await service.register(stranger, by: RegistrationBench.bob)
            #expect(late.status == .active)
        }
    }

    @Test("A name of our zone that is in use is not given out, and nothing is issued for it")
    func inUse() async throws {
        try await RegistrationBench.withNode { bench, service in
            let name = try DomainName("portal.\(RegistrationBench.apex)")
            let own = ResourceRecord(name: name, ttl: 60, data: try RecordData(type: .a, presentation: "192.0.2.1"))
            bench.zone.change { $0.records = [own] }
            let failed = try await service.register(TestAgent("portal"))
            #expect(failed.status == .failed && failed.failure?.code == "NAME_IN_USE")
            #expect(bench.issuer.calls == 0 && bench.zone.records == [own])
            // Nobody can say: it waits, and goes on when somebody can.
            bench.zone.change { $0.isReachable = false }
            let waiting = try await service.register(TestAgent("weather"))
            #expect(waiting.status == .pendingValidation && waiting.failure?.code == "DNS_UNAVAILABLE")
            bench.zone.change { $0.isReachable = true }
            bench.clock.advance(1)
            try await bench.awaited(waiting.id) { $0.status == .active }
        }
    }

    /// Asks for names beside registration, by a key that no agent has unless one is given.
    @discardableResult
    private func ask(
        _ names: [AlternativeName],
        _ principal: Principal,
        _ service: RegistrationService,
        key: SubjectPublicKey? = nil
    ) async throws -> Date? {
        let key = try key ?? SubjectPublicKey(Certificate.PublicKey(P256.Signing.PrivateKey().publicKey))
        return try service.requireFree(try await service.claims(on: names, for: principal), of: key, for: principal)
    }

    @Test("Certificates for agents' names are not to be had past registration")
    func issuers() async throws {
        try await RegistrationBench.withNode { _, service in
            let agent = TestAgent("weather")
            let active = try await service.register(agent)
            let issuer = Bench.token("carol", .issuer)
            let names: [(String, RegistrationError.Code?)] = [
                ("ans://v9.0.0.weather.agents.example", .hostTaken),
                // No agent can have these names; they speak for the host all the same.
                ("ans://v9999999999.0.0.weather.agents.example", .hostTaken),
                ("spiffe://weather.agents.example/x", .hostTaken),
                ("ans://v9999999999.0.0.free.agents.example", .nameNotAdmitted),
                ("ans://v1.0.0.free.agents.example", .nameNotAdmitted),
                ("ans://v1.0.0.bot.elsewhere.example", nil),
            ]
            for (name, code) in names {
                let wanted = [AlternativeName.uri(try URIName(name))]
                if let code {
                    await expectRefusal(code) { try await self.ask(wanted, issuer, service) }
                } else {
                    try await self.ask(wanted, issuer, service)
                }
                try await self.ask(wanted, RegistrationBench.admin, service)
            }
            let host = [AlternativeName.dns(try HostName("weather.agents.example"))]
            await expectRefusal(.hostTaken) { try await self.ask(host, issuer, service) }
            // What is issued beside the registration ends with what the registration has.
            let end = try await self.ask(host, RegistrationBench.alice, service)
            #expect(end == active.expiresAt && end != nil)
            try await self.ask([.ip([192, 0, 2, 1])], issuer, service)
            // Whoever has proven nothing keeps nobody from a name.
            let pending = try await service.register(TestAgent("bot.customer.example"))
            #expect(pending.status == .pendingValidation && pending.control == nil)
            try await self.ask([.dns(try HostName("bot.customer.example"))], issuer, service)
        }
    }

    @Test("Further ANS names of a host are certified for the keys of its agents alone")
    func furtherNames() async throws {
        try await RegistrationBench.withNode { _, service in
            let agent = TestAgent("weather")
            _ = try await service.register(agent)
            let wanted = [AlternativeName.uri(try URIName("ans://v1.0.1.weather.agents.example"))]
            await expectRefusal(.nameNotAdmitted) { try await self.ask(wanted, RegistrationBench.alice, service) }
            let key = try SubjectPublicKey(Certificate.PublicKey(agent.key.publicKey))
            try await self.ask(wanted, RegistrationBench.alice, service, key: key)
        }
    }

    @Test("Beside an agent without a certificate, which never ends, nothing is issued")
    func endless() async throws {
        try await RegistrationBench.withNode { _, service in
            let active = try await service.register(TestAgent("weather"), ["identityCsrPEM": nil])
            #expect(active.status == .active && active.expiresAt == nil)
            let host = [AlternativeName.dns(try HostName("weather.agents.example"))]
            await expectRefusal(.nameNotAdmitted) { try await self.ask(host, RegistrationBench.alice, service) }
        }
    }

    @Test("An agent of our zone that is not active yet gets nothing past its registration")
    func notYetActive() async throws {
        try await RegistrationBench.withNode { bench, service in
            bench.zone.change { $0.isReachable = false }
            let waiting = try await service.register(TestAgent("weather"))
            #expect(waiting.status == .pendingValidation && waiting.control != nil)
            let host = [AlternativeName.dns(try HostName("weather.agents.example"))]
            await expectRefusal(.nameNotAdmitted) { try await self.ask(host, RegistrationBench.alice, service) }
        }
    }

    @Test("A wildcard stands for no name of others, and for none of our zones")
    func wildcards() async throws {
        try await RegistrationBench.withNode { _, service in
            // The caller's own are newer, and hide nobody's.
            _ = try await service.register(TestAgent("traffic"), by: RegistrationBench.bob)
            _ = try await service.register(TestAgent("weather"))
            let issuer = Bench.token("carol", .issuer)
            func wanted(_ host: String) throws -> [AlternativeName] { [.wildcard(try HostName(host))] }
            await expectRefusal(.hostTaken) { try await self.ask(try wanted("agents.example"), issuer, service) }
            let cases: [(String, RegistrationError.Code)] = [
                ("agents.example", .hostTaken), ("weather.agents.example", .nameNotAdmitted),
            ]
            for (host, code) in cases {
                await expectRefusal(code) {
                    try await self.ask(try wanted(host), RegistrationBench.alice, service)
                }
                try await self.ask(try wanted(host), RegistrationBench.admin, service)
            }
            // Two labels are not one.
            try await self.ask(try wanted("example"), issuer, service)
            try await self.ask(try wanted("elsewhere.example"), issuer, service)
        }
    }

    @Test("A nonce is used once by a key")
    func nonce() async throws {
        try await RegistrationBench.with { bench in
            let store = bench.node().store
            let until = bench.clock.now + 90
            let outcome17 = try await store.useNonce("n", of: "key", until: until)
            #expect(outcome17)
            let outcome18 = try await !store.useNonce("n", of: "key", until: until)
            #expect(outcome18)
            let outcome19 = try await store.useNonce("n", of: "another", until: until)
            #expect(outcome19)
        }
    }

    @Test("What the policy denies leaves no trace but the refusal's words")
    func denied() async throws {
        try await RegistrationBench.withNode { bench, service in
            let error = await expectRefusal(.policyDenied) {
                try await service.register(TestAgent("weather"), by: Bench.token("banned"))
            }
            #expect(error?.reason.contains("this account is not welcome") == true)
            await expectRefusal(.permissionDenied) {
                try await service.register(TestAgent("weather"), by: Bench.token("auditor", .auditor))
            }
            let outcome20 = try await bench.database.registrations(RegistrationQuery(limit: 9)).isEmpty
            #expect(outcome20)
        }
    }

    @Test("A person approves what a rule leaves to one; without it the name is released at the deadline")
    func approval() async throws {
        try await RegistrationBench.withNode { bench, service in
            let newcomer = Bench.token("newcomer")
            let begun = try await service.register(TestAgent("weather"), by: newcomer)
            #expect(begun.step == .awaitApproval && begun.phase == .initialization && bench.issuer.calls == 0)
            await expectRefusal(.approvalPending) {
                try await service.proveControl(begun.id, by: newcomer, from: .local)
            }
            await expectRefusal(.permissionDenied) { try await service.approve(begun.id, by: newcomer, from: .local) }
            _ = try await service.approve(begun.id, by: RegistrationBench.admin, from: .local)
            let active = try await bench.awaited(begun.id) { $0.status == .active }
            #expect(active.owner == "token:newcomer")
            // To approve again changes nothing.
            let outcome21 = try await service.approve(begun.id, by: RegistrationBench.admin, from: .local) == active
            #expect(outcome21)

            let foreign = try await service.register(TestAgent("bot.customer.example"), by: newcomer)
            let approved = try await service.approve(foreign.id, by: RegistrationBench.admin, from: .local)
            #expect(approved.step == .awaitControl && approved.challenge != nil)

            let late = try await service.register(TestAgent("late"), by: newcomer)
            bench.clock.advance(3_600)
            let failed = try await bench.awaited(late.id) { $0.status == .failed && $0.step == .none }
            #expect(failed.failure?.reason.contains("nobody approved it in time") == true)
            await expectRefusal(.agentEnded) {
                try await service.approve(late.id, by: RegistrationBench.admin, from: .local)
            }
        }
    }

    @Test("An account has as many agents as its rule admits; one that ended makes room")
    func tooMany() async throws {
        try await RegistrationBench.withNode { bench, service in
            let small = Bench.token("small")
            let first = try await service.register(TestAgent("one"), by: small)
            await expectRefusal(.tooManyAgents) { try await service.register(TestAgent("two"), by: small) }
            _ = try await service.revoke(first.id, by: small)
            let outcome22 = try await service.register(TestAgent("two"), by: small).status == .active
            #expect(outcome22)
        }
    }

    @Test("Rate limits refuse with the time to wait, and admit after it")
    func limits() async throws {
        try await RegistrationBench.withNode { bench, service in
            let busy = Bench.token("busy")
            for label in ["one", "two"] { _ = try await service.register(TestAgent(label), by: busy) }
            let error = await expectRefusal(.rateLimited) { try await service.register(TestAgent("three"), by: busy) }
            #expect(error?.retryAfter == 3_600 && error?.reason.contains("per-account") == true)
            let outcome23 = try await !bench.database.isHeld(host: "three.agents.example")
            #expect(outcome23)
            bench.clock.advance(3_600)
            _ = try await service.register(TestAgent("three"), by: busy)
        }
    }

    @Test("Having a proof looked for is limited too")
    func validations() async throws {
        try await RegistrationBench.withNode { bench, service in
            let begun = try await service.register(TestAgent("bot.customer.example"))
            for _ in 0..<20 {
                await expectRefusal(.controlNotProven) {
                    try await service.proveControl(begun.id, by: RegistrationBench.alice, from: .local)
                }
            }
            let looks = 20
            await expectRefusal(.rateLimited) {
                try await service.proveControl(begun.id, by: RegistrationBench.alice, from: .local)
            }
            bench.zone.change { #expect($0.looks == looks) }
        }
    }

    @Test("A name that is free is said to be; one that is not comes with others that are")
    func availability() async throws {
        try await RegistrationBench.withNode { bench, service in
            let outcome24 = try await service.availability(of: "weather.agents.example").isAvailable
            #expect(outcome24)
            _ = try await service.register(TestAgent("weather"))
            let taken = try await service.availability(of: "weather.agents.example")
            #expect(!taken.isAvailable && taken.reason == "it is registered already" && !taken.suggestions.isEmpty)
            for name in taken.suggestions {
                let outcome25 = try await service.availability(of: name).isAvailable
                #expect(outcome25)
            }
            let reserved = try await service.availability(of: "admin.agents.example")
            #expect(!reserved.isAvailable && reserved.zone == RegistrationBench.apex)
        }
    }
}
