import AuditLog
import CertificateAuthority
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

@Suite("Release from hold")
struct ReleaseRouteTests {
    @Test("a certificate on hold is released; to release again changes nothing")
    func releases() async throws {
        let fixture = try await APIFixture()
        let path = "/v1/certificates/\(try await fixture.issue())"
        let held = try await fixture.call(.post, "\(path)/revoke", as: .admin, body: #"{"reason":"certificateHold"}"#)
        #expect(held.json["status"] as? String == "revoked")
        for _ in 0..<2 {
            let released = try await fixture.call(.post, "\(path)/release", as: .admin)
            #expect(released.status == 200)
            #expect(released.json["status"] as? String == "valid")
            #expect(released.json["revocation"] == nil)
        }
    }

    @Test("what is revoked for good, unknown, or not the caller's to release is refused with its code")
    func refuses() async throws {
        let fixture = try await APIFixture()
        let path = "/v1/certificates/\(try await fixture.issue())"
        _ = try await fixture.call(.post, "\(path)/revoke", as: .admin, body: #"{"reason":"superseded"}"#)
        let revoked = try await fixture.call(.post, "\(path)/release", as: .admin)
        #expect(revoked.status == 409 && revoked.code == "NOT_ON_HOLD")
        let unknown = try await fixture.call(.post, "/v1/certificates/abcdef/release", as: .admin)
        #expect(unknown.status == 404 && unknown.code == "CERTIFICATE_NOT_FOUND")
        let malformed = try await fixture.call(.post, "/v1/certificates/xyz/release", as: .admin)
        #expect(malformed.status == 400 && malformed.code == "MALFORMED")
        for role in [Role.issuer, .auditor] {
            let denied = try await fixture.call(.post, "\(path)/release", as: role)
            #expect(denied.status == 403 && denied.code == "PERMISSION_DENIED")
        }
        #expect(try await fixture.call(.post, "\(path)/release").status == 401)
        #expect(try await fixture.call(.get, "\(path)/release", as: .admin).status == 405)
    }
}

@Suite("POST /v1/revocations")
struct RevocationRouteTests {
    private static let path = "/v1/revocations"

    @Test("revokes every certificate of an agent, in either case of its letters, and counts them")
    func agent() async throws {
        let fixture = try await APIFixture()
        let own = try await [fixture.issue(), fixture.issue()]
        let other = try await fixture.issue(uri: "ans://v1.0.0.other.example.com")
        let body = #"{"agent":"Agent.example.com","reason":"cessationOfOperation"}"#
        for count in [2, 0] {
            let answer = try await fixture.call(.post, Self.path, as: .admin, body: body)
            #expect(answer.status == 200)
            #expect(answer.json["revoked"] as? Int == count)
            #expect(answer.json["complete"] as? Bool == true)
            #expect(answer.json["keyBlocked"] as? Bool == false)
        }
        for (serial, status) in own.map({ ($0, "revoked") }) + [(other, "valid")] {
            let answer = try await fixture.call(.get, "/v1/certificates/\(serial)", as: .auditor)
            #expect(answer.json["status"] as? String == status)
        }
    }

    @Test("revokes by key, and refuses the key from then on")
    func key() async throws {
        let fixture = try await APIFixture()
        let key = P256.Signing.PrivateKey()
        let csr = try TestRequests.der(uris: [TestRequests.identity], key: Certificate.PrivateKey(key))
        let request = try TestRequests.body(["profile": "agent-identity", "csr": TestRequests.pem(of: csr)])
        #expect(try await fixture.call(.post, "/v1/certificates", as: .issuer, body: request).status == 201)
        let sha256 = Array(SHA256.hash(data: key.publicKey.derRepresentation)).hexadecimal
        let body = #"{"publicKeySha256":"\#(sha256.uppercased())","reason":"keyCompromise"}"#
        let answer = try await fixture.call(.post, Self.path, as: .admin, body: body)
        #expect(answer.json["revoked"] as? Int == 1)
        #expect(answer.json["keyBlocked"] as? Bool == true)
        let refused = try await fixture.call(.post, "/v1/certificates", as: .issuer, body: request)
        #expect(refused.status == 422 && refused.code == "KEY_BLOCKED")
    }

    @Test("revokes by CA")
    func issuer() async throws {
        let fixture = try await APIFixture()
        _ = try await fixture.issue()
        let body = #"{"issuer":"agents","reason":"cACompromise"}"#
        #expect(try await fixture.call(.post, Self.path, as: .admin, body: body).json["revoked"] as? Int == 1)
    }

    @Test(
        "a body that does not say exactly one thing is refused with its code",
        arguments: [
            ("{}", 400, "MISSING_MEMBER"), (#"{"reason":"superseded"}"#, 400, "MISSING_MEMBER"),
            (#"{"agent":"a.example"}"#, 400, "MISSING_MEMBER"),
            (#"{"agent":null,"reason":"superseded"}"#, 400, "MISSING_MEMBER"),
            (#"{"agent":"a.example","issuer":"agents","reason":"superseded"}"#, 400, "INVALID_MEMBER"),
            (#"{"agent":"","reason":"superseded"}"#, 400, "INVALID_MEMBER"),
            (#"{"agent":"a.example","reason":"removeFromCRL"}"#, 400, "INVALID_MEMBER"),
            (#"{"agent":7,"reason":"superseded"}"#, 400, "INVALID_MEMBER"),
            (#"{"publicKeySha256":"abcd","reason":"superseded"}"#, 400, "INVALID_MEMBER"),
            (#"{"agents":"a.example","reason":"superseded"}"#, 400, "UNKNOWN_MEMBER"),
            (#"{"agent":"a.example","agent":"b.example","reason":"superseded"}"#, 400, "DUPLICATE_MEMBER"),
            (#"{"agent":"a.example","reason":"superseded","invalidityDate":"soon"}"#, 400, "INVALID_MEMBER"),
            (
                #"{"agent":"a.example","reason":"superseded","invalidityDate":"2099-01-01T00:00:00Z"}"#, 422,
                "INVALID_REVOCATION"
            ),
            (#"{"issuer":"nobody","reason":"superseded"}"#, 422, "INVALID_REVOCATION"),
            ("[]", 400, "MALFORMED_JSON"),
        ]
    )
    func refuses(_ body: String, _ status: Int, _ code: String) async throws {
        let fixture = try await APIFixture()
        let answer = try await fixture.call(.post, Self.path, as: .admin, body: body)
        #expect(answer.status == status)
        #expect(answer.code == code)
    }

    @Test("only operators revoke many", arguments: [Role.issuer, .auditor])
    func denies(_ role: Role) async throws {
        let fixture = try await APIFixture()
        let body = #"{"agent":"agent.example.com","reason":"superseded"}"#
        #expect(try await fixture.call(.post, Self.path, as: role, body: body).code == "PERMISSION_DENIED")
        #expect(try await fixture.call(.post, Self.path, body: body).code == "UNAUTHENTICATED")
    }
}

@Suite("POST /v1/revocations/key-compromise")
struct KeyCompromiseRouteTests {
    private static let path = "/v1/revocations/key-compromise"

    private func body(
        _ fixture: APIFixture,
        _ key: P256.Signing.PrivateKey,
        _ member: String,
        _ value: String
    ) throws -> String {
        let hash = Array(SHA256.hash(data: key.publicKey.derRepresentation))
        let challenge = fixture.authority.keyCompromiseChallenge(of: hash)
        let proof = try key.signature(for: challenge).derRepresentation.base64EncodedString()
        return try TestRequests.body([member: value, "proof": proof])
    }

    @Test(
        "a stranger who signs with the key has its certificates revoked, by public key or by certificate, in PEM or base64"
    )
    func proves() async throws {
        for form in 0..<4 {
            let fixture = try await APIFixture()
            let key = P256.Signing.PrivateKey()
            let csr = try TestRequests.der(uris: [TestRequests.identity], key: Certificate.PrivateKey(key))
            let request = try TestRequests.body(["profile": "agent-identity", "csr": TestRequests.pem(of: csr)])
            let issued = try await fixture.call(.post, "/v1/certificates", as: .issuer, body: request)
            let (serial, pem) = (issued.json["serial"] as? String ?? "", issued.json["certificate"] as? String ?? "")
            let der = Data(try PEMDocument(pemString: pem).derBytes)
            let (member, value) = [
                ("publicKey", key.publicKey.pemRepresentation),
                ("publicKey", key.publicKey.derRepresentation.base64EncodedString()),
                ("certificate", pem), ("certificate", der.base64EncodedString()),
            ][form]
            for _ in 0..<2 {
                let answer = try await fixture.call(
                    .post,
                    Self.path,
                    body: try self.body(fixture, key, member, value)
                )
                #expect(answer.status == 200, "\(answer.body)")
                #expect(answer.json["keyBlocked"] as? Bool == true)
                #expect(answer.json["complete"] as? Bool == true)
                #expect(answer.json["revoked"] == nil)
            }
            let shown = try await fixture.call(.get, "/v1/certificates/\(serial)", as: .auditor)
            #expect((shown.json["revocation"] as? [String: Any])?["reason"] as? String == "keyCompromise")
        }
    }

    @Test("what proves nothing is refused with its code")
    func refuses() async throws {
        let fixture = try await APIFixture()
        let key = P256.Signing.PrivateKey()
        let (pem, stranger) = (key.publicKey.pemRepresentation, P256.Signing.PrivateKey())
        let table: [([String: String], Int, String)] = [
            ([:], 400, "MISSING_MEMBER"), (["publicKey": pem], 400, "MISSING_MEMBER"),
            (["proof": "AAAA"], 400, "MISSING_MEMBER"),
            (["publicKey": pem, "certificate": pem, "proof": "AAAA"], 400, "INVALID_MEMBER"),
            (["publicKey": pem, "proof": "not base64!"], 400, "INVALID_MEMBER"),
            (["publicKey": pem, "proof": ""], 422, "INVALID_PROOF"),
            (["publicKey": pem, "proof": "AAAA"], 422, "INVALID_PROOF"),
            (["publicKey": "AAAA", "proof": "AAAA"], 400, "MALFORMED"),
            (["publicKey": "-----BEGIN", "proof": "AAAA"], 400, "INVALID_MEMBER"),
            (["certificate": pem, "proof": "AAAA"], 400, "INVALID_MEMBER"),
            (["certificate": "MAA=", "proof": "AAAA"], 400, "INVALID_MEMBER"),
            (["publicKey": pem, "proof": "AAAA", "reason": "keyCompromise"], 400, "UNKNOWN_MEMBER"),
        ]
        for (members, status, code) in table {
            let answer = try await fixture.call(.post, Self.path, body: try TestRequests.body(members))
            #expect(answer.status == status && answer.code == code, "\(members) \(answer.body)")
        }
        let foreign = try self.body(fixture, stranger, "publicKey", pem)
        #expect(try await fixture.call(.post, Self.path, body: foreign).code == "INVALID_PROOF")
    }

    @Test("beyond the bound of proofs a minute, callers are told when to come again")
    func limited() async throws {
        let fixture = try await APIFixture()
        let pem = P256.Signing.PrivateKey().publicKey.pemRepresentation
        let body = try TestRequests.body(["publicKey": pem, "proof": "AAAA"])
        var last = try await fixture.call(.post, Self.path, body: body)
        for _ in 0..<CertificateAuthority.Budget.proofsPerMinuteOfAddress {
            last = try await fixture.call(.post, Self.path, body: body)
        }
        #expect(last.status == 503 && last.code == "OVERLOADED")
        #expect(last.headers[.retryAfter] == "60")
    }
}
