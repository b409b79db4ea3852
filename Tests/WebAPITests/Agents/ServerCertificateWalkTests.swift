// Server certificates over HTTP: every call in both lanes, with the answers that each state gives, and every refusal.

import Crypto
import Foundation
import HTTPTypes
import PKIX
import RegistrationAuthority
import SwiftASN1
import TestSupport
import Testing
import X509

@testable import WebAPI

@Suite("The walk through server certificates")
struct ServerCertificateWalkTests {
    private static let host = "shop.customer.example"
    private static let path = "/certificates/server"

    @Test("challenges of the CA, a certificate, its renewal in every state, and the pairs", arguments: Lane.all)
    func walks(_ lane: Lane) async throws {
        try await AgentAPI.run { agents in
            let shapes = AgentShapes()
            let caller = LaneCaller(agents: agents, lane: lane, shapes: shapes, role: .registrant)
            let server = TestServer()
            let id = try await Self.activate(caller, server)
            try await Self.readCertificates(id, caller, server)
            try await Self.refuse(id, caller)
            try await Self.cancel(id, caller)
            try await Self.renew(id, caller)
            try await Self.bring(id, caller)
            try await Self.readPairs(id, agents)
            try await Self.revoke(id, caller)
            try await shapes.check()
        }
    }

    /// Registers with a CSR, answers the challenges of the CA, and verifies the records.
    private static func activate(_ caller: LaneCaller, _ server: TestServer) async throws -> String {
        let agents = caller.agents
        let challenges = [
            MemoryServerCertificates.recordChallenge(of: self.host), MemoryServerCertificates.fileChallenge,
        ]
        agents.servers.change { $0.outcome = .underway(challenges, hindrance: nil) }
        let body = try TestAgent().registration(self.host, ["serverCsrPEM": try server.csr([self.host])])
        let registered = try await caller.register(body)
        #expect(registered.status == 202, "\(registered.body)")
        let id = try #require(registered.json["agentId"] as? String)
        #expect(try await caller.call(.get, self.path, of: id).body == "[]")
        agents.world.set { $0.control = .proven(.dns01) }
        let proven = try await caller.call(.post, "/verify-acme", of: id, headers: AgentAPI.waiting)
        #expect(proven.status == 202 && proven.json["status"] as? String == "PENDING_VALIDATION")
        let shown = try await caller.call(.get, of: id)
        let pending = try #require(shown.json["registrationPending"] as? [String: Any])
        let shownChallenges = try #require(pending["challenges"] as? [[String: Any]])
        #expect(shownChallenges.map { $0["type"] as? String } == ["DNS_01", "HTTP_01"])
        #expect((shownChallenges[0]["dnsRecord"] as? [String: String])?["value"] == "digest")
        #expect(shownChallenges[1]["httpPath"] as? String == "/.well-known/acme-challenge/token-2")
        let steps = try #require(pending["nextSteps"] as? [[String: Any]])
        #expect(steps.map { $0["action"] as? String } == ["CONFIGURE_DNS", "CONFIGURE_HTTP", "VALIDATE_DOMAIN"])
        #expect((steps.last?["endpoint"] as? String)?.hasSuffix("/verify-acme") == true)
        agents.servers.change { $0.outcome = .obtained }
        let obtained = try await caller.call(.post, "/verify-acme", of: id, headers: AgentAPI.waiting)
        #expect(obtained.json["status"] as? String == "PENDING_DNS", "\(obtained.body)")
        #expect(agents.servers.current.answered.count == 1)
        let records = try await caller.call(.get, of: id).json["registrationPending"] as? [String: Any]
        let types = (records?["dnsRecords"] as? [[String: Any]])?.compactMap { $0["type"] as? String } ?? []
        #expect(types.filter { $0 == "TLSA" }.count == 2)
        let active = try await caller.call(.post, "/verify-dns", of: id)
        #expect(active.json["status"] as? String == "ACTIVE", "\(active.body)")
        return id
    }

