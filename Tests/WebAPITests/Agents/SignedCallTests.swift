// Agents with nothing but their key: HTTP message signatures (RFC 9421), and every way in which one can be wrong.

import Foundation
import HTTPTypes
import RegistrationAuthority
import Testing

@testable import WebAPI

@Suite("Signed calls")
struct SignedCallTests {
    private static let path = "/v2/ans/agents"
    private static let host = "weather.\(AgentAPI.zone)"

    @Test("a key is enough to register, to read, to renew, and to revoke", arguments: [false, true])
    func managesByKey(_ isEdwards: Bool) async throws {
        try await AgentAPI.run { agents in
            let agent = isEdwards ? try TestAgent.edwards() : TestAgent()
            let body = try agent.registration(Self.host)
            let headers = AgentAPI.waiting
            let answer = try await agents.call(.post, Self.path, by: agent, headers: headers, body: body)
            #expect(answer.status == 201, "\(answer.body)")
            #expect(answer.json["agentStatus"] as? String == "ACTIVE")
            let id = try #require(answer.json["agentId"] as? String)
            let listed = try await agents.call(.get, Self.path + "?status=ACTIVE&limit=5", by: agent)
            #expect((listed.json["items"] as? [[String: Any]])?.map { $0["agentId"] as? String } == [id])
            let csr = try TestRequests.body(["csrPEM": try agent.csr(Self.host)])
            let renewal = "\(Self.path)/\(id)/certificates/identity"
            #expect(try await agents.call(.post, renewal, by: agent, headers: headers, body: csr).status == 202)
            #expect(try await agents.call(.get, renewal, by: agent).list.count == 2)
            let events = try await agents.call(.get, "/v1/agents/events", by: agent)
            let owner = (events.json["items"] as? [[String: Any]])?.first?["providerId"] as? String
            #expect(owner == "key:\(try agent.thumbprint)")
            let revocation = #"{"reason":"CESSATION_OF_OPERATION"}"#
            let revoked = try await agents.call(.post, "\(Self.path)/\(id)/revoke", by: agent, body: revocation)
            #expect(revoked.status == 200 && revoked.json["status"] as? String == "REVOKED")
            // The key opened what the registration held, and nothing else.
            let after = try await agents.call(.get, "\(Self.path)/\(id)", by: agent)
            #expect(after.has(401, "INVALID_MESSAGE_SIGNATURE"))
        }
    }

    @Test("the key of an agent that a token registered opens it too")
    func opensByKey() async throws {
        try await AgentAPI.run { agents in
            let agent = TestAgent()
            let id = try await agents.activate("weather", agent: agent)
            #expect(try await agents.call(.get, "\(Self.path)/\(id)", by: agent).status == 200)
        }
    }

    @Test("a key opens no route but those for registrants")
    func opensNothingElse() async throws {
        try await AgentAPI.run { agents in
            let agent = TestAgent()
            let id = try await agents.activate("weather", agent: agent)
            for (method, path) in [
                (HTTPRequest.Method.get, "/v1/certificates"), (.post, "/v1/revocations"), (.get, "/metrics"),
                (.post, "\(Self.path)/\(id)/approve"),
            ] {
                let answer = try await agents.call(method, path, by: agent)
                #expect(answer.has(403, "PERMISSION_DENIED"), "\(path)")
            }
        }
    }

    /// A request that was signed, and then changed on its way, or signed wrongly.
    struct Attack: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let change: @Sendable (inout HTTPRequest, inout [UInt8]) throws -> Void

