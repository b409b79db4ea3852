// Who renews an agent's identity by the call for certificates, as `signet renew` does.

import Crypto
import Foundation
import HTTPTypes
import PKIX
import Persistence
import RegistrationAuthority
import TestSupport
import Testing

@testable import WebAPI

@Suite("Identities of registered agents by POST /v1/certificates")
struct IdentityRenewalTests {
    private func body(_ agent: TestAgent, _ label: String, _ more: [String: Any] = [:]) throws -> String {
        let csr = try agent.csr("\(label).\(AgentAPI.zone)")
        return try TestRequests.body(["profile": "agent-identity", "csr": csr].merging(more) { $1 })
    }

    private func registration(_ id: String, _ agents: AgentAPI) async throws -> Registration {
        let id = try #require(AgentID(id))
        let stored = try await agents.store.registration(id)
        return try #require(stored).registration
    }

    private func ask(_ body: String, _ key: String, _ agents: AgentAPI) async throws -> Answer {
        try await agents.call(.post, "/v1/certificates", as: .issuer, headers: self.key(key), body: body)
    }

    private func key(_ text: String) -> HTTPFields { [.idempotencyKey: text] }

    @Test("the registration has it, lives on with it, and tells of it; a repetition gets the same")
    func renews() async throws {
        try await AgentAPI.run { agents in
            let agent = TestAgent()
            let id = try await agents.activate("weather", as: .issuer, agent: agent)
            let end = try #require(try await self.registration(id, agents).expiresAt)
            agents.clock.advance(by: 86_400)
            let body = try self.body(agent, "weather")
            let path = "/v1/certificates"
            let answer = try await self.ask(body, "k-1", agents)
            #expect(answer.status == 201, "\(answer.body)")
            let serial = try #require(answer.json["serial"] as? String)
            #expect(answer.headers[.location] == "/v1/certificates/\(serial)")
            let after = try await self.registration(id, agents)
            #expect(after.requests.count == 2 && after.requests.last?.serialNumber?.description == serial)
            #expect(try #require(after.expiresAt) > end && after.status == .active)
            let events = try await agents.call(.get, "/v1/agents/events", as: .admin)
            let types = (events.json["items"] as? [[String: Any]])?.compactMap { $0["eventType"] as? String }
            #expect(types?.contains("AGENT_RENEWED") == true, "\(events.body)")
            let again = try await self.ask(body, "k-1", agents)
            #expect(again.status == 201 && again.json["serial"] as? String == serial)
            let other = try await self.ask(body, "k-2", agents)
            #expect(other.status == 201 && other.json["serial"] as? String != serial)
            #expect(try await self.registration(id, agents).requests.count == 3)
            // After a day the key is another request's.
            agents.clock.advance(by: 86_401)
            let late = try await self.ask(body, "k-1", agents)
            #expect(late.status == 201 && late.json["serial"] as? String != serial, "\(late.body)")
            #expect(try await self.registration(id, agents).requests.count == 4)
        }
    }

    @Test("a request that is refused holds no key: the same may be asked for again")
    func refused() async throws {
        try await AgentAPI.run { agents in
            let agent = TestAgent()
            let id = try await agents.activate("weather", as: .issuer, agent: agent)
            let body = try self.body(agent, "weather", ["lifetime": 1])
            for _ in 1...2 {
                agents.clock.advance(by: 60)
                let answer = try await self.ask(body, "k-1", agents)
                #expect(answer.status == 422, "\(answer.body)")
                let requests = try await self.registration(id, agents).requests
                #expect(requests.map(\.status) == [.signed, .rejected])
                // It was judged anew.
                #expect(requests.last?.submittedAt == agents.clock.now)
            }
        }
    }

