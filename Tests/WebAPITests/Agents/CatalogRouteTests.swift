// Catalogues of agents: for their owners, and for everyone at the well-known place.

import Foundation
import HTTPTypes
import RegistrationAuthority
import TestSupport
import Testing

@testable import WebAPI

@Suite("Catalogues of agents")
struct CatalogRouteTests {
    private static let host = "weather.\(AgentAPI.zone)"
    private static let card = "https://\(host)/.well-known/agent-card.json"

    /// Registers an agent with these endpoints, and returns its id once it is ACTIVE.
    private func activate(
        _ agents: AgentAPI,
        _ agent: TestAgent,
        version: String = "1.0.0",
        name: String = "Bot",
        as role: Role = .registrant,
        endpoints: [[String: Any]]
    ) async throws -> String {
        let body = try agent.registration(
            Self.host,
            version: version,
            ["endpoints": endpoints, "agentDisplayName": name]
        )
        let answer = try await agents.call(
            .post,
            "/v2/ans/agents",
            as: role,
            headers: AgentAPI.waiting,
            body: body
        )
        let id = try #require(answer.json["agentId"] as? String, "\(answer.body)")
        try await agents.eventually("it is ACTIVE") { try await agents.status(of: id) == "ACTIVE" }
        return id
    }

    private static var a2a: [String: Any] {
        [
            "protocol": "A2A", "agentUrl": "https://\(host)/a2a", "metaDataUrl": card,
            "functions": [["id": "f", "name": "Forecast", "tags": ["rain", "sun"]]],
        ]
    }
    private static var mcp: [String: Any] {
        [
            "protocol": "MCP", "agentUrl": "https://\(host)/mcp", "metaDataUrl": "https://\(host)/mcp/server-card",
        ]
    }

    @Test(
        "an entry of one protocol points at its card, one of two holds a catalogue of both; all versions have one name"
    )
    func entries() async throws {
        try await AgentAPI.run { agents in
            let (shapes, agent) = (AgentShapes(), TestAgent())
            let one = try await self.activate(agents, agent, name: "Weather  Bot", endpoints: [Self.a2a])
            let two = try await self.activate(
                agents,
                agent,
                version: "2.0.0",
                name: "Weather  Bot",
                endpoints: [Self.a2a, Self.mcp]
            )
            func entry(_ id: String) async throws -> Answer {
                let answer = try await agents.call(.get, "/v2/ans/agents/\(id)/catalog-entry", as: .registrant)
                shapes.note(answer, to: "GET /v2/ans/agents/{agentId}/catalog-entry")
                return answer
            }
            let first = try await entry(one).json
            let identifier = "urn:air:\(Self.host):agents:Weather-Bot"
            #expect(first["identifier"] as? String == identifier && first["url"] as? String == Self.card)
            #expect(first["type"] as? String == "application/a2a-agent-card+json")
            #expect(first["mediaType"] as? String == first["type"] as? String && first["data"] == nil)
            #expect(first["tags"] as? [String] == ["rain", "sun"])
            let metadata = try #require(first["metadata"] as? [String: String])
            #expect(metadata["ansName"] == "ans://v1.0.0.\(Self.host)")
            #expect(metadata["badgeUrl"] == "https://log.example/v1/agents/\(one)")
            let second = try await entry(two).json
            let nested = try #require((second["data"] as? [String: Any])?["entries"] as? [[String: Any]])
            #expect(nested.compactMap { $0["identifier"] as? String } == ["\(identifier):a2a", "\(identifier):mcp"])
            #expect(second["url"] == nil && second["type"] as? String == "application/ai-catalog+json")
            let catalog = try await agents.call(.get, "/v2/ans/agents/\(one)/ai-catalog", as: .registrant)
            shapes.note(catalog, to: "GET /v2/ans/agents/{agentId}/ai-catalog")
            let listed = try #require(catalog.json["entries"] as? [[String: Any]])
            #expect(listed.compactMap { $0["version"] as? String } == ["1.0.0", "2.0.0"])
            #expect(catalog.json["specVersion"] as? String == "1.0" && catalog.json["signature"] != nil)
            #expect(catalog.headers[.contentType] == "application/ai-catalog+json")
            #expect(catalog.headers[.cacheControl] == "private, no-cache")
            try await shapes.check()
        }
    }