        init(_ name: String, _ change: @escaping @Sendable (inout HTTPRequest, inout [UInt8]) throws -> Void) {
            (self.testDescription, self.change) = (name, change)
        }
    }

    private static func edit(_ name: String, _ old: String, _ new: String)
        -> @Sendable (
            inout HTTPRequest, inout [UInt8]
        ) throws -> Void
    {
        { request, _ in
            let field = try #require(HTTPField.Name(name))
            let value = try #require(request.headerFields[field])
            try #require(value.contains(old))
            request.headerFields[field] = value.replacing(old, with: new)
        }
    }

    static let attacks = [
        Attack("another method") { request, _ in request.method = .put },
        Attack("another path") { request, _ in request.path?.append("x") },
        Attack("another query") { request, _ in request.path?.append("?a=b") },
        Attack("another authority") { request, _ in request.authority = "other" },
        Attack("another scheme") { request, _ in request.scheme = "http" },
        Attack("another body") { _, body in
            body = Array(String(decoding: body, as: UTF8.self).replacing("KEY_", with: "YEK_").utf8)
        },
        Attack("a body that is gone") { _, body in body = [] },
        Attack("a body with its digest anew") { request, body in
            body = Array(#"{"reason":"SUPERSEDED"}"#.utf8)
            let field = try #require(HTTPField.Name("Content-Digest"))
            request.headerFields[field] = ContentDigestText.of(body)
        },
        Attack("no digest") { request, _ in
            let field = try #require(HTTPField.Name("Content-Digest"))
            request.headerFields[field] = nil
        },
        Attack("another type of body", Self.edit("Content-Type", "application/json", "application/json;charset=utf-8")),
        Attack("a later end", Self.edit("Signature-Input", ";expires=", ";expires=1")),
        Attack("another nonce", Self.edit("Signature-Input", ";nonce=\"", ";nonce=\"x")),
        Attack("less covered", Self.edit("Signature-Input", "\"@method\" ", "")),
        Attack("no signature", Self.edit("Signature", "sig1=:", "sig2=:")),
        Attack(
            "two signatures",
            { request, _ in
                for name in ["Signature", "Signature-Input"] {
                    let field = try #require(HTTPField.Name(name))
                    let value = try #require(request.headerFields[field])
                    request.headerFields[field] = value + ", " + value.replacing("sig1=", with: "sig2=")
                }
            }
        ),
    ]

    @Test("what was changed after it was signed is refused, and nothing is done", arguments: Self.attacks)
    func refuses(_ attack: Attack) async throws {
        try await AgentAPI.run { agents in
            let agent = TestAgent()
            let id = try await agents.activate("weather", agent: agent)
            let text = #"{"reason":"KEY_COMPROMISE"}"#
            let path = "\(Self.path)/\(id)/revoke"
            let head = try await agent.signed(.post, path, body: text, at: agents.clock.now)
            var (request, body) = (head, Array(text.utf8))
            try attack.change(&request, &body)
            let answer = try await agents.send(request, body: body)
            // A method or path that there is not says so to strangers too.
            #expect([401, 404, 405].contains(answer.status), "\(answer.body)")
            if answer.status == 401 {
                #expect(answer.code == "INVALID_MESSAGE_SIGNATURE")
                #expect(answer.headers[.wwwAuthenticate] == #"Bearer realm="signet""#)
            }
            #expect(try await agents.status(of: id) == "ACTIVE")
            // What was not changed is still good: the attempt has not used up the nonce.
            #expect(try await agents.send(head, body: Array(text.utf8)).status == 200)
        }
    }

    @Test("a request is taken once")
    func refusesReplay() async throws {
        try await AgentAPI.run { agents in
            let agent = TestAgent()
            let id = try await agents.activate("weather", agent: agent)
            let path = "\(Self.path)/\(id)"
            let head = try await agent.signed(.get, path, nonce: "n-1", at: agents.clock.now)
            #expect(try await agents.send(head, body: []).status == 200)
            let replayed = try await agents.send(head, body: [])
            #expect(replayed.has(401, "INVALID_MESSAGE_SIGNATURE"))
            #expect((replayed.json["message"] as? String)?.contains("nonce") == true)
            let reused = try await agent.signed(.get, path + "/status", nonce: "n-1", at: agents.clock.now)
            #expect(try await agents.send(reused, body: []).status == 401)
            // Nonces are each key's own.
            let other = TestAgent()
            let second = try await agents.activate("traffic", agent: other)
            let theirs = try await other.signed(.get, "\(Self.path)/\(second)", nonce: "n-1", at: agents.clock.now)
            #expect(try await agents.send(theirs, body: []).status == 200)
        }
    }

    @Test(
        "a signature has its time",
        arguments: [
            (-59.0, 60, 200), (-89, 60, 200), (-90, 60, 401), (-200, 60, 401), (29, 60, 200), (31, 60, 401),
            (0, 300, 200),
            (0, 301, 401), (0, 86_400, 401),
        ]
    )
    func refusesTime(_ offset: Double, _ lifetime: Int, _ status: Int) async throws {
        try await AgentAPI.run { agents in
            let agent = TestAgent()
            let id = try await agents.activate("weather", agent: agent)
            let instant = agents.clock.now.addingTimeInterval(offset)
            let head = try await agent.signed(.get, "\(Self.path)/\(id)", lifetime: Int64(lifetime), at: instant)
            #expect(try await agents.send(head, body: []).status == status)
        }
    }

    @Test("keys that are nobody's, or not that of the request in the body, are refused")
    func refusesKeys() async throws {
        try await AgentAPI.run { agents in
            let (agent, stranger) = (TestAgent(), TestAgent())
            let id = try await agents.activate("weather", agent: agent)
            let unknown = try await agents.call(.get, "\(Self.path)/\(id)", by: stranger)
            #expect(unknown.has(401, "INVALID_MESSAGE_SIGNATURE"))
            // A stranger that signs a registration with the request of another key.
            let body = try agent.registration("traffic.\(AgentAPI.zone)")
            let stolen = try await agents.call(.post, Self.path, by: stranger, body: body)
            #expect(stolen.has(401, "INVALID_MESSAGE_SIGNATURE"))
            // An agent that registers for a key which is not its own.
            let foreign = try TestAgent().registration("traffic.\(AgentAPI.zone)")
            let mismatch = try await agents.call(.post, Self.path, by: agent, body: foreign)
            #expect(mismatch.has(422, "KEY_MISMATCH"), "\(mismatch.body)")
            let bare = try agent.registration("traffic.\(AgentAPI.zone)", ["identityCsrPEM": nil])
            let missing = try await agents.call(.post, Self.path, by: agent, body: bare)
            #expect(missing.has(422, "MISSING_MEMBER"))
            // The stranger's key under the agent's name.
            var head = try await stranger.signed(.get, "\(Self.path)/\(id)", at: agents.clock.now)
            let input = try #require(HTTPField.Name("Signature-Input"))
            let value = try #require(head.headerFields[input])
            head.headerFields[input] = value.replacing(try stranger.thumbprint, with: try agent.thumbprint)
            #expect(try await agents.send(head, body: []).status == 401)
        }
    }

    @Test("a request that was signed for another server is refused, though the signature is good")
    func refusesOtherServers() async throws {
        try await AgentAPI.run { agents in
            let agent = TestAgent()
            let id = try await agents.activate("weather", agent: agent)
            let path = "\(Self.path)/\(id)"
            let head = try await agent.signed(.get, path, authority: "other.example", at: agents.clock.now)
            let answer = try await agents.send(head, body: [])
            #expect(answer.has(401, "INVALID_MESSAGE_SIGNATURE"))
            #expect((answer.json["message"] as? String)?.contains("another server") == true)
        }
    }
}

/// `Content-Digest` of a body (RFC 9530), written here anew.
enum ContentDigestText {
    static func of(_ body: [UInt8]) -> String {
        "sha-256=:\(Data(Digests.sha256(body)).base64EncodedString()):"
    }
}
