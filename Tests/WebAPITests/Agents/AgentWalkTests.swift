// One agent from its registration to its end, in both lanes: every call, with the answers that each state gives.

import DNS
import Foundation
import HTTPTypes
import PKIX
import RegistrationAuthority
import SwiftASN1
import Testing
import X509

@testable import WebAPI

/// A lane of calls.
struct Lane: Sendable, CustomTestStringConvertible {
    let collection: String
    let registration: String

    static let all = [
        Lane(collection: "/v2/ans/agents", registration: "/v2/ans/agents"),
        Lane(collection: "/v1/agents", registration: "/v1/agents/register"),
    ]

    var testDescription: String { self.collection }
}

/// Calls about one agent in one lane; each answer is noted for ``AgentShapes``.
struct LaneCaller {
    let agents: AgentAPI
    let lane: Lane
    let shapes: AgentShapes
    let role: Role

    func call(
        _ method: HTTPRequest.Method,
        _ part: String = "",
        of id: String = "",
        csr: String = "",
        headers: HTTPFields = [:],
        body: String? = nil
    ) async throws -> Answer {
        let pattern = self.lane.collection + (id.isEmpty ? "" : "/{agentId}") + part
        let path = pattern.replacing("{agentId}", with: id).replacing("{csrId}", with: csr)
        let answer = try await self.agents.call(method, path, as: self.role, headers: headers, body: body)
        self.shapes.note(answer, to: "\(method) \(pattern.split(separator: "?")[0])")
        return answer
    }

    func register(_ body: String, headers: HTTPFields = [:]) async throws -> Answer {
        let path = self.lane.registration
        let answer = try await self.agents.call(.post, path, as: self.role, headers: headers, body: body)
        self.shapes.note(answer, to: "POST \(path)")
        return answer
    }
}

@Suite("The walk through ANS")
struct AgentWalkTests {
    private static let host = "sentiment.customer.example"
    private static let ansName = "ans://v1.0.0.\(host)"

    @Test("a name of others: challenges, proof, records, ACTIVE, certificates, revocation", arguments: Lane.all)
    func walks(_ lane: Lane) async throws {
        try await AgentAPI.run { agents in
            let shapes = AgentShapes()
            let caller = LaneCaller(agents: agents, lane: lane, shapes: shapes, role: .registrant)
            let agent = TestAgent()
            let id = try await Self.register(agent, caller)
            try await Self.proveControl(id, caller)
            try await Self.verifyRecords(id, caller)
            try await Self.readCertificates(id, agent, caller)
            try await Self.revoke(id, caller)
            let calls = agents.api.table.routes.map(\.name.description).filter {
                $0.contains(" " + lane.collection) && !$0.hasSuffix("/events") && !$0.hasSuffix("/resolution")
                    && !$0.hasSuffix("/approve") && !$0.hasSuffix("/renewal") && !$0.hasSuffix("/card")
                    && !$0.contains("/renewal/") && !$0.hasSuffix("/pairs") && $0 != Self.serverRequest(lane)
                    && !$0.contains("catalog") && !$0.hasSuffix("/verify-metadata")
            }
            #expect(shapes.operations == Set(calls))
            try await shapes.check()
        }
    }

    /// What ``ServerCertificateWalkTests`` walks.
    private static func serverRequest(_ lane: Lane) -> String {
        "POST \(lane.collection)/{agentId}/certificates/server"
    }

    private static func register(_ agent: TestAgent, _ caller: LaneCaller) async throws -> String {
        let answer = try await caller.register(try agent.registration(self.host))
        #expect(answer.status == 202)
        let id = try #require(answer.json["agentId"] as? String)
        let base = "\(caller.lane.collection)/\(id)"
        #expect(answer.headers[.location] == base)
        #expect(answer.json["status"] as? String == "PENDING_VALIDATION")
        #expect(answer.json["phase"] as? String == "DOMAIN_VALIDATION")
        #expect(answer.json["ansName"] as? String == self.ansName)
        #expect(answer.json["dnsRecords"] == nil)
        let steps = try #require(answer.json["nextSteps"] as? [[String: Any]])
        #expect(steps.map { $0["action"] as? String } == ["CONFIGURE_DNS", "CONFIGURE_HTTP", "VALIDATE_DOMAIN"])
        #expect(steps.last?["endpoint"] as? String == base + "/verify-acme")
        let challenges = try #require(answer.json["challenges"] as? [[String: Any]])
        #expect(challenges.map { $0["type"] as? String } == ["DNS_01", "HTTP_01"])
        let token = try #require(challenges[0]["token"] as? String)
        #expect(challenges[0]["keyAuthorization"] as? String == "\(token).\(try agent.thumbprint)")
        let record = try #require(challenges[0]["dnsRecord"] as? [String: String])
        #expect(record["name"] == "_acme-challenge.\(self.host)")
        #expect(record["type"] == "TXT")
        #expect(challenges[1]["httpPath"] as? String == "/.well-known/acme-challenge/\(token)")
        let shown = try await caller.call(.get, of: id)
        #expect(shown.json["agentStatus"] as? String == "PENDING_VALIDATION")
        let pending = try #require(shown.json["registrationPending"] as? [String: Any])
        #expect((pending["challenges"] as? [Any])?.count == 2)
        return id
    }

