// The calls of ANS about identities, each with its shape, and metadata.

import Crypto
import Foundation
import HTTPTypes
import RegistrationAuthority
import TestSupport
import Testing

@testable import WebAPI

@Suite("Identities over HTTP")
struct IdentityRouteTests {
    private static let collection = "/v2/ans/identities"

    private static func body(_ members: [String: Any]) throws -> String { try TestRequests.body(members) }

    /// The signing input of a challenge round.
    static func input(_ answer: Answer) throws -> String {
        let challenges = try #require(answer.json["challenges"] as? [[String: String]], "\(answer.body)")
        return try #require(challenges.first?["signingInput"])
    }

    @Test("an identity from registration to revocation, in the shapes of openapi.yaml")
    func walk() async throws {
        try await AgentAPI.run { agents in
            let (shapes, holder, next) = (AgentShapes(), IdentityHolder.ed25519(), IdentityHolder.p256())
            func call(
                _ method: HTTPRequest.Method,
                _ path: String,
                _ body: [String: Any]? = nil
            ) async throws -> Answer {
                let text = try body.map { try Self.body($0) }
                let answer = try await agents.call(method, Self.collection + path, as: .registrant, body: text)
                let parts = path.prefix { $0 != "?" }.split(separator: "/")
                let pattern = parts.enumerated().map { $0.offset == 0 ? "{identityId}" : String($0.element) }
                let operation = ([Self.collection] + pattern).joined(separator: "/")
                if answer.status != 204 { shapes.note(answer, to: "\(method) \(operation)") }
                return answer
            }
            let pending = try await call(.post, "", ["value": holder.did])
            #expect(pending.status == 202 && pending.json["status"] as? String == "PENDING_CONTROL")
            let id = try #require(pending.json["identityId"] as? String)
            #expect(pending.headers[.location] == "\(Self.collection)/\(id)")
            let early = try await call(.post, "/\(id)/links", ["agentIds": [id]])
            #expect(early.has(409, "IDENTITY_NOT_VERIFIED") && early.json["status"] as? String == "ERROR")
            let wrong = try await call(
                .post,
                "/\(id)/verify-control",
                ["signedProofs": [try next.proof(over: Self.input(pending))]]
            )
            #expect(wrong.has(422, "DID_VERIFICATION_METHOD_INVALID"))
            let proof = try holder.proof(over: Self.input(pending))
            let verified = try await call(.post, "/\(id)/verify-control", ["signedProofs": [proof]])
            #expect(verified.status == 200 && verified.json["proofMethod"] as? String == "did-key-sig")
            #expect(
                try await call(.post, "/\(id)/verify-control", ["signedProofs": [proof]]).has(
                    409,
                    "PRICC_TOKEN_ALREADY_USED"
                )
            )
            let agent = try await agents.activate("linked")
            #expect(try await call(.post, "/\(id)/links", ["agentIds": [agent]]).json["linked"] as? Int == 1)
            #expect(try await call(.post, "/\(id)/links", ["agentIds": []]).has(422, "INVALID_LINK_REQUEST"))
            let many = [String](repeating: agent, count: 257)
            #expect(try await call(.post, "/\(id)/links", ["agentIds": many]).has(422, "INVALID_LINK_REQUEST"))
            let shown = try await call(.get, "/\(id)")
            let links = shown.json["linkedAgents"] as? [[String: String]]
            #expect(links?.map { $0["agentId"] } == [agent] && shown.json["value"] as? String == holder.did)
            let round = try await call(.put, "/\(id)", ["value": next.did])
            #expect(round.status == 202 && round.json["value"] as? String == next.did)
            #expect(try await call(.get, "/\(id)").json["pendingValue"] as? String == next.did)
            let rotated = try await call(
                .post,
                "/\(id)/verify-control",
                ["signedProofs": [try next.proof(over: Self.input(round))]]
            )
            #expect(rotated.json["value"] as? String == next.did)
            let gone = try await agents.call(.delete, "\(Self.collection)/\(id)/links/\(agent)", as: .registrant)
            #expect(gone.status == 204 && gone.body.isEmpty)
            let twice = try await agents.call(.delete, "\(Self.collection)/\(id)/links/\(agent)", as: .registrant)
            #expect(twice.has(404, "LINK_NOT_FOUND"))
            agents.clock.advance(by: 1)
            _ = try await call(.post, "", ["value": holder.did])
            let page = try await call(.get, "?limit=1")
            #expect(page.json["returnedCount"] as? Int == 1 && page.json["hasMore"] as? Bool == true)
            let cursor = try #require(page.json["nextCursor"] as? String)
            let last = try await call(.get, "?limit=1&cursor=\(cursor)")
            #expect(last.json["hasMore"] as? Bool == false && last.json["nextCursor"] is NSNull)
            #expect((last.json["items"] as? [[String: Any]])?.first?["identityId"] as? String == id)
            #expect(try await call(.post, "/\(id)/revoke").json["status"] as? String == "REVOKED")
            #expect(try await call(.post, "/\(id)/revoke").has(409, "IDENTITY_NOT_VERIFIED"))
            #expect(shapes.operations.count == 7)
            try await shapes.check()
        }
    }

    @Test(
        "what is refused at registration, with the code of ANS",
        arguments: [
            (#"{"value":"5493001KJTIIGC8Y1R12"}"#, 422, "IDENTIFIER_KIND_UNSUPPORTED"),
            (#"{"value":"agent.example.com"}"#, 422, "IDENTIFIER_KIND_UNSUPPORTED"),
            (#"{"value":"did:ion:x"}"#, 422, "IDENTIFIER_KIND_UNSUPPORTED"),
            (#"{"value":"did:web:example.com%3A8443"}"#, 422, "DID_BAD_FORMAT"),
            (#"{"value":"did:web:169.254.169.254"}"#, 422, "DID_BAD_FORMAT"),
            (#"{"value":"did:key:z!"}"#, 422, "DID_BAD_FORMAT"), (#"{}"#, 422, "MISSING_MEMBER"),
            (#"{"value":7}"#, 422, "INVALID_MEMBER"), (#"{"value":"x","kind":"did:web"}"#, 422, "UNKNOWN_MEMBER"),
            ("[]", 400, "MALFORMED_JSON"),
        ]
    )
    func refusals(_ body: String, _ status: Int, _ code: String) async throws {
        try await AgentAPI.run { agents in
            let answer = try await agents.call(.post, Self.collection, as: .registrant, body: body)
            #expect(answer.has(status, code), "\(answer.body)")
            #expect(answer.json["message"] is String)
        }
    }

    @Test("others' identities are hidden from who looks and refused to who changes; ids that are none are not found")
    func owners() async throws {
        try await AgentAPI.run { agents in
            let body = try Self.body(["value": IdentityHolder.p256().did])
            let answer = try await agents.call(.post, Self.collection, as: .registrant, body: body)
            let path = "\(Self.collection)/\(try #require(answer.json["identityId"] as? String))"
            let stranger = TestAgent()
            _ = try await agents.activate("stranger", as: .issuer, agent: stranger)
            #expect(try await agents.call(.get, path, by: stranger).has(404, "IDENTITY_NOT_FOUND"))
            #expect(try await agents.call(.put, path, by: stranger, body: body).has(403, "PERMISSION_DENIED"))
            #expect(try await agents.call(.post, "\(path)/revoke", by: stranger).has(403, "PERMISSION_DENIED"))
            #expect(try await agents.call(.get, "\(Self.collection)/x", as: .registrant).has(404, "IDENTITY_NOT_FOUND"))
            #expect(
                try await agents.call(.get, "\(Self.collection)?limit=0", as: .registrant).has(422, "INVALID_QUERY")
            )
        }
    }

    @Test("a did:web whose document cannot be had is pending with a challenge without a key, and fails clearly")
    func web() async throws {
        try await AgentAPI.run { agents in
            let body = try Self.body(["value": "did:web:id.example:a"])
            let answer = try await agents.call(.post, Self.collection, as: .registrant, body: body)
            let challenges = try #require(answer.json["challenges"] as? [[String: String]])
            #expect(answer.status == 202 && challenges.count == 1 && challenges[0]["kid"] == nil)
            #expect(agents.documents.asked == ["https://id.example/a/did.json"])
            let id = try #require(answer.json["identityId"] as? String)
            let proof = try IdentityHolder.p256().proof(over: Self.input(answer), kid: "did:web:id.example:a#k")
            let refused = try await agents.call(
                .post,
                "\(Self.collection)/\(id)/verify-control",
                as: .registrant,
                body: try Self.body(["signedProofs": [proof]])
            )
            #expect(refused.has(422, "DID_RESOLUTION_FAILED"))
        }
    }

    @Test("metadata is compared with its hash, endpoint by endpoint")
    func metadata() async throws {
        try await AgentAPI.run { agents in
            let (agent, host, card) = (TestAgent(), "meta.\(AgentAPI.zone)", #"{"name":"x"}"#)
            let hash = "SHA256:" + SHA256.hash(data: Data(card.utf8)).map { String(format: "%02x", $0) }.joined()
            let endpoint = [
                "protocol": "A2A", "agentUrl": "https://\(host)/a2a", "metaDataUrl": "https://\(host)/card",
                "metaDataHash": hash,
            ]
            let registered = try await agents.call(
                .post,
                "/v2/ans/agents",
                as: .registrant,
                headers: AgentAPI.waiting,
                body: try agent.registration(host, ["endpoints": [endpoint]])
            )
            let id = try #require(registered.json["agentId"] as? String)
            let path = "/v2/ans/agents/\(id)/verify-metadata"
            let shapes = AgentShapes()
            for (document, result, isVerified) in [
                (nil, "NOT_FETCHED", false), (card, "MATCHES", true), ("{}", "DIFFERS", false),
            ] {
                agents.documents.set("https://\(host)/card", document)
                let answer = try await agents.call(.post, path, as: .registrant)
                shapes.note(answer, to: "POST /v2/ans/agents/{agentId}/verify-metadata")
                let found = (answer.json["endpoints"] as? [[String: String]])?.first
                #expect(answer.status == 200 && answer.json["verified"] as? Bool == isVerified, "\(answer.body)")
                #expect(found?["result"] == result && found?["expected"] == hash)
                #expect((found?["failure"] != nil) == (document == nil))
            }
            try await shapes.check()
            let stranger = TestAgent()
            _ = try await agents.activate("stranger", as: .issuer, agent: stranger)
            #expect(try await agents.call(.post, path, by: stranger).has(404, "AGENT_NOT_FOUND"))
        }
    }
}
