import AuditLog
import CertificateAuthority
import Foundation
import HTTPTypes
import PKIX
import RegistrationAuthority
import TestSupport
import Testing

@testable import WebAPI

@Suite("GET and revocation of certificates")
struct CertificateRouteTests {
    @Test("shows a certificate as JSON, in either case of its serial number, and as PEM")
    func shows() async throws {
        let fixture = try await APIFixture()
        let serial = try await fixture.issue()
        let answer = try await fixture.call(.get, "/v1/certificates/\(serial)", as: .auditor)
        #expect(answer.status == 200)
        #expect(answer.json["serial"] as? String == serial)
        #expect(answer.json["issuedAt"] as? String == CertificateTime(TestHierarchy.now).description)
        #expect((answer.json["chain"] as? [String])?.count == 1)
        #expect(try await fixture.call(.get, "/v1/certificates/\(serial.uppercased())", as: .auditor).status == 200)
        let headers: HTTPFields = [.accept: "text/html;q=0.1, application/pem-certificate-chain"]
        let pem = try await fixture.call(.get, "/v1/certificates/\(serial)", as: .auditor, headers: headers)
        #expect(pem.body.hasPrefix("-----BEGIN CERTIFICATE-----\n"))
        #expect(pem.body.components(separatedBy: "BEGIN").count == 3)
    }

    @Test(
        "JSON is the answer unless PEM is liked better",
        arguments: [
            ("*/*", "application/json"), ("application/*", "application/json"),
            ("application/json", "application/json"),
            ("application/pem-certificate-chain;q=0.5, application/json;q=0.4", "application/pem-certificate-chain"),
            ("application/json;q=0, */*", "application/pem-certificate-chain"),
            ("text/html, */*;q=0.1", "application/json"),
        ]
    )
    func negotiates(_ accept: String, _ expected: String) async throws {
        let fixture = try await APIFixture()
        let serial = try await fixture.issue()
        let answer = try await fixture.call(.get, "/v1/certificates/\(serial)", as: .admin, headers: [.accept: accept])
        #expect(answer.headers[.contentType] == expected)
    }

    @Test("a serial number that is none, or nobody's, is refused")
    func refusesSerial() async throws {
        let fixture = try await APIFixture()
        let unknown = try await fixture.call(.get, "/v1/certificates/abcdef", as: .admin)
        #expect(unknown.status == 404)
        #expect(unknown.code == "CERTIFICATE_NOT_FOUND")
        for text in ["xyz", "0", "%31", String(repeating: "a", count: 41)] {
            let malformed = try await fixture.call(.get, "/v1/certificates/\(text)", as: .admin)
            #expect(malformed.status == 400)
            #expect(malformed.code == "MALFORMED")
        }
    }

    @Test("HEAD has the fields of GET and no content")
    func answersHead() async throws {
        let fixture = try await APIFixture()
        let serial = try await fixture.issue()
        let get = try await fixture.call(.get, "/v1/certificates/\(serial)", as: .admin)
        let head = try await fixture.call(.head, "/v1/certificates/\(serial)", as: .admin)
        #expect(head.status == 200)
        #expect(head.body.isEmpty)
        #expect(head.headers[.contentLength] == String(get.body.utf8.count))
        #expect(head.headers[.contentType] == get.headers[.contentType])
    }

