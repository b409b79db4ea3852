import AuditLog
import CertificateAuthority
import Foundation
import HTTPTypes
import PKIX
import RegistrationAuthority
import SwiftASN1
import TestSupport
import Testing
import X509

@testable import WebAPI

@Suite("POST /v1/certificates")
struct IssueCertificateTests {
    @Test("issues a certificate that chains to the issuer and says where it is found")
    func issues() async throws {
        let fixture = try await APIFixture()
        let answer = try await fixture.call(.post, "/v1/certificates", as: .issuer, body: try TestRequests.body())
        #expect(answer.status == 201)
        let serial = try #require(answer.json["serial"] as? String)
        #expect(answer.headers[.location] == "/v1/certificates/\(serial)")
        #expect(answer.headers[.contentType] == "application/json")
        let certificate = try Certificate(pemEncoded: try #require(answer.json["certificate"] as? String))
        #expect(
            fixture.hierarchy.issuer.certificate.publicKey.isValidSignature(certificate.signature, for: certificate)
        )
        #expect(SerialNumberText.of(certificate) == serial)
        let chain = try #require(answer.json["chain"] as? [String])
        #expect(try chain.map { try Certificate(pemEncoded: $0) } == [fixture.hierarchy.issuer.certificate])
        #expect(answer.json["names"] as? [String] == ["URI:\(TestRequests.identity)"])
        #expect(answer.json["agent"] as? String == "agent.example.com")
        #expect(answer.json["status"] as? String == "valid")
        #expect(answer.json["profile"] as? String == "agent-identity")
        #expect((answer.json["requestedBy"] as? String)?.hasPrefix("token:") == true)
        #expect(CertificateTime(timestamp: answer.json["notAfter"] as? String ?? "") != nil)
    }

    @Test("gives the PEM chain, leaf first, to who asks for it")
    func givesPEM() async throws {
        let fixture = try await APIFixture()
        let answer = try await fixture.call(
            .post,
            "/v1/certificates",
            as: .issuer,
            headers: [.accept: "application/pem-certificate-chain"],
            body: try TestRequests.body()
        )
        #expect(answer.status == 201)
        #expect(answer.headers[.contentType] == "application/pem-certificate-chain")
        let documents = try PEMDocument.parseMultiple(pemString: answer.body)
        #expect(documents.count == 2)
        #expect(try Certificate(pemDocument: documents[1]) == fixture.hierarchy.issuer.certificate)
        #expect(answer.body.split(separator: "\n").allSatisfy { $0.utf8.count <= 64 })
    }

    @Test("takes a request in base64 of its DER, and a lifetime")
    func takesDER() async throws {
        let fixture = try await APIFixture()
        let der = try TestRequests.der(dns: ["a.example.com"])
        let body = try TestRequests.body([
            "profile": "agent-tls", "csr": Data(der).base64EncodedString(), "lifetime": 3_600,
        ])
        let answer = try await fixture.call(.post, "/v1/certificates", as: .admin, body: body)
        #expect(answer.status == 201, "\(answer.body)")
        let certificate = try Certificate(pemEncoded: answer.json["certificate"] as? String ?? "")
        #expect(certificate.notValidAfter.timeIntervalSince(certificate.notValidBefore) == 3_599)
    }

    @Test("records who asked, from where, and under which request id")
    func recordsOrigin() async throws {
        let fixture = try await APIFixture()
        _ = try await fixture.call(
            .post,
            "/v1/certificates",
            as: .issuer,
            headers: [.requestID: "trace-7"],
            body: try TestRequests.body()
        )
        let event = try #require(await fixture.certificates.auditEntries.last?.event)
        #expect(event.address == "192.0.2.7")
        #expect(event.requestID == "trace-7")
        #expect(event.actor.hasPrefix("token:"))
    }

    @Test("answers Accept that admits neither form with 406, and issues nothing")
    func refusesAccept() async throws {
        let fixture = try await APIFixture()
        let answer = try await fixture.call(
            .post,
            "/v1/certificates",
            as: .issuer,
            headers: [.accept: "text/html"],
            body: try TestRequests.body()
        )
        #expect(answer.status == 406)
        #expect(answer.code == "NOT_ACCEPTABLE")
        #expect(await fixture.certificates.allCertificates.isEmpty)
    }
}

/// Serial numbers as the API writes them.
enum SerialNumberText {
    static func of(_ certificate: Certificate) -> String {
        Array(certificate.serialNumber.bytes.drop { $0 == 0 }).hexadecimal
    }
}
