// Names of our own zone, and what ends a registration that nobody revokes: policy, limits, hosts of zones, time.

import DNS
import Foundation
import HTTPTypes
import PKIX
import RegistrationAuthority
import Testing

@testable import WebAPI

@Suite("Agents in a zone of ours, and the ends of registrations")
struct OwnZoneTests {
    private static let agents = "/v2/ans/agents"

    @Test("with Prefer: wait an agent is ACTIVE in the answer, with its records in the zone; revocation removes them")
    func activates() async throws {
        try await AgentAPI.run { agents in
            let shapes = AgentShapes()
            let body = try TestAgent().registration("weather.\(AgentAPI.zone)")
            let headers = AgentAPI.waiting
            let answer = try await agents.call(.post, Self.agents, as: .registrant, headers: headers, body: body)
            shapes.note(answer, to: "POST \(Self.agents)")
            #expect(answer.status == 201, "\(answer.body)")
            #expect(answer.json["agentStatus"] as? String == "ACTIVE")
            let records = try #require(answer.json["dnsRecords"] as? [[String: Any]])
            #expect(records.allSatisfy { $0["state"] as? String == "verified" })
            #expect(agents.host.records.count == records.count)
            let id = try #require(answer.json["agentId"] as? String)
            #expect(answer.headers[.location] == "\(Self.agents)/\(id)")
            let revocation = #"{"reason":"CESSATION_OF_OPERATION"}"#
            let path = "\(Self.agents)/\(id)/revoke"
            let revoked = try await agents.call(.post, path, as: .registrant, body: revocation)
            #expect((revoked.json["dnsRecordsToRemove"] as? [Any])?.isEmpty == true)
            #expect(agents.host.records.isEmpty)
            try await shapes.check()
        }
    }

    @Test("without it the work goes on behind the answer")
    func worksOn() async throws {
        try await AgentAPI.run { agents in
            let body = try TestAgent().registration("weather.\(AgentAPI.zone)")
            let answer = try await agents.call(.post, Self.agents, as: .registrant, body: body)
            #expect(answer.status == 202)
            let steps = answer.json["nextSteps"] as? [[String: Any]]
            #expect(steps?.map { $0["action"] as? String } == ["WAIT"])
            let id = try #require(answer.json["agentId"] as? String)
            try await agents.eventually("the agent is ACTIVE") { try await agents.status(of: id) == "ACTIVE" }
        }
    }

    @Test("first come, first served: a host is its key's and its owner's")
    func holdsHosts() async throws {
        try await AgentAPI.run { agents in
            let agent = TestAgent()
            _ = try await agents.activate("weather", agent: agent)
            let host = "weather.\(AgentAPI.zone)"
            let same = try await agents.call(.post, Self.agents, as: .registrant, body: try agent.registration(host))
            #expect(same.has(409, "ANS_NAME_TAKEN"))
            let foreign = try TestAgent().registration(host, version: "2.0.0")
            for role in [Role.registrant, .issuer] {
                let answer = try await agents.call(.post, Self.agents, as: role, body: foreign)
                #expect(answer.has(409, "HOST_TAKEN"))
            }
            let next = try await agents.activate("weather", version: "2.0.0", agent: agent)
            #expect(try await agents.status(of: next) == "ACTIVE")
        }
    }

    @Test("a pending registration is cancelled without an event, and its name is free again")
    func cancels() async throws {
        try await AgentAPI.run { agents in
            let id = try await agents.register("a.customer.example")
            let path = "\(Self.agents)/\(id)/revoke"
            let body = #"{"reason":"CESSATION_OF_OPERATION"}"#
            let cancelled = try await agents.call(.post, path, as: .registrant, body: body)
            #expect(cancelled.json["status"] as? String == "REVOKED")
            let events = try await agents.call(.get, "/v1/agents/events", as: .admin)
            #expect((events.json["items"] as? [Any])?.isEmpty == true)
            _ = try await agents.register("a.customer.example", as: .issuer)
        }
    }