    private static func proveControl(_ id: String, _ caller: LaneCaller) async throws {
        let early = try await caller.call(.post, "/verify-dns", of: id)
        #expect(early.has(422, "CONTROL_NOT_PROVEN"))
        let findings: [(ControlFinding, Int, String)] = [
            (.notProven("DNS: nothing there"), 422, "CONTROL_NOT_PROVEN"),
            (.forbidden("the CAA records admit another CA only"), 422, "CAA_FORBIDS"),
            (.unavailable("no server answers"), 503, "DNS_UNAVAILABLE"),
        ]
        for (finding, status, code) in findings {
            caller.agents.world.set { $0.control = finding }
            let answer = try await caller.call(.post, "/verify-acme", of: id)
            #expect(answer.has(status, code))
            #expect(answer.headers[.retryAfter] == (status == 503 ? "2" : nil))
        }
        caller.agents.world.set { $0.control = .proven(.dns01) }
        let proven = try await caller.call(.post, "/verify-acme", of: id, headers: AgentAPI.waiting)
        #expect(proven.status == 202)
        #expect(proven.json["status"] as? String == "PENDING_DNS")
        #expect(proven.json["phase"] as? String == "DNS_PROVISIONING")
        #expect(proven.json["completedSteps"] as? [String] == ["DOMAIN_VALIDATION", "CERTIFICATE_ISSUANCE"])
        #expect(proven.json["pendingSteps"] as? [String] == ["DNS_PROVISIONING"])
        let again = try await caller.call(.post, "/verify-acme", of: id)
        #expect(again.status == 202 && again.json["status"] as? String == "PENDING_DNS")
    }

    private static func verifyRecords(_ id: String, _ caller: LaneCaller) async throws {
        let details = try await caller.call(.get, of: id)
        let pending = try #require(details.json["registrationPending"] as? [String: Any])
        let steps = try #require(pending["nextSteps"] as? [[String: Any]])
        #expect(steps.map { $0["action"] as? String } == ["CONFIGURE_DNS", "VERIFY_DNS"])
        let records = try #require(pending["dnsRecords"] as? [[String: Any]])
        let names = Set(records.compactMap { $0["name"] as? String })
        #expect(names.isSuperset(of: ["_ans.\(self.host)", "_ans-badge.\(self.host)", "_agent.\(self.host)"]))
        let required = records.filter { $0["required"] as? Bool == true }.count
        #expect(required > 0)

        caller.agents.world.set { $0.records = [] }
        let missing = try await caller.call(.post, "/verify-dns", of: id)
        #expect(missing.has(422, "DNS_RECORDS_NOT_VERIFIED"))
        #expect(missing.json["status"] as? String == "ERROR")
        #expect((missing.json["missingRecords"] as? [Any])?.count == records.count)
        #expect((missing.json["incorrectRecords"] as? [Any])?.isEmpty == true)

        let badge = try DomainName("_ans-badge.\(self.host)")
        let wrong = ResourceRecord(
            name: badge,
            ttl: 60,
            data: .text("v=ans-badge1; version=v1.0.0; url=https://elsewhere.example/v1/agents/1")
        )
        caller.agents.world.set { $0.records = [wrong] }
        let incorrect = try await caller.call(.post, "/verify-dns", of: id)
        let found = try #require((incorrect.json["incorrectRecords"] as? [[String: Any]])?.first)
        #expect((found["record"] as? [String: Any])?["purpose"] as? String == "BADGE")
        #expect((found["found"] as? String)?.contains("elsewhere.example") == true)
        #expect((found["expected"] as? String)?.contains("log.example") == true)

        caller.agents.world.set { $0.outage = "no server answers" }
        let outage = try await caller.call(.post, "/verify-dns", of: id)
        #expect(outage.has(503, "DNS_UNAVAILABLE"))

        caller.agents.world.set { ($0.outage, $0.records) = (nil, nil) }
        let active = try await caller.call(.post, "/verify-dns", of: id)
        #expect(active.status == 202 && active.json["status"] as? String == "ACTIVE")
        #expect(active.json["phase"] as? String == "COMPLETED")
        #expect((active.json["pendingSteps"] as? [Any])?.isEmpty == true)
        let again = try await caller.call(.post, "/verify-dns", of: id)
        #expect(again.status == 202 && again.json["status"] as? String == "ACTIVE")
        let shown = try await caller.call(.get, of: id)
        #expect(shown.json["agentStatus"] as? String == "ACTIVE")
        #expect(shown.json["registrationPending"] == nil)
        #expect((shown.json["dnsRecords"] as? [Any])?.count == records.count)
        let status = try await caller.call(.get, "/status", of: id)
        #expect(status.status == 200 && status.json["status"] as? String == "ACTIVE")
        let listed = try await caller.call(.get)
        #expect((listed.json["items"] as? [[String: Any]])?.map { $0["agentId"] as? String } == [id])
    }

