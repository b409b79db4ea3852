// Nobody reads, renews, changes or revokes what is not theirs; ids that are none; what the older lane says of itself.

import Foundation
import HTTPTypes
import RegistrationAuthority
import Testing

@testable import WebAPI

@Suite("Whose agents are whose")
struct AgentOwnershipTests {
    /// Every call about one agent, with a body that would do.
    private static func calls(_ host: String) throws -> [(HTTPRequest.Method, String, String?)] {
        [
            (.get, "", nil), (.get, "/status", nil), (.post, "/verify-acme", nil), (.post, "/verify-dns", nil),
            (.post, "/revoke", #"{"reason":"SUPERSEDED"}"#), (.get, "/certificates/identity", nil),
            (.post, "/certificates/identity", try TestRequests.body(["csrPEM": try TestAgent().csr(host)])),
            (.get, "/certificates/server", nil),
            (.get, "/csrs/0199a0a0-0000-7000-8000-000000000000/status", nil),
        ]
    }

    /// ANS hides agents of others where one reads or verifies, and refuses where one changes.
    private static func refusal(_ method: HTTPRequest.Method, _ part: String) -> (Int, String) {
        method == .get || part.hasPrefix("/verify") ? (404, "AGENT_NOT_FOUND") : (403, "PERMISSION_DENIED")
    }

    @Test("another owner's token, of the same role, and another agent's key get 404 or 403", arguments: Lane.all)
    func refusesOthers(_ lane: Lane) async throws {
        try await AgentAPI.run { agents in
            let id = try await agents.activate("weather")
            let other = TestAgent()
            _ = try await agents.activate("traffic", agent: other)
            let token = try await APIFixture.token(.registrant, agents.tokens)
            for (method, part, body) in try Self.calls("weather.\(AgentAPI.zone)") {
                let path = "\(lane.collection)/\(id)\(part)"
                let headers: HTTPFields = [.authorization: "Bearer \(token)"]
                let byToken = try await agents.call(method, path, headers: headers, body: body)
                let byKey = try await agents.call(method, path, by: other, body: body)
                for answer in [byToken, byKey] {
                    let (status, code) = Self.refusal(method, part)
                    #expect(answer.has(status, code), "\(path): \(answer.body)")
                    #expect(!answer.body.contains("weather"))
                }
            }
            #expect(try await agents.status(of: id) == "ACTIVE")
            let listed = try await agents.call(
                .get,
                lane.collection,
                headers: [.authorization: "Bearer \(token)"]
            )
            #expect((listed.json["items"] as? [Any])?.isEmpty == true)
        }
    }

    @Test("an issuer reads every agent and changes none; an admin may do both")
    func ranksRoles() async throws {
        try await AgentAPI.run { agents in
            let id = try await agents.activate("weather")
            for (method, part, body) in try Self.calls("weather.\(AgentAPI.zone)") where !part.contains("csrs") {
                let answer = try await agents.call(method, "/v2/ans/agents/\(id)\(part)", as: .issuer, body: body)
                let expected = method == .get ? 200 : Self.refusal(method, part).0
                #expect(answer.status == expected, "\(part): \(answer.body)")
            }
            for (method, part, body) in try Self.calls("weather.\(AgentAPI.zone)") where !part.contains("csrs") {
                let answer = try await agents.call(method, "/v2/ans/agents/\(id)\(part)", as: .admin, body: body)
                // Not even an admin puts a key in the place of an agent's.
                let isKeyChange = method == .post && part == "/certificates/identity"
                #expect(
                    isKeyChange
                        ? ["KEY_CHANGE_NOT_PROVEN", "AGENT_ENDED"].contains(answer.code)
                        : (200...202).contains(answer.status) || answer.code == "AGENT_ENDED",
                    "\(part): \(answer.body)"
                )
            }
            #expect(try await agents.status(of: id) == "REVOKED")
        }
    }

    @Test("ids that are none, or nobody's, are 404; one in upper case is the same", arguments: Lane.all)
    func readsIDs(_ lane: Lane) async throws {
        try await AgentAPI.run { agents in
            let id = try await agents.activate("weather")
            let upper = try await agents.call(.get, "\(lane.collection)/\(id.uppercased())", as: .registrant)
            #expect(upper.status == 200)
            for wrong in ["x", "%00", "0199a0a0-0000-7000-8000-000000000000", id + "0", String(id.dropLast())] {
                for (method, part, body) in try Self.calls("weather.\(AgentAPI.zone)") {
                    let path = "\(lane.collection)/\(wrong)\(part)"
                    let answer = try await agents.call(method, path, as: .registrant, body: body)
                    #expect(answer.has(404, "AGENT_NOT_FOUND"), "\(path): \(answer.body)")
                }
            }
            let csr = try await agents.call(.get, "\(lane.collection)/\(id)/csrs/x/status", as: .registrant)
            #expect(csr.has(404, "CSR_NOT_FOUND"))
        }
    }

    @Test("the older lane says that it is, and where the newer one is")
    func deprecates() async throws {
        try await AgentAPI.run { agents in
            let deprecation = try #require(HTTPField.Name("Deprecation"))
            let link = try #require(HTTPField.Name("Link"))
            let id = "0199a0a0-0000-7000-8000-000000000000"
            let cases: [(HTTPRequest.Method, String, String?)] = [
                (.post, "/v1/agents/register", "/v2/ans/agents"), (.get, "/v1/agents", "/v2/ans/agents"),
                (.get, "/v1/agents?limit=1", "/v2/ans/agents"), (.get, "/v1/agents/\(id)", "/v2/ans/agents/\(id)"),
                (.post, "/v1/agents/\(id)/verify-dns", "/v2/ans/agents/\(id)/verify-dns"),
                (.get, "/v1/agents/x%3E", nil), (.get, "/v1/agents/events", nil), (.post, "/v1/agents/resolution", nil),
                (.get, "/v2/ans/agents", nil), (.get, "/v1/certificates", nil), (.get, "/v1/agentsx", nil),
            ]
            for (method, path, successor) in cases {
                let answer = try await agents.call(method, path, as: .admin)
                #expect(answer.headers[deprecation] == successor.map { _ in "true" }, "\(path)")
                #expect(answer.headers[link] == successor.map { "<\($0)>; rel=\"successor-version\"" }, "\(path)")
            }
        }
    }
}
