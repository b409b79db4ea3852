// /v1/log/…, and callers who wait for it.

import CertificateAuthority
import Foundation
import HTTPTypes
import PKIX
import RegistrationAuthority
import Synchronization
import TestSupport
import Testing
import TransparencyLog

@testable import WebAPI

@Suite("The log's calls")
struct LogRouteTests {
    private func waiting(_ seconds: Int) throws -> HTTPFields {
        [try #require(HTTPField.Name("Prefer")): "wait=\(seconds)"]
    }

    private func applied(_ answer: Answer) -> String? {
        HTTPField.Name("Preference-Applied").flatMap { answer.headers[$0] }
    }

    private func issue(
        _ agents: AgentAPI,
        headers: HTTPFields = [:]
    ) async throws -> Answer {
        try await agents.call(.post, "/v1/certificates", as: .issuer, headers: headers, body: try TestRequests.body())
    }

    @Test("who waits for a certificate gets the proof that the log has it, and it verifies offline")
    func waits() async throws {
        try await AgentAPI.run { agents in
            try await agents.integrating {
                let answer = try await self.issue(agents, headers: try self.waiting(20))
                #expect(answer.status == 201 && self.applied(answer) == "wait", "\(answer.body)")
                let log = try #require(answer.json["log"] as? [String: Any])
                let file = try ProofFile(Array(try #require(log["proof"] as? String).utf8))
                let index = try #require(log["leafIndex"] as? Int)
                let entry = try await agents.call(.get, "/v1/log/entry/\(index)", as: .registrant)
                #expect(entry.json["eventType"] as? String == "CERTIFICATE_ISSUED")
                let serial = try #require(answer.json["serial"] as? String)
                #expect((entry.json["certificate"] as? [String: Any])?["serialNumber"] as? String == serial)
                try file.verify(leaf: .leaf(Array(entry.body.utf8)), log: agents.logBench.identity)
                #expect(log["leafHash"] as? String == LogHash.leaf(Array(entry.body.utf8)).hexadecimal)

                let path = "/v1/certificates/\(serial)/revoke"
                let reason = #"{"reason":"superseded"}"#
                let wait = try self.waiting(20)
                let revoked = try await agents.call(.post, path, as: .admin, headers: wait, body: reason)
                let place = try #require((revoked.json["log"] as? [String: Any])?["leafIndex"] as? Int)
                let revocation = try await agents.call(.get, "/v1/log/entry/\(place)", as: .admin)
                #expect(revocation.json["eventType"] as? String == "CERTIFICATE_REVOKED" && place > index)
            }
        }
    }

    /// The entry that an answer's proof is of, once it was verified.
    private func proven(_ answer: Answer, _ agents: AgentAPI) async throws -> [String: Any] {
        #expect(self.applied(answer) == "wait", "\(answer.body)")
        let log = try #require(answer.json["log"] as? [String: Any], "\(answer.body)")
        let file = try ProofFile(Array(try #require(log["proof"] as? String).utf8))
        let index = try #require(log["leafIndex"] as? Int)
        let entry = try await agents.call(.get, "/v1/log/entry/\(index)", as: .registrant)
        try file.verify(leaf: .leaf(Array(entry.body.utf8)), log: agents.logBench.identity)
        let producer = (entry.json["payload"] as? [String: Any])?["producer"] as? [String: Any]
        return try #require(producer?["event"] as? [String: Any], "\(entry.body)")
    }

    @Test("who waits for an agent or an identity gets the proof of its event with the answer", arguments: Lane.all)
    func agents(_ lane: Lane) async throws {
        try await AgentAPI.run { agents in
            try await agents.integrating {
                let (shapes, headers) = (AgentShapes(), try self.waiting(20))
                func call(_ path: String, _ pattern: String, _ body: String) async throws -> Answer {
                    let answer = try await agents.call(.post, path, as: .registrant, headers: headers, body: body)
                    shapes.note(answer, to: "POST \(pattern)")
                    return answer
                }
                let body = try TestAgent().registration("weather.\(AgentAPI.zone)")
                let registered = try await call(lane.registration, lane.registration, body)
                let id = try #require(registered.json["agentId"] as? String)
                let registration = try await self.proven(registered, agents)
                #expect(registration["eventType"] as? String == "AGENT_REGISTERED")
                #expect(registration["ansId"] as? String == id)

                let collection = "/v2/ans/identities"
                let holder = IdentityHolder.ed25519()
                let round = try await call(collection, collection, try TestRequests.body(["value": holder.did]))
                #expect(round.json["log"] == nil && self.applied(round) == nil)
                let identity = try #require(round.json["identityId"] as? String)
                for (part, body, type) in [
                    (
                        "/verify-control",
                        try TestRequests.body([
                            "signedProofs": [try holder.proof(over: IdentityRouteTests.input(round))]
                        ]),
                        "IDENTITY_VERIFIED"
                    ),
                    ("/links", try TestRequests.body(["agentIds": [id]]), "IDENTITY_LINKED"),
                    ("/revoke", "{}", "IDENTITY_REVOKED"),
                ] {
                    let answer = try await call(
                        "\(collection)/\(identity)\(part)",
                        "\(collection)/{identityId}\(part)",
                        body
                    )
                    #expect(try await self.proven(answer, agents)["eventType"] as? String == type)
                }

                let path = "\(lane.collection)/{agentId}/revoke"
                let reason = #"{"reason":"SUPERSEDED"}"#
                let revoked = try await call(path.replacing("{agentId}", with: id), path, reason)
                #expect(try await self.proven(revoked, agents)["eventType"] as? String == "AGENT_REVOKED")
                // What each request has taken before is part of its time.
                let patiences = agents.integration.patiences.withLock { $0 }
                #expect(patiences.count == 5 && patiences.allSatisfy { $0 > .zero && $0 < .seconds(20) })
                try await shapes.check()
            }
        }
    }

    @Test("an agent whose records were verified is proven at once; one that was never ACTIVE is not waited for")
    func verifiedRecords() async throws {
        try await AgentAPI.run { agents in
            try await agents.integrating {
                let id = try await agents.register("a.customer.example")
                agents.world.set { $0.control = .proven(.dns01) }
                let base = "/v2/ans/agents/\(id)"
                let headers = try self.waiting(20)
                let pending = try await agents.call(.post, "\(base)/verify-acme", as: .registrant, headers: headers)
                #expect(pending.json["status"] as? String == "PENDING_DNS" && pending.json["log"] == nil)
                let active = try await agents.call(.post, "\(base)/verify-dns", as: .registrant, headers: headers)
                #expect(active.json["status"] as? String == "ACTIVE")
                #expect(try await self.proven(active, agents)["ansId"] as? String == id)
                let other = try await agents.register("b.customer.example")
                let cancelled = try await agents.call(
                    .post,
                    "/v2/ans/agents/\(other)/revoke",
                    as: .registrant,
                    headers: headers,
                    body: #"{"reason":"SUPERSEDED"}"#
                )
                #expect(cancelled.json["status"] as? String == "REVOKED" && self.applied(cancelled) == nil)
            }
        }
    }

    @Test("who does not wait, or whose time is over, gets the plain answer")
    func plain() async throws {
        try await AgentAPI.run { agents in
            // Nothing is integrated here.
            agents.integration.open()
            for headers in [[:], try self.waiting(1), try self.waiting(0)] {
                let answer = try await self.issue(agents, headers: headers)
                #expect(answer.status == 201 && answer.json["log"] == nil && self.applied(answer) == nil)
            }
        }
    }

    @Test("each path answers callers with a token, with a tag that says that nothing has changed")
    func paths() async throws {
        try await AgentAPI.run { agents in
            let serial = try await agents.integrating {
                try #require(try await self.issue(agents, headers: try self.waiting(20)).json["serial"] as? String)
            }
            for path in [
                "checkpoint", "checkpoint/history?limit=1", "root-keys", "schema/V2", "entry/0", "proof/0",
                "inclusion/0/1",
                "consistency/0/1", "lookup/serial/\(serial)",
            ] {
                let answer = try await agents.call(.get, "/v1/log/\(path)", as: .auditor)
                #expect(answer.status == 200 && !answer.body.isEmpty, "\(path): \(answer.body)")
                let tag = try #require(answer.headers[.eTag])
                #expect(answer.headers[.cacheControl]?.hasPrefix("private, max-age=") == true)
                let headers: HTTPFields = [.ifNoneMatch: tag]
                let again = try await agents.call(.get, "/v1/log/\(path)", as: .auditor, headers: headers)
                #expect(again.status == 304 && again.body.isEmpty, "\(path)")
                let stranger = try await agents.call(.get, "/v1/log/\(path)")
                #expect(stranger.status == 401, "\(path)")
            }
        }
    }

    @Test(
        "what the log has not, and what cannot be read, is a problem with a code",
        arguments: [
            ("entry/7", 404, "LOG_ENTRY_NOT_FOUND"), ("entry/x", 404, "LOG_ENTRY_NOT_FOUND"),
            ("inclusion/0/9", 404, "LOG_ENTRY_NOT_FOUND"), ("schema/V9", 404, "LOG_ENTRY_NOT_FOUND"),
            ("lookup/colour/red", 404, "LOG_ENTRY_NOT_FOUND"), ("checkpoint/history?limit=0", 400, "INVALID_QUERY"),
            ("checkpoint/history?order=UP", 400, "INVALID_QUERY"), ("nothing", 404, "NOT_FOUND"),
        ]
    )
    func refused(path: String, status: Int, code: String) async throws {
        try await AgentAPI.run { agents in
            try await agents.logBench.integrate()
            let answer = try await agents.call(.get, "/v1/log/\(path)", as: .admin)
            #expect(answer.status == status && answer.json["code"] as? String == code, "\(answer.body)")
        }
    }

    @Test("a log that has published nothing yet cannot say")
    func unpublished() async throws {
        try await AgentAPI.run { agents in
            let answer = try await agents.call(.get, "/v1/log/checkpoint", as: .admin)
            #expect(answer.status == 503 && answer.json["code"] as? String == "LOG_UNAVAILABLE")
            #expect(answer.headers[.retryAfter] != nil)
        }
    }
}