    private static func readCertificates(_ id: String, _ caller: LaneCaller, _ server: TestServer) async throws {
        let list = try await caller.call(.get, self.path, of: id).list
        let certificate = try #require(list.first)
        #expect(list.count == 1 && certificate["status"] as? String == "VALID")
        #expect(certificate["certificateType"] as? String == "X509-DV-SERVER")
        #expect(certificate["source"] as? String == "CA" && certificate["certificateAuthority"] as? String == "test")
        let parsed = try Certificate(pemEncoded: try #require(certificate["certificatePEM"] as? String))
        #expect(parsed.publicKey == server.key.publicKey)
        #expect(certificate["publicKeyFingerprint"] as? String == "SHA256:\(server.keyHash.hexadecimal)")
        let shown = try await caller.call(.get, of: id)
        let current = try #require(shown.json["serverCertificate"] as? [String: Any])
        #expect(current["fingerprint"] as? String == certificate["fingerprint"] as? String)
        #expect((shown.json["identityCertificate"] as? [String: Any])?["serialNumber"] is String)
        let csr = try #require(certificate["csrId"] as? String)
        let status = try await caller.call(.get, "/csrs/{csrId}/status", of: id, csr: csr)
        #expect(status.json["type"] as? String == "SERVER" && status.json["status"] as? String == "SIGNED")
        for method in [HTTPRequest.Method.get, .delete] {
            let none = try await caller.call(method, self.path + "/renewal", of: id)
            #expect(none.has(404, "RENEWAL_NOT_FOUND"))
        }
        let early = try await caller.call(.post, self.path + "/renewal/verify-acme", of: id)
        #expect(early.has(404, "RENEWAL_NOT_FOUND"))
    }

    private static func refuse(_ id: String, _ caller: LaneCaller) async throws {
        let good = try TestServer().csr([self.host])
        let edwards = TestServer(Certificate.PrivateKey(Curve25519.Signing.PrivateKey()))
        let cases: [([String: String], String)] = [
            ([:], "INVALID_RENEWAL_REQUEST"), (["serverCsrPEM": "rubbish"], "INVALID_SERVER_CSR"),
            (["serverCsrPEM": good, "serverCertificatePEM": good], "INVALID_RENEWAL_REQUEST"),
            (["serverCsrPEM": good, "serverCertificateChainPEM": good], "INVALID_RENEWAL_REQUEST"),
            (["serverCsrPEM": try TestServer().csr(["other.example"])], "INVALID_SERVER_CSR"),
            (["serverCsrPEM": try edwards.csr([self.host])], "INVALID_SERVER_CSR"),
            (["serverCertificatePEM": good], "INVALID_SERVER_CERT"), (["more": "x"], "UNKNOWN_MEMBER"),
        ]
        for (body, code) in cases {
            for part in ["", "/renewal"] {
                let answer = try await caller.call(.post, self.path + part, of: id, body: try TestRequests.body(body))
                #expect(answer.has(422, code), "\(answer.body)")
            }
        }
    }

    private static func cancel(_ id: String, _ caller: LaneCaller) async throws {
        let servers = caller.agents.servers
        servers.change { $0.outcome = .underway([MemoryServerCertificates.fileChallenge], hindrance: nil) }
        let body = try TestRequests.body(["serverCsrPEM": try TestServer().csr([self.host])])
        let begun = try await caller.call(
            .post,
            self.path + "/renewal",
            of: id,
            headers: AgentAPI.waiting,
            body: body
        )
        #expect(begun.status == 202 && begun.json["status"] as? String == "PENDING_VALIDATION", "\(begun.body)")
        #expect(begun.json["renewalType"] as? String == "SERVER_CSR")
        #expect((begun.json["challenges"] as? [String: Any])?["http01"] is [String: Any])
        let step = try #require(begun.json["nextStep"] as? [String: Any])
        #expect(step["action"] as? String == "CONFIGURE_HTTP")
        #expect((step["endpoint"] as? String)?.hasSuffix("/renewal/verify-acme") == true)
        for part in ["", "/renewal"] {
            let second = try await caller.call(.post, self.path + part, of: id, body: body)
            #expect(second.has(409, "PENDING_RENEWAL_EXISTS"))
        }
        let verified = try await caller.call(.post, self.path + "/renewal/verify-acme", of: id)
        #expect(verified.status == 202 && verified.json["status"] as? String == "ISSUING_CERTIFICATE")
        let away = IssuingFailure(code: "rateLimited", reason: "too many orders", isTransient: true)
        servers.change { $0.outage = away }
        let outage = try await caller.call(.delete, self.path + "/renewal", of: id)
        #expect(outage.has(503, "SERVER_CERTIFICATES_UNAVAILABLE") && outage.body.contains("too many orders"))
        servers.change { $0.outage = nil }
        let cancelled = try await caller.agents.call(
            .delete,
            "\(caller.lane.collection)/\(id)\(self.path)/renewal",
            as: caller.role
        )
        #expect(cancelled.status == 204 && cancelled.body.isEmpty)
        let failed = try await caller.call(.get, self.path + "/renewal", of: id)
        #expect(failed.json["status"] as? String == "FAILED" && failed.json["failureReason"] is String)
        let csr = try #require(failed.json["csrId"] as? String)
        let status = try await caller.call(.get, "/csrs/{csrId}/status", of: id, csr: csr)
        #expect(status.json["status"] as? String == "REJECTED" && status.json["failureReason"] is String)
    }

    private static func renew(_ id: String, _ caller: LaneCaller) async throws {
        let servers = caller.agents.servers
        servers.change { $0.outcome = .underway([], hindrance: nil) }
        let body = try TestRequests.body(["csrPEM": try TestServer().csr([self.host])])
        let begun = try await caller.call(.post, self.path, of: id, headers: AgentAPI.waiting, body: body)
        #expect(begun.status == 202, "\(begun.body)")
        let pending = try await caller.call(.get, self.path + "/renewal", of: id)
        #expect(pending.json["status"] as? String == "ISSUING_CERTIFICATE")
        #expect(pending.json["csrId"] as? String == begun.json["csrId"] as? String)
        servers.change { $0.outcome = .obtained }
        let part = self.path + "/renewal/verify-acme"
        let verified = try await caller.call(.post, part, of: id, headers: AgentAPI.waiting)
        #expect(verified.status == 200 && verified.json["status"] as? String == "COMPLETED", "\(verified.body)")
        #expect((verified.json["tlsaDnsRecord"] as? [String: Any])?["type"] as? String == "TLSA")
        let completed = try await caller.call(.get, self.path + "/renewal", of: id)
        #expect(completed.json["status"] as? String == "COMPLETED")
        let late = try await caller.call(.delete, self.path + "/renewal", of: id)
        #expect(late.has(422, "RENEWAL_ALREADY_COMPLETED"))
        #expect(try await caller.call(.get, self.path, of: id).list.count == 2)
    }

    private static func bring(_ id: String, _ caller: LaneCaller) async throws {
        let (servers, now) = (caller.agents.servers, caller.agents.clock.now)
        for (authority, status) in [(ServerTestCA(), "FAILED"), (servers.authority, "COMPLETED")] {
            let der = try authority.certificate(
                for: TestServer().key.publicKey,
                host: self.host,
                from: now,
                lifetime: 30 * 86_400
            )
            let body = try TestRequests.body([
                "serverCertificatePEM": TestServer.pem([der]),
                "serverCertificateChainPEM": TestServer.pem([try authority.root(at: now)]),
            ])
            let part = self.path + "/renewal"
            let begun = try await caller.call(.post, part, of: id, headers: AgentAPI.waiting, body: body)
            #expect(begun.status == 202 && begun.json["renewalType"] as? String == "SERVER_BYOC", "\(begun.body)")
            #expect(begun.json["status"] as? String == status, "\(begun.body)")
        }
        let list = try await caller.call(.get, self.path, of: id).list
        #expect(list.count == 3 && list.last?["source"] as? String == "BROUGHT")
    }

    private static func readPairs(_ id: String, _ agents: AgentAPI) async throws {
        let path = "/v2/ans/agents/\(id)/certificates/pairs"
        let answer = try await agents.call(.get, path, as: .registrant)
        let shapes = AgentShapes()
        shapes.note(answer, to: "GET /v2/ans/agents/{agentId}/certificates/pairs")
        try await shapes.check()
        let pairs = try #require(answer.json["items"] as? [[String: Any]])
        #expect(pairs.count == 3 && pairs.allSatisfy { $0["revoked"] as? Bool == false })
        #expect(Set(pairs.compactMap { $0["serverFingerprint"] as? String }).count == 3)
        #expect(pairs.allSatisfy { $0["ansName"] as? String == "ans://v1.0.0.\(self.host)" })
        #expect(pairs.allSatisfy { ($0["keyThumbprint"] as? String)?.count == 43 })
    }

    private static func revoke(_ id: String, _ caller: LaneCaller) async throws {
        let revoked = try await caller.call(.post, "/revoke", of: id, body: #"{"reason":"SUPERSEDED"}"#)
        #expect(revoked.status == 200)
        let list = try await caller.call(.get, self.path, of: id).list
        #expect(list.allSatisfy { $0["status"] as? String == "REVOKED" } && list.count == 3)
        let reasons = Set(caller.agents.servers.current.revoked.values)
        #expect(reasons == [.superseded])
        let body = try TestRequests.body(["serverCsrPEM": try TestServer().csr([self.host])])
        let late = try await caller.call(.post, self.path + "/renewal", of: id, body: body)
        #expect(late.has(409, "AGENT_ENDED"))
    }

    @Test("registrations: what cannot be certified is refused at once, what the CA refuses ends them")
    func registrations() async throws {
        try await AgentAPI.run { agents in
            let edwards = TestServer(Certificate.PrivateKey(Curve25519.Signing.PrivateKey()))
            for csr in [try TestServer().csr(["other.example"]), try edwards.csr([Self.host])] {
                let body = try TestAgent().registration(Self.host, ["serverCsrPEM": csr])
                let answer = try await agents.call(.post, "/v2/ans/agents", as: .registrant, body: body)
                #expect(answer.has(422, "INVALID_SERVER_CSR"), "\(answer.body)")
            }
            let pem = TestServer.pem([try agents.servers.authority.root(at: agents.clock.now)])
            let body = try TestAgent().registration(Self.host, ["serverCertificatePEM": pem])
            let answer = try await agents.call(.post, "/v2/ans/agents", as: .registrant, body: body)
            #expect(answer.has(422, "INVALID_SERVER_CERT"))
            let refusal = IssuingFailure(code: "rejectedIdentifier", reason: "not this name", isTransient: false)
            agents.servers.change { $0.outcome = .failed(refusal) }
            let host = "weather.\(AgentAPI.zone)"
            let made = try await agents.call(
                .post,
                "/v2/ans/agents",
                as: .registrant,
                headers: AgentAPI.waiting,
                body: try TestAgent().registration(host, ["serverCsrPEM": try TestServer().csr([host])])
            )
            let failure = try #require(made.json["failure"] as? [String: Any], "\(made.body)")
            #expect(failure["code"] as? String == "CERT_ORDER_FAILED")
            #expect((failure["message"] as? String)?.contains("not this name") == true)
        }
    }

    @Test("without a CA a request says so, and reading works")
    func withoutCA() async throws {
        try await AgentAPI.run(hasServerCA: false) { agents in
            let body = try TestAgent().registration(Self.host, ["serverCsrPEM": try TestServer().csr([Self.host])])
            let refused = try await agents.call(.post, "/v2/ans/agents", as: .registrant, body: body)
            #expect(refused.has(422, "SERVER_CA_DISABLED") && refused.body.contains("no CA"))
            let id = try await agents.activate("weather")
            let path = "/v2/ans/agents/\(id)/certificates"
            #expect(try await agents.call(.get, path + "/server", as: .registrant).body == "[]")
            #expect(try await agents.call(.get, path + "/pairs", as: .registrant).body == #"{"items":[]}"#)
            let csr = try TestServer().csr(["weather.\(AgentAPI.zone)"])
            let renewal = try await agents.call(
                .post,
                path + "/server",
                as: .registrant,
                body: try TestRequests.body(["serverCsrPEM": csr])
            )
            #expect(renewal.has(422, "SERVER_CA_DISABLED"))
        }
    }

    @Test("agents of others are not shown, and the older lane names its successor")
    func others() async throws {
        try await AgentAPI.run { agents in
            let id = try await agents.activate("weather", as: .admin)
            for part in ["server", "server/renewal", "pairs"] {
                let answer = try await agents.call(.get, "/v2/ans/agents/\(id)/certificates/\(part)", as: .registrant)
                #expect(answer.has(404, "AGENT_NOT_FOUND") || answer.status == 403, "\(answer.body)")
            }
            let answer = try await agents.call(.get, "/v1/agents/\(id)/certificates/server/renewal", as: .admin)
            let link = try #require(HTTPField.Name("Link"))
            #expect(answer.headers[link]?.contains("/v2/ans/agents/\(id)/certificates/server/renewal") == true)
        }
    }
}
