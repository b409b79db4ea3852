// Names: which are free, and who is behind those that are not; events.

import Foundation
import HTTPTypes
import RegistrationAuthority
import Testing

@testable import WebAPI

@Suite("Names, resolution and events")
struct NameRouteTests {
    @Test("says whether a host is free, and which others are")
    func checks() async throws {
        try await AgentAPI.run { agents in
            let shapes = AgentShapes()
            func check(_ name: String) async throws -> Answer {
                let answer = try await agents.call(.get, "/v1/domains/check?name=\(name)")
                shapes.note(answer, to: "GET /v1/domains/check")
                return answer
            }
            let free = try await check("weather.\(AgentAPI.zone)")
            #expect(free.json["available"] as? Bool == true)
            #expect(free.json["zone"] as? String == AgentAPI.zone)
            _ = try await agents.activate("weather")
            let held = try await check("WEATHER.\(AgentAPI.zone).")
            #expect(held.json["available"] as? Bool == false)
            #expect(held.json["reason"] as? String == "it is registered already")
            let suggestions = try #require(held.json["suggestions"] as? [String])
            #expect(!suggestions.isEmpty)
            #expect(suggestions.allSatisfy { $0.hasSuffix(".\(AgentAPI.zone)") && $0 != "weather.\(AgentAPI.zone)" })
            let foreign = try await check("a.customer.example")
            #expect(foreign.json["available"] as? Bool == true)
            #expect(foreign.json["zone"] == nil)
            for query in ["", "?name=", "?host=a.example", "?name=a.b&name=c.d", "?name=%zz"] {
                let answer = try await agents.call(.get, "/v1/domains/check" + query)
                #expect(answer.has(400, "INVALID_QUERY"), "\(query)")
                #expect(answer.headers[.contentType] == "application/problem+json")
            }
            let invalid = try await check("a_b.example")
            #expect(invalid.has(422, "INVALID_AGENT_NAME"))
            try await shapes.check()
        }
    }

    @Test("resolves hosts and ANS names by range of versions, in both ways")
    func resolves() async throws {
        try await AgentAPI.run { agents in
            let shapes = AgentShapes()
            let (agent, host) = (TestAgent(), "weather.\(AgentAPI.zone)")
            for version in ["1.0.0", "1.2.0", "2.0.0"] {
                _ = try await agents.activate("weather", version: version, agent: agent)
            }
            let cases: [(String, String?, String?)] = [
                (host, nil, "2.0.0"), (host, "^1.0.0", "1.2.0"), (host, "~1.0.0", "1.0.0"), (host, "3.0.0", nil),
                ("ans://v1.0.0.\(host)", nil, "1.0.0"), ("ans://v1.1.0.\(host)", nil, nil),
            ]
            for (name, range, version) in cases {
                let path = "/v1/resolve/" + name.percentEncoded + (range.map { "?version=" + $0.percentEncoded } ?? "")
                let byPath = try await agents.call(.get, path)
                var members = ["agentHost": name]
                members["version"] = range
                let body = try TestRequests.body(members)
                let byBody = try await agents.call(.post, "/v1/agents/resolution", body: body)
                shapes.note(byPath, to: "GET /v1/resolve/{agent}")
                shapes.note(byBody, to: "POST /v1/agents/resolution")
                for answer in [byPath, byBody] {
                    #expect(answer.status == (version == nil ? 404 : 200), "\(name) \(range ?? ""): \(answer.body)")
                    #expect(answer.json["version"] as? String == version)
                }
                if version != nil { #expect((byPath.json["identityCertificates"] as? [Any])?.count == 1) }
            }
            try await shapes.check()
        }
    }

    @Test(
        "names and ranges that are none are refused",
        arguments: [
            (#"{"agentHost":"a_b.example"}"#, 422, "INVALID_AGENT_NAME"),
            (#"{"agentHost":"a.example","version":"rubbish"}"#, 422, "INVALID_VERSION_RANGE"),
            (#"{"agentHost":"ans://a.example"}"#, 422, "INVALID_AGENT_NAME"),
            (#"{}"#, 422, "MISSING_MEMBER"), (#"{"agentHost":7}"#, 422, "INVALID_MEMBER"),
            (#"{"agentHost":"a.example","x":1}"#, 422, "UNKNOWN_MEMBER"), ("[]", 400, "MALFORMED_JSON"),
        ]
    )
    func refuses(_ body: String, _ status: Int, _ code: String) async throws {
        try await AgentAPI.run { agents in
            let answer = try await agents.call(.post, "/v1/agents/resolution", body: body)
            #expect(answer.has(status, code), "\(answer.body)")
        }
    }

    @Test("events come in order and in pages, to their owner or to who reads all")
    func listsEvents() async throws {
        try await AgentAPI.run { agents in
            let shapes = AgentShapes()
            func events(_ query: String, as role: Role) async throws -> Answer {
                let answer = try await agents.call(.get, "/v1/agents/events" + query, as: role)
                shapes.note(answer, to: "GET /v1/agents/events")
                return answer
            }
            #expect(try await events("", as: .registrant).json["lastLogId"] == nil)
            let first = try await agents.activate("weather")
            let second = try await agents.activate("traffic", as: .issuer)
            let body = #"{"reason":"SUPERSEDED"}"#
            _ = try await agents.call(.post, "/v2/ans/agents/\(first)/revoke", as: .registrant, body: body)
            func told(_ answer: Answer) -> [String] {
                (answer.json["items"] as? [[String: Any]] ?? []).map {
                    "\($0["eventType"] as? String ?? "") \($0["agentId"] as? String ?? "")"
                }
            }
            let all = ["AGENT_REGISTERED \(first)", "AGENT_REGISTERED \(second)", "AGENT_REVOKED \(first)"]
            #expect(told(try await events("", as: .admin)) == all)
            #expect(told(try await events("", as: .registrant)) == [all[0], all[2]])
            var (seen, cursor) = ([String](), "0")
            for _ in 0..<3 {
                let page = try await events("?limit=1&lastLogId=\(cursor)", as: .admin)
                seen += told(page)
                cursor = try #require(page.json["lastLogId"] as? String)
            }
            #expect(seen == all)
            let end = try await events("?lastLogId=\(cursor)", as: .admin)
            #expect(told(end).isEmpty)
            #expect(end.json["lastLogId"] as? String == cursor)
            for query in ["?limit=0", "?limit=201", "?lastLogId=-1", "?lastLogId=x", "?limit=9&limit=9", "?x=1"] {
                let answer = try await events(query, as: .admin)
                #expect(answer.has(422, "INVALID_QUERY"), "\(query)")
            }
            try await shapes.check()
        }
    }
}

extension String {
    fileprivate var percentEncoded: String {
        self.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? self
    }
}