    private static func readCertificates(_ id: String, _ agent: TestAgent, _ caller: LaneCaller) async throws {
        let first = try await caller.call(.get, "/certificates/identity", of: id)
        let certificate = try #require(first.list.first)
        #expect(first.list.count == 1)
        let pem = try #require(certificate["certificatePEM"] as? String)
        let parsed = try Certificate(pemEncoded: pem)
        #expect(parsed.publicKey == agent.key.publicKey)
        let names = try parsed.extensions.subjectAlternativeNames
        #expect(names.map { Array($0) } == [.uniformResourceIdentifier(self.ansName)])
        #expect((certificate["chainPEM"] as? String)?.hasPrefix("-----BEGIN CERTIFICATE-----") == true)

        let csr = try TestRequests.body(["csrPEM": try agent.csr(self.host)])
        let path = "/certificates/identity"
        let taken = try await caller.call(.post, path, of: id, headers: AgentAPI.waiting, body: csr)
        #expect(taken.status == 202)
        let csrID = try #require(taken.json["csrId"] as? String)
        let status = try await caller.call(.get, "/csrs/{csrId}/status", of: id, csr: csrID)
        #expect(status.status == 200 && status.json["status"] as? String == "SIGNED")
        #expect(status.json["type"] as? String == "IDENTITY")
        #expect(try await caller.call(.get, path, of: id).list.map { $0["csrId"] as? String }.last == csrID)
        let unknown = try await caller.call(.get, "/csrs/{csrId}/status", of: id, csr: id)
        #expect(unknown.has(404, "CSR_NOT_FOUND"))
        for wrong in [try TestAgent().csr("other.customer.example"), "rubbish"] {
            let answer = try await caller.call(.post, path, of: id, body: try TestRequests.body(["csrPEM": wrong]))
            #expect(answer.has(422, "INVALID_IDENTITY_CSR"))
        }
        let servers = try await caller.call(.get, "/certificates/server", of: id)
        #expect(servers.status == 200 && servers.body == "[]")
    }

    private static func revoke(_ id: String, _ caller: LaneCaller) async throws {
        for body in [
            #"{}"#, #"{"reason":"BOREDOM"}"#,
            #"{"reason":"SUPERSEDED","comments":"\#(String(repeating: "x", count: 201))"}"#,
        ] {
            let answer = try await caller.call(.post, "/revoke", of: id, body: body)
            #expect(answer.status == 422, "\(answer.body)")
        }
        let body = #"{"reason":"KEY_COMPROMISE","comments":"lost it"}"#
        let revoked = try await caller.call(.post, "/revoke", of: id, body: body)
        #expect(revoked.status == 200)
        #expect(revoked.json["status"] as? String == "REVOKED")
        #expect(revoked.json["reason"] as? String == "KEY_COMPROMISE")
        #expect((revoked.json["dnsRecordsToRemove"] as? [Any])?.isEmpty == false)
        let again = try await caller.call(.post, "/revoke", of: id, body: #"{"reason":"SUPERSEDED"}"#)
        #expect(again.status == 200 && again.json["reason"] as? String == "KEY_COMPROMISE")
        for part in ["/verify-acme", "/verify-dns"] {
            let answer = try await caller.call(.post, part, of: id)
            #expect(answer.has(409, "AGENT_ENDED"))
        }
        // A name that was ACTIVE is consumed for ever.
        let taken = try await caller.register(try TestAgent().registration(self.host))
        #expect(taken.has(409, "ANS_NAME_TAKEN"))
        let certificates = try await caller.agents.call(.get, "/v1/certificates?status=revoked", as: .admin)
        #expect((certificates.json["certificates"] as? [Any])?.count == 2)
    }
}
