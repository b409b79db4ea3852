import PKIX
import SwiftASN1
import TestSupport
import Testing
import X509

@Suite("Certificate requests")
struct ParsedCSRTests {
    @Test("requests that swift-certificates makes are taken", arguments: FixtureKey.subjects)
    func bySwiftCertificates(_ key: FixtureKey) throws {
        let names = SubjectAlternativeNames([
            .dnsName(TBSFixture.host), .uniformResourceIdentifier(TBSFixture.ansName),
        ])
        let extensions = try Certificate.Extensions { names }
        let request = try CertificateSigningRequest(
            version: .v1,
            subject: try DistinguishedName { CommonName(TBSFixture.host) },
            privateKey: key.certificateKey,
            attributes: .init([.init(ExtensionRequest(extensions: extensions))])
        )
        let bytes = DERBytes.encoding(of: request)
        let parsed = try ParsedCSR(bytes)
        #expect(parsed.publicKey == key.publicKey)
        #expect(parsed.names.map(\.description) == ["DNS:\(TBSFixture.host)", "URI:\(TBSFixture.ansName)"])
        #expect(parsed.subject == request.subject)
        #expect(parsed.derEncoded == bytes)
    }

    @Test("requests written by hand are taken, without attributes too", arguments: FixtureKey.subjects)
    func byHand(_ key: FixtureKey) throws {
        #expect(try ParsedCSR(try RequestFixture(key).derEncoded()).names.count == 1)
        #expect(try ParsedCSR(try RequestFixture(key, names: []).derEncoded()).names == [])
    }

    @Test("a request with an empty subject is taken")
    func emptySubject() throws {
        var request = try RequestFixture()
        request.subject = [0x30, 0x00]
        #expect(try ParsedCSR(try request.derEncoded()).subject.isEmpty)
    }

    @Test("PEM with either label is taken", arguments: ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"])
    func pem(_ label: String) throws {
        let der = try RequestFixture().derEncoded()
        let pem = PEMDocument(type: label, derBytes: der).pemString
        for text in [pem, pem + "\n", pem.replacing("\n", with: "\r\n") + "\r\n"] {
            #expect(try ParsedCSR(Array(text.utf8)).derEncoded == der)
        }
    }

    @Test("names at their bounds are taken")
    func bounds() throws {
        let names = (0..<Budget.subjectAlternativeNames).map { GeneralName.dnsName("a\($0).example.com") }
        #expect(try ParsedCSR(try RequestFixture(names: names).derEncoded()).names.count == 100)
        var request = try RequestFixture()
        request.subject = DERBytes.name([([2, 5, 4, 3], 0x0C, Array(String(repeating: "é", count: 64).utf8))])
        #expect(throws: Never.self) { _ = try ParsedCSR(try request.derEncoded()) }
    }

    @Test("known extensions may be critical; unknown ones that are not are passed over")
    func otherExtensions() throws {
        var request = try RequestFixture(names: [])
        request.ask(for: [
            try Certificate.Extension(KeyUsage(digitalSignature: true), critical: true),
            try Certificate.Extension(BasicConstraints.notCertificateAuthority, critical: true),
            Certificate.Extension(oid: [1, 2, 3, 4], critical: false, value: [0x05, 0x00]),
        ])
        #expect(try ParsedCSR(try request.derEncoded()).names == [])
    }

    @Test("other attributes are passed over")
    func otherAttributes() throws {
        var request = try RequestFixture()
        // challengePassword (RFC 2985 §5.4.1)
        request.attributes.append(
            DERBytes.sequence(
                DERBytes.identifier([1, 2, 840, 113_549, 1, 9, 7]),
                DERBytes.node(0x31, DERBytes.node(0x0C, Array("secret".utf8)))
            )
        )
        #expect(try ParsedCSR(try request.derEncoded()).names.count == 1)
    }
}