    @Test("what is late has FAILED, says why, cannot be cancelled, and lets its name go")
    func fails() async throws {
        try await AgentAPI.run { agents in
            let shapes = AgentShapes()
            let id = try await agents.register("a.customer.example")
            agents.clock.advance(by: 7 * 86_400 - 1)
            #expect(try await agents.status(of: id) == "PENDING_VALIDATION")
            agents.clock.advance(by: 2)
            let late = try await agents.call(.post, "\(Self.agents)/\(id)/verify-acme", as: .registrant)
            #expect(late.status == 422 || late.status == 409, "\(late.body)")
            #expect(["CHALLENGE_EXPIRED", "AGENT_ENDED"].contains(late.code))
            try await agents.eventually("it has FAILED") { try await agents.status(of: id) == "FAILED" }
            let shown = try await agents.call(.get, "\(Self.agents)/\(id)", as: .registrant)
            shapes.note(shown, to: "GET \(Self.agents)/{agentId}")
            let failure = shown.json["failure"] as? [String: Any]
            #expect(failure?["code"] as? String == "DEADLINE_PASSED")
            #expect((failure?["message"] as? String)?.contains("control of a.customer.example was not proven") == true)
            let body = #"{"reason":"SUPERSEDED"}"#
            let cancelled = try await agents.call(.post, "\(Self.agents)/\(id)/revoke", as: .registrant, body: body)
            #expect(cancelled.has(409, "CANNOT_CANCEL"))
            _ = try await agents.register("a.customer.example", as: .issuer)
            try await shapes.check()
        }
    }

    @Test("a host of zones that fails is told of, and tried again; one that refuses for good ends it")
    func tellsOfHosts() async throws {
        try await AgentAPI.run { agents in
            let shapes = AgentShapes()
            agents.host.fail(ProviderFailure(.unavailable, "the zone's server does not answer"))
            let id = try await agents.register("weather.\(AgentAPI.zone)", waiting: true)
            let shown = try await agents.call(.get, "\(Self.agents)/\(id)", as: .registrant)
            shapes.note(shown, to: "GET \(Self.agents)/{agentId}")
            #expect(shown.json["agentStatus"] as? String == "PENDING_DNS")
            let pending = shown.json["registrationPending"] as? [String: Any]
            let steps = pending?["nextSteps"] as? [[String: Any]]
            #expect(steps?.map { $0["action"] as? String } == ["WAIT"])
            let records = pending?["dnsRecords"] as? [[String: Any]]
            #expect(records?.first?["failure"] as? String == "the zone's server does not answer")
            agents.host.fail(nil)
            agents.clock.advance(by: 300)
            try await agents.eventually("it is ACTIVE") { try await agents.status(of: id) == "ACTIVE" }
            agents.host.fail(ProviderFailure(.conflict, "a CNAME is at the name"))
            let refused = try await agents.register("traffic.\(AgentAPI.zone)", agent: TestAgent(), waiting: true)
            #expect(try await agents.status(of: refused) == "FAILED")
            try await shapes.check()
        }
    }

    @Test("an agent whose certificate has expired is EXPIRED, and resolved no more")
    func expires() async throws {
        try await AgentAPI.run { agents in
            let id = try await agents.activate("weather")
            let path = "/v1/resolve/weather.\(AgentAPI.zone)"
            #expect(try await agents.call(.get, path).status == 200)
            agents.clock.advance(by: 91 * 86_400)
            try await agents.eventually("it is EXPIRED") { try await agents.status(of: id) == "EXPIRED" }
            let answer = try await agents.call(.get, path)
            #expect(answer.has(410, "AGENT_EXPIRED"))
        }
    }

