// Verification over HTTP from end to end: for each way to ask that is right one that is wrong, and what each fault makes of it.

import Foundation
import HTTPTypes
import TestSupport
import Testing

@testable import WebAPI

@Suite("POST /v1/verify, for an agent that is Gold")
struct VerifiedAgentRouteTests {
    private static func body(_ members: [String: Any]) throws -> String {
        String(decoding: try JSONSerialization.data(withJSONObject: members), as: UTF8.self)
    }

    private func run(_ body: (AgentAPI, VerifiedAgent, AgentShapes) async throws -> Void) async throws {
        let agent = try VerifiedAgent()
        let shapes = AgentShapes()
        try await AgentAPI.run(verification: agent.calls) { try await body($0, agent, shapes) }
        try await shapes.check()
    }

    @Test("each way to ask finds the agent Gold, and what is wrong in the same way is found")
    func waysToAsk() async throws {
        try await self.run { agents, agent, shapes in
            let (identity, server) = (TestServer.pem([agent.identity]), TestServer.pem([agent.server]))
            let foreign = TestServer.pem([agent.foreignIdentity])
            let (foreignServer, other) = (TestServer.pem([agent.foreignServer]), TestServer.pem([agent.otherServer]))
            let host = VerifiedAgent.host
            let ways: [(right: [String: Any], wrong: [String: Any], check: String)] = [
                (["subject": host], ["subject": "other.agents.example"], "registration"),
                (["subject": VerifiedAgent.ansName], ["subject": "ans://v1.0.1.\(host)"], "registration"),
                (["subject": identity], ["subject": foreign], "identity_chain"),
                (["subject": server], ["subject": foreignServer], "server_chain"),
                (
                    ["identityCertificate": identity, "serverCertificate": server],
                    ["identityCertificate": identity, "serverCertificate": other], "link"
                ),
                (
                    ["identityCertificate": identity, "serverCertificate": server],
                    ["identityCertificate": server, "serverCertificate": identity], "identity_chain"
                ),
                (
                    ["subject": host, "serverCertificate": server], ["subject": host, "serverCertificate": other],
                    "link"
                ),
                (
                    ["subject": VerifiedAgent.ansName, "serverCertificate": server],
                    ["subject": VerifiedAgent.ansName, "serverCertificate": foreignServer], "server_chain"
                ),
            ]
            for (right, wrong, check) in ways {
                let good = try await agents.call(.post, "/v1/verify", body: Self.body(right))
                shapes.note(good, to: "POST /v1/verify")
                #expect(good.json["tier"] as? String == "GOLD", "\(right.keys): \(good.body)")
                #expect(good.json["agentId"] as? String == VerifiedAgent.id)
                let bad = try await agents.call(.post, "/v1/verify", body: Self.body(wrong))
                shapes.note(bad, to: "POST /v1/verify")
                #expect(bad.status == 200 && bad.json["verified"] as? Bool == false, "\(wrong.keys): \(bad.body)")
                #expect(bad.json["tier"] as? String == "NONE")
                let checks = bad.json["checks"] as? [[String: Any]] ?? []
                let failed = checks.filter { $0["outcome"] as? String == "failed" }.compactMap { $0["name"] as? String }
                #expect(failed.contains(check), "\(failed)")
            }
        }
    }

    @Test("the compact form has the place in the log, the full one the evidence of each check")
    func forms() async throws {
        try await self.run { agents, _, shapes in
            let compact = try await agents.call(
                .post,
                "/v1/verify",
                body: Self.body(["subject": VerifiedAgent.host, "compact": true])
            )
            shapes.note(compact, to: "POST /v1/verify")
            #expect(Set(compact.json.keys) == ["verified", "tier", "reason", "logEntry"])
            let place = try #require(compact.json["logEntry"] as? [String: Any])
            #expect(place["origin"] as? String == "log.agents.example" && place["treeSize"] as? Int == 6)
            #expect(place["leafIndex"] as? Int == 0)
            #expect(place["rootHash"] as? String == Data(repeating: 7, count: 32).base64EncodedString())
            let full = try await agents.call(.post, "/v1/verify", body: Self.body(["subject": VerifiedAgent.host]))
            let log = (full.json["checks"] as? [[String: Any]])?.last
            #expect(log?["name"] as? String == "log" && log?["outcome"] as? String == "passed")
            #expect((log?["evidence"] as? [String: Any])?["leafHash"] as? String != nil)
        }
    }

    @Test("each fault takes every tier away, and is named", arguments: VerifiedAgentFault.allCases)
    func faults(fault: VerifiedAgentFault) async throws {
        let check =
            switch fault {
            case .notRegistered, .ended, .storeBroken: "registration"
            case .identityRevoked: "identity_revocation"
            case .otherServerKey: "link"
            case .otherIdentityRecord: "dns_identity"
            case .otherBadge: "dns_badge"
            case .otherVersion: "dns_version"
            case .otherAssociation: "dane"
            case .logRevocation, .logOtherHash, .logAgentRevoked: "log"
            }
        try await self.run { agents, agent, shapes in
            agent.set(fault)
            let answer = try await agents.call(
                .post,
                "/v1/verify",
                body: Self.body(["subject": VerifiedAgent.ansName, "compact": true])
            )
            shapes.note(answer, to: "POST /v1/verify")
            #expect(answer.json["verified"] as? Bool == false && answer.json["tier"] as? String == "NONE")
            #expect((answer.json["reason"] as? String)?.hasPrefix("\(check): ") == true, "\(answer.body)")
            #expect(answer.json["logEntry"] == nil)
            agent.set()
            let mended = try await agents.call(.post, "/v1/verify", body: Self.body(["subject": VerifiedAgent.ansName]))
            #expect(mended.json["tier"] as? String == "GOLD")
        }
    }

    @Test("our own overload is 503 with a time to ask again, and no verdict")
    func overload() async throws {
        try await self.run { agents, agent, shapes in
            agent.overload(true)
            let answer = try await agents.call(.post, "/v1/verify", body: Self.body(["subject": VerifiedAgent.host]))
            shapes.note(answer, to: "POST /v1/verify")
            #expect(answer.status == 503 && answer.code == "OVERLOADED")
            #expect(answer.headers[.retryAfter] == "5" && answer.json["verified"] == nil)
        }
    }

    @Test(
        "what cannot be asked about is refused",
        arguments: [
            #"{"subject": "gold.agents.example", "identityCertificate": "x"}"#,
            #"{"subject": "gold.agents.example", "serverCertificate": "no certificate"}"#,
            #"{"subject": "a b", "serverCertificate": "PEM"}"#, #"{"subject": "PEM", "serverCertificate": "PEM"}"#,
            #"{"subject": "gold.agents.example", "compact": "yes"}"#, #"{"subject": 1}"#,
            #"{"subject": "gold.agents.example", "handshake": true}"#, #"["gold.agents.example"]"#,
        ]
    )
    func refusals(body: String) async throws {
        try await self.run { agents, agent, shapes in
            let pem = TestServer.pem([agent.server]).replacing("\n", with: "\\n")
            let answer = try await agents.call(.post, "/v1/verify", body: body.replacing("PEM", with: pem))
            shapes.note(answer, to: "POST /v1/verify")
            #expect((400...422).contains(answer.status), "\(answer.body)")
        }
    }
}