    @Test("many repetitions at once get one certificate")
    func atOnce() async throws {
        try await AgentAPI.run { agents in
            let agent = TestAgent()
            let id = try await agents.activate("weather", as: .issuer, agent: agent)
            let body = try self.body(agent, "weather")
            let serials = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        let answer = try await self.ask(body, "k-1", agents)
                        return answer.status == 201 ? answer.json["serial"] as? String : nil
                    }
                }
                return try await group.reduce(into: [String?]()) { $0.append($1) }
            }
            #expect(Set(serials.compactMap(\.self)).count == 1, "\(serials)")
            #expect(try await self.registration(id, agents).requests.count == 2)
        }
    }

    @Test("a lifetime that is asked for is held; another caller changes nothing of the registration")
    func others() async throws {
        try await AgentAPI.run { agents in
            let agent = TestAgent()
            let id = try await agents.activate("weather", as: .issuer, agent: agent)
            let path = "/v1/certificates"
            let body = try self.body(agent, "weather", ["lifetime": 3_600])
            let short = try await agents.call(.post, path, as: .issuer, body: body)
            #expect(short.status == 201, "\(short.body)")
            func time(_ name: String) throws -> Date {
                try Date(try #require(short.json[name] as? String), strategy: .iso8601)
            }
            #expect(try time("notAfter").timeIntervalSince(try time("notBefore")) <= 7_200)
            let stored = try await self.registration(id, agents)
            #expect(stored.requests.count == 2)
            let denied = try await agents.call(.post, path, as: .registrant, body: try self.body(agent, "weather"))
            #expect(denied.status == 403 && denied.json["code"] as? String == "PERMISSION_DENIED", "\(denied.body)")
            #expect(try await self.registration(id, agents).requests == stored.requests)
        }
    }

    @Test("another key takes the agent's place when that one signs the call, and not by a token, whoever's it is")
    func anotherKey() async throws {
        try await AgentAPI.run { agents in
            let (agent, next) = (TestAgent(), TestAgent())
            let id = try await agents.activate("weather", as: .issuer, agent: agent)
            let before = try await self.registration(id, agents)
            let body = try self.body(next, "weather")
            for role in [Role.issuer, .admin] {
                let refused = try await agents.call(.post, "/v1/certificates", as: role, body: body)
                #expect(refused.status == 403, "\(role): \(refused.body)")
                #expect(refused.json["code"] as? String == "KEY_CHANGE_NOT_PROVEN")
            }
            // A certificate with the name among others would be as good.
            let name = "ans://v1.0.0.weather.\(AgentAPI.zone)"
            for profile in ["agent-identity", "agent-tls"] {
                let der = try TestRequests.der(uris: [name, "ans://v1.0.1.weather.\(AgentAPI.zone)"], key: next.key)
                let both = try TestRequests.body(["profile": profile, "csr": TestRequests.pem(of: der)])
                let refused = try await agents.call(.post, "/v1/certificates", as: .issuer, body: both)
                #expect(refused.json["code"] as? String == "KEY_CHANGE_NOT_PROVEN", "\(profile): \(refused.body)")
            }
            let own = try await agents.call(.post, "/v1/certificates", by: next, body: body)
            #expect(own.status == 401, "\(own.body)")
            #expect(try await self.registration(id, agents) == before)
            let changed = try await agents.call(.post, "/v1/certificates", by: agent, body: body)
            #expect(changed.status == 201, "\(changed.body)")
            let after = try await self.registration(id, agents)
            #expect(try after.thumbprint == next.thumbprint && after.owner == before.owner)
            #expect(after.requests.last?.serialNumber?.description == changed.json["serial"] as? String)
        }
    }

    @Test("what is issued for an agent's host beside its registration ends with it, for then the name is another's")
    func besideRegistration() async throws {
        try await AgentAPI.run { agents in
            let agent = TestAgent()
            let id = try await agents.activate("weather", as: .issuer, agent: agent)
            let end = try #require(try await self.registration(id, agents).expiresAt)
            agents.clock.advance(by: end.timeIntervalSince(agents.clock.now) - 3_600)
            let der = try TestRequests.der(dns: ["weather.\(AgentAPI.zone)"], key: TestAgent().key)
            let body = try TestRequests.body(["profile": "agent-tls", "csr": TestRequests.pem(of: der)])
            for (role, isBounded) in [(Role.issuer, true), (.admin, false)] {
                let answer = try await agents.call(.post, "/v1/certificates", as: role, body: body)
                #expect(answer.status == 201, "\(answer.body)")
                let notAfter = try Date(try #require(answer.json["notAfter"] as? String), strategy: .iso8601)
                #expect((notAfter <= end) == isBounded, "\(role): \(notAfter), \(end)")
            }
        }
    }

    @Test("names of others' agents, several at once, and those of agents that have ended are not to be had")
    func notTheirs() async throws {
        try await AgentAPI.run { agents in
            let agent = TestAgent()
            let id = try await agents.activate("weather", as: .registrant, agent: agent)
            let before = try await self.registration(id, agents)
            func code(_ role: Role, _ body: String) async throws -> String? {
                try await agents.call(.post, "/v1/certificates", as: role, body: body).json["code"] as? String
            }
            #expect(try await code(.issuer, try self.body(agent, "weather")) == "HOST_TAKEN")
            #expect(try await code(.issuer, try self.body(TestAgent(), "weather")) == "HOST_TAKEN")
            let names = ["1.0.0", "1.0.1"].map { "ans://v\($0).weather.\(AgentAPI.zone)" }
            let der = try TestRequests.der(uris: names, key: agent.key)
            let both = try TestRequests.body(["profile": "agent-identity", "csr": TestRequests.pem(of: der)])
            #expect(try await code(.admin, both) == "TOO_MANY_NAMES")
            #expect(try await self.registration(id, agents) == before)
            // An agent that has ended has neither name nor key, whoever's it was.
            let other = try await agents.activate("traffic", as: .issuer, agent: agent)
            for (id, label, role) in [(id, "weather", Role.registrant), (other, "traffic", .issuer)] {
                let reason = #"{"reason":"SUPERSEDED"}"#
                let ended = try await agents.call(.post, "/v2/ans/agents/\(id)/revoke", as: role, body: reason)
                #expect(ended.status == 200)
                for agent in [agent, TestAgent()] {
                    #expect(try await code(.issuer, try self.body(agent, label)) == "NAME_NOT_ADMITTED")
                }
            }
        }
    }

    @Test(
        "an agent's own key, and an owner who may issue nothing else, renew it by the same call, and get nothing else"
    )
    func withoutIssuing() async throws {
        try await AgentAPI.run { agents in
            let agent = TestAgent()
            let id = try await agents.activate("weather", as: .registrant, agent: agent)
            let body = try self.body(agent, "weather")
            let owner = try await agents.call(.post, "/v1/certificates", as: .registrant, body: body)
            #expect(owner.status == 201, "\(owner.body)")
            let own = try await agents.call(.post, "/v1/certificates", by: agent, body: body)
            #expect(own.status == 201, "\(own.body)")
            #expect(try await self.registration(id, agents).requests.count == 3)
            let elsewhere = try TestRequests.body([
                "profile": "agent-identity", "csr": try agent.csr("bot.elsewhere.example"),
            ])
            let host = try TestRequests.body([
                "profile": "agent-tls",
                "csr": TestRequests.pem(of: try TestRequests.der(dns: ["weather.\(AgentAPI.zone)"], key: agent.key)),
            ])
            for body in [elsewhere, host] {
                for answer in [
                    try await agents.call(.post, "/v1/certificates", as: .registrant, body: body),
                    try await agents.call(.post, "/v1/certificates", by: agent, body: body),
                ] {
                    #expect(answer.status == 403, "\(answer.body)")
                    #expect(answer.json["code"] as? String == "PERMISSION_DENIED")
                }
            }
        }
    }
}