    @Test(
        "agents without a card of their own host have no entry",
        arguments: [
            ["protocol": "A2A", "agentUrl": "https://\(host)/a2a"],
            ["protocol": "HTTP-API", "agentUrl": "https://\(host)/api", "metaDataUrl": "https://\(host)/api.json"],
            ["protocol": "A2A", "agentUrl": "https://\(host)/a2a", "metaDataUrl": "https://cards.example/card.json"],
            ["protocol": "A2A", "agentUrl": "https://\(host)/a2a", "metaDataUrl": "https://\(host)/card?x=1"],
        ]
    )
    func notEligible(_ endpoint: [String: String]) async throws {
        try await AgentAPI.run { agents in
            let id = try await self.activate(agents, TestAgent(), name: "Bot", endpoints: [endpoint])
            let entry = try await agents.call(.get, "/v2/ans/agents/\(id)/catalog-entry", as: .registrant)
            #expect(entry.has(422, "NOT_CATALOG_ELIGIBLE"), "\(entry.body)")
            let catalog = try await agents.call(.get, "/v1/domains/\(Self.host)/ai-catalog.json")
            #expect(catalog.status == 200 && (catalog.json["entries"] as? [Any])?.isEmpty == true)
        }
    }

    @Test("everyone gets a host's catalogue at the well-known place, until nobody is left there; owners theirs alone")
    func publicly() async throws {
        try await AgentAPI.run { agents in
            let shapes = AgentShapes()
            let id = try await self.activate(agents, TestAgent(), name: "Bot", as: .issuer, endpoints: [Self.a2a])
            for (path, pattern, authority) in [
                ("/.well-known/ai-catalog.json", "/.well-known/ai-catalog.json", "\(Self.host):8443"),
                ("/v1/domains/\(Self.host)/ai-catalog.json", "/v1/domains/{name}/ai-catalog.json", "test"),
            ] {
                let answer = try await agents.call(.get, path, to: authority)
                shapes.note(answer, to: "GET \(pattern)")
                #expect((answer.json["entries"] as? [Any])?.count == 1, "\(answer.body)")
                #expect(answer.headers[.cacheControl] == "public, max-age=300")
                let tag = try #require(answer.headers[.eTag])
                #expect(tag.hasPrefix("W/\""))
                let known = try await agents.call(.get, path, headers: [.ifNoneMatch: tag], to: authority)
                #expect(known.status == 304 && known.body.isEmpty)
            }
            for part in ["catalog-entry", "ai-catalog"] {
                let path = "/v2/ans/agents/\(id)/\(part)"
                #expect(try await agents.call(.get, path).status == 401)
                #expect(try await agents.call(.get, path, as: .registrant).has(404, "AGENT_NOT_FOUND"))
            }
            for host in ["test", "[::1]:8443", "nobody.\(AgentAPI.zone)", ""] {
                let answer = try await agents.call(.get, "/.well-known/ai-catalog.json", to: host)
                #expect(answer.has(404, "AGENT_NOT_FOUND"), "\(host)")
            }
            let body = #"{"reason":"SUPERSEDED"}"#
            _ = try await agents.call(.post, "/v2/ans/agents/\(id)/revoke", as: .issuer, body: body)
            let gone = try await agents.call(.get, "/.well-known/ai-catalog.json", to: Self.host)
            #expect(gone.has(404, "AGENT_NOT_FOUND"))
            let entry = try await agents.call(.get, "/v2/ans/agents/\(id)/catalog-entry", as: .issuer)
            #expect(entry.has(422, "NOT_CATALOG_ELIGIBLE"))
            try await shapes.check()
        }
    }
}