    @Test("revokes once: to revoke again changes nothing")
    func revokes() async throws {
        let fixture = try await APIFixture()
        let serial = try await fixture.issue()
        let path = "/v1/certificates/\(serial)/revoke"
        let body = #"{"reason":"keyCompromise","invalidityDate":"2026-01-31T12:00:00Z"}"#
        let first = try await fixture.call(.post, path, as: .admin, body: body)
        #expect(first.status == 200, "\(first.body)")
        #expect(first.json["status"] as? String == "revoked")
        let revocation = first.json["revocation"] as? [String: String]
        #expect(revocation?["reason"] == "keyCompromise")
        #expect(revocation?["invalidityDate"] == "2026-01-31T12:00:00Z")
        fixture.clock.advance(by: 60)
        let second = try await fixture.call(.post, path, as: .admin, body: #"{"reason":"superseded"}"#)
        #expect(second.status == 200)
        #expect(second.json["revocation"] as? [String: String] == revocation)
        let events = await fixture.certificates.auditEntries.map(\.event).filter { $0.action == .revokeCertificate }
        #expect(events.count == 1)
    }

    @Test(
        "a bad revocation gets its code",
        arguments: [
            (#"{"reason":"removeFromCRL"}"#, 400, "INVALID_MEMBER"),
            (#"{"reason":"KeyCompromise"}"#, 400, "INVALID_MEMBER"),
            (#"{"reason":1}"#, 400, "INVALID_MEMBER"), ("{}", 400, "MISSING_MEMBER"),
            (#"{"reason":"superseded","comment":"x"}"#, 400, "UNKNOWN_MEMBER"),
            (#"{"reason":"superseded","invalidityDate":"yesterday"}"#, 400, "INVALID_MEMBER"),
            (#"{"reason":"superseded","invalidityDate":"2026-02-30T00:00:00Z"}"#, 400, "INVALID_MEMBER"),
            (#"{"reason":"superseded","invalidityDate":"2026-01-01T00:00:00+01:00"}"#, 400, "INVALID_MEMBER"),
            (#"{"reason":"superseded","invalidityDate":"2126-01-01T00:00:00Z"}"#, 422, "INVALID_REVOCATION"),
        ]
    )
    func refusesRevocation(_ body: String, _ status: Int, _ code: String) async throws {
        let fixture = try await APIFixture()
        let serial = try await fixture.issue()
        let answer = try await fixture.call(.post, "/v1/certificates/\(serial)/revoke", as: .admin, body: body)
        #expect(answer.status == status)
        #expect(answer.code == code)
        #expect(
            try await fixture.call(.get, "/v1/certificates/\(serial)", as: .admin).json["status"] as? String == "valid"
        )
    }

    @Test("revocation of nobody's certificate is not found")
    func revokesNothing() async throws {
        let fixture = try await APIFixture()
        let body = #"{"reason":"superseded"}"#
        let answer = try await fixture.call(.post, "/v1/certificates/abcdef/revoke", as: .admin, body: body)
        #expect(answer.code == "CERTIFICATE_NOT_FOUND")
    }

    @Test("an issuer revokes what the same token had issued, and nothing else; the refusal is audited")
    func holdsIssuersToTheirOwn() async throws {
        let fixture = try await APIFixture()
        let own = try await fixture.issue(as: .issuer)
        let foreign = try await fixture.issue(as: .admin)
        let body = #"{"reason":"superseded"}"#
        #expect(try await fixture.call(.post, "/v1/certificates/\(own)/revoke", as: .issuer, body: body).status == 200)
        let refused = try await fixture.call(.post, "/v1/certificates/\(foreign)/revoke", as: .issuer, body: body)
        #expect(refused.status == 403)
        #expect(refused.code == "PERMISSION_DENIED")
        let event = try #require(await fixture.certificates.auditEntries.last?.event)
        #expect(event.action == .denyAuthorization)
        #expect(event.object == "route:POST /v1/certificates/{serial}/revoke")
    }
}

@Suite("GET /v1/certificates")
struct ListCertificatesTests {
    private func serials(_ answer: Answer) -> [String] {
        (answer.json["certificates"] as? [[String: Any]])?.compactMap { $0["serial"] as? String } ?? []
    }

    @Test("pages through all certificates, each once")
    func pages() async throws {
        let fixture = try await APIFixture()
        var issued: Set<String> = []
        for index in 0..<5 { issued.insert(try await fixture.issue(uri: "ans://v1.0.\(index).agent.example.com")) }
        var seen: [String] = []
        var cursor = ""
        for _ in 0..<3 {
            let answer = try await fixture.call(.get, "/v1/certificates?limit=2\(cursor)", as: .auditor)
            #expect(answer.status == 200)
            seen += self.serials(answer)
            cursor = (answer.json["next"] as? String).map { "&cursor=\($0)" } ?? ""
        }
        #expect(cursor.isEmpty)
        #expect(seen.count == 5)
        #expect(Set(seen) == issued)
    }

    @Test("filters by status, agent, profile and expiry")
    func filters() async throws {
        let fixture = try await APIFixture()
        let kept = try await fixture.issue(uri: "ans://v1.0.0.a.example.com")
        let revoked = try await fixture.issue(uri: "ans://v1.0.0.b.example.com")
        let path = "/v1/certificates/\(revoked)/revoke"
        _ = try await fixture.call(.post, path, as: .admin, body: #"{"reason":"superseded"}"#)
        func list(_ query: String) async throws -> [String] {
            self.serials(try await fixture.call(.get, "/v1/certificates?\(query)", as: .auditor))
        }
        #expect(try await list("status=valid") == [kept])
        #expect(try await list("status=revoked") == [revoked])
        #expect(try await list("status=expired").isEmpty)
        #expect(try await list("agent=A.example.com") == [kept])
        #expect(try await list("agent=b.ex%61mple.com&profile=agent-identity") == [revoked])
        #expect(try await list("profile=agent-tls").isEmpty)
        #expect(try await list("expiresBefore=2030-01-01T00%3A00%3A00Z").count == 2)
        #expect(try await list("expiresBefore=2026-01-01T00:00:00Z").isEmpty)
    }

    @Test(
        "a parameter that is unknown, repeated or malformed is an error that names it",
        arguments: [
            ("state=valid", "state"), ("status=good", "status"), ("status=", "status"), ("status", "status"),
            ("status=valid&status=valid", "status"), ("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit"),
            ("cursor=1", "cursor"), ("cursor=x.%2F", "cursor"), ("expiresBefore=2026-13-01T00:00:00Z", "expiresBefore"),
            ("expiresBefore=2026-01-01", "expiresBefore"), ("agent=%zz", "agent"), ("agent=%ff", "agent"),
            ("agent=\(String(repeating: "a", count: 257))", "agent"), ("&", ""),
        ]
    )
    func refusesQuery(_ query: String, _ name: String) async throws {
        let fixture = try await APIFixture()
        let answer = try await fixture.call(.get, "/v1/certificates?\(query)", as: .auditor)
        #expect(answer.status == 400)
        #expect(answer.code == "INVALID_QUERY")
        #expect((answer.json["detail"] as? String)?.contains("parameter '\(name)'") == true, "\(answer.body)")
    }
}