    @Test("what a rule leaves to a person waits for an admin")
    func approves() async throws {
        try await AgentAPI.run { agents in
            let shapes = AgentShapes()
            let id = try await agents.register("get-approved.\(AgentAPI.zone)")
            let path = "\(Self.agents)/\(id)"
            let shown = try await agents.call(.get, path, as: .registrant)
            shapes.note(shown, to: "GET \(Self.agents)/{agentId}")
            let pending = shown.json["registrationPending"] as? [String: Any]
            #expect(pending?["phase"] as? String == "INITIALIZATION")
            for part in ["/verify-acme", "/verify-dns"] {
                let early = try await agents.call(.post, path + part, as: .registrant)
                #expect(early.has(409, "APPROVAL_PENDING"))
            }
            #expect(try await agents.call(.post, path + "/approve", as: .registrant).status == 403)
            let approved = try await agents.call(.post, path + "/approve", as: .admin)
            shapes.note(approved, to: "POST \(Self.agents)/{agentId}/approve")
            #expect(approved.status == 202)
            try await agents.eventually("it is ACTIVE") { try await agents.status(of: id) == "ACTIVE" }
            try await shapes.check()
        }
    }

    @Test("the policy refuses, bounds agents of an account, and limits rates, with fields that say so")
    func limits() async throws {
        try await AgentAPI.run { agents in
            func register(_ host: String) async throws -> Answer {
                try await agents.call(.post, Self.agents, as: .registrant, body: try TestAgent().registration(host))
            }
            let refused = try await register("a.refused.example")
            #expect(refused.has(403, "POLICY_DENIED"))
            #expect((refused.json["message"] as? String)?.contains("not given out") == true)
            #expect(try await register("a.alone.example").status == 202)
            let second = try await register("b.alone.example")
            #expect(second.has(422, "TOO_MANY_AGENTS"))
            let first = try await register("a.limited.example")
            let field = try #require(HTTPField.Name("RateLimit"))
            let policy = try #require(HTTPField.Name("RateLimit-Policy"))
            #expect(first.headers[field]?.contains(#""registrations-few";r=1;t="#) == true)
            #expect(first.headers[policy]?.contains(#""registrations-few";q=2;w="#) == true)
            #expect(first.headers[.retryAfter] == nil)
            #expect(try await register("b.limited.example").status == 202)
            let limited = try await register("c.limited.example")
            #expect(limited.has(429, "RATE_LIMITED"))
            let pause = try #require(limited.headers[.retryAfter].flatMap { Int($0) })
            #expect((1...1_800).contains(pause))
            agents.clock.advance(by: Double(pause))
            #expect(try await register("c.limited.example").status == 202)
        }
    }

    @Test("validations are limited by domain")
    func limitsValidations() async throws {
        try await AgentAPI.run { agents in
            let id = try await agents.register("a.customer.example")
            var answers: [Int] = []
            for _ in 0..<41 {
                answers.append(try await agents.call(.post, "\(Self.agents)/\(id)/verify-acme", as: .registrant).status)
            }
            #expect(answers == Array(repeating: 422, count: 40) + [429])
        }
    }

    @Test(
        "labels of our zones are checked, and free ones offered",
        arguments: [
            "www", "admin", "-a", "a-", "a--b", "adm1n", "ab", String(repeating: "x", count: 64), "xn--80ak6aa92e",
        ]
    )
    func checksLabels(_ label: String) async throws {
        try await AgentAPI.run { agents in
            let host = "\(label).\(AgentAPI.zone)"
            let body = try TestAgent().registration(
                "valid.\(AgentAPI.zone)",
                [
                    "agentHost": host,
                    "endpoints": [
                        ["protocol": "A2A", "agentUrl": "https://\(host)/"]
                    ], "identityCsrPEM": nil,
                ]
            )
            let answer = try await agents.call(.post, Self.agents, as: .registrant, body: body)
            #expect(answer.status == 422, "\(answer.body)")
            let codes = ["NAME_NOT_ADMITTED", "INVALID_AGENT_NAME", "INVALID_ENDPOINT"]
            #expect(codes.contains(answer.code ?? ""), "\(answer.body)")
            let check = try await agents.call(.get, "/v1/domains/check?name=\(host)")
            #expect(check.status == 422 || check.json["available"] as? Bool == false, "\(check.body)")
        }
    }
}
