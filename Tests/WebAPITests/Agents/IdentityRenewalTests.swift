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

    @Test("a lifetime that is asked for is held; another key, profile or caller changes nothing of the registration")
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
            let foreign = try await agents.call(.post, path, as: .issuer, body: try self.body(TestAgent(), "weather"))
            #expect(foreign.status == 201, "\(foreign.body)")
            let denied = try await agents.call(.post, path, as: .registrant, body: try self.body(agent, "weather"))
            #expect(denied.status == 403)
            #expect(
                try await self.registration(id, agents).requests
                    == stored.requests
            )
        }
    }
}
