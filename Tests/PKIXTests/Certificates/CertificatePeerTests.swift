import Foundation
import PKIX
import SwiftASN1
import TestSupport
import Testing
import X509

@Suite("Certificates before other implementations")
struct CertificatePeerTests {
    /// A day within every fixture's validity.
    private static let now = "\(TBSFixture.start.secondsSinceEpoch + TBSFixture.day)"

    /// Writes root.pem, issuing.pem and end.pem.
    private func writeChain(_ role: CertificateRole, key: FixtureKey = .p256, to folder: TemporaryFolder) throws {
        let takesKey = role == .tls || role == .agentIdentity
        let end = try TBSFixture(role, key: takesKey ? key : nil)
        try folder.write(TBSFixture.pem(of: try TBSFixture(.root).signed(by: .root)).utf8, to: "root.pem")
        try folder.write(TBSFixture.pem(of: try TBSFixture(.issuingCA).signed(by: .root)).utf8, to: "issuing.pem")
        try folder.write(TBSFixture.pem(of: try end.signed(by: .issuing)).utf8, to: "end.pem")
    }

    @Test(
        "openssl verifies the chain strictly, for its purpose",
        arguments: [
            (CertificateRole.tls, "sslserver"), (.tls, "sslclient"), (.agentIdentity, "sslclient"),
            (.ocspResponder, "ocsphelper"),
        ]
    )
    func opensslVerifies(_ role: CertificateRole, purpose: String) throws {
        let folder = try TemporaryFolder()
        for key in role == .ocspResponder ? [.p256] : FixtureKey.subjects {
            try self.writeChain(role, key: key, to: folder)
            let output = try folder.run([
                "openssl", "verify", "-x509_strict", "-check_ss_sig", "-purpose", purpose, "-attime", Self.now,
                "-CAfile", "root.pem", "-untrusted", "issuing.pem", "end.pem",
            ])
            #expect(output.contains("end.pem: OK"))
        }
    }

    @Test("openssl prints every extension as we mean it")
    func opensslPrints() throws {
        let folder = try TemporaryFolder()
        try self.writeChain(.agentIdentity, to: folder)
        let text = try folder.run(["openssl", "x509", "-in", "end.pem", "-noout", "-text"])
        for expected in [
            "Version: 3 (0x2)", "8f:1e:2d:3c:4b:5a:69:78:87:96:a5:b4:c3:d2:e1:f0", "ecdsa-with-SHA256",
            "Not Before: Nov 21 00:00:00 2026 GMT", "X509v3 Key Usage: critical\n                Digital Signature\n",
            "TLS Web Client Authentication", "URI:\(TBSFixture.ansName)", "Policy: 1.3.6.1.4.1.99999.1.1",
            "Full Name:\n                  URI:http://ca.example.com/crl/issuing.crl",
            "OCSP - URI:http://ca.example.com/ocsp", "CA Issuers - URI:http://ca.example.com/ca/issuing.cer",
        ] {
            #expect(text.contains(expected), "\(expected) in \(text)")
        }
    }

    @Test("openssl knows both markers as NULL")
    func opensslKnowsMarkers() throws {
        let folder = try TemporaryFolder()
        try self.writeChain(.ocspResponder, to: folder)
        try folder.write(try TBSFixture.shortLived(.tls).signed(by: .issuing), to: "short.der")
        #expect(try folder.run(["openssl", "x509", "-in", "end.pem", "-noout", "-text"]).contains("OCSP No Check"))
        let nodes = try folder.run(["openssl", "asn1parse", "-inform", "DER", "-in", "short.der"])
        #expect(nodes.contains("No Revocation Available") || nodes.contains("2.5.29.56"))
        #expect(nodes.contains("[HEX DUMP]:0500"))
    }

    @Test("GnuTLS verifies the chain", arguments: [CertificateRole.tls, .agentIdentity])
    func gnutlsVerifies(_ role: CertificateRole) throws {
        let folder = try TemporaryFolder()
        // certtool knows no other time than the clock's: the chain is made for it.
        let start = CertificateTime(Date()) + -3_600
        let chain = try [(role, FixtureKey.issuing), (.issuingCA, .root), (.root, .root)].map { role, signer in
            var fixture = try TBSFixture(role, key: role.isCertificationAuthority ? nil : .ed25519)
            fixture.setValidity(from: start, seconds: TBSFixture.day)
            return TBSFixture.pem(of: try fixture.signed(by: signer))
        }
        try folder.write(chain.joined().utf8, to: "chain.pem")
        try folder.write(chain[2].utf8, to: "root.pem")
        let output = try folder.run([
            "certtool", "--verify", "--load-ca-certificate", "root.pem", "--infile", "chain.pem",
        ])
        #expect(output.contains("Chain verification output: Verified."), "\(output)")
    }

    @Test(
        "Python's cryptography reads and verifies the chain",
        arguments: [CertificateRole.tls, .agentIdentity, .ocspResponder]
    )
    func pythonVerifies(_ role: CertificateRole) throws {
        let folder = try TemporaryFolder()
        try self.writeChain(role, to: folder)
        let script = """
            from pathlib import Path
            from cryptography import x509
            root, issuing, end = (
                x509.load_pem_x509_certificate(Path(f"{name}.pem").read_bytes()) for name in ("root", "issuing", "end")
            )
            root.verify_directly_issued_by(root)
            issuing.verify_directly_issued_by(root)
            end.verify_directly_issued_by(issuing)
            for certificate in (root, issuing, end):
                print(sorted(extension.oid.dotted_string for extension in certificate.extensions))
            """
        try folder.write(script.utf8, to: "verify.py")
        let lines = try folder.run(["python3", "-W", "error", "verify.py"]).split(separator: "\n")
        #expect(lines.count == 3)
        let expected = try TBSFixture(role).extensions.map { "'\($0.oid)'" }
        #expect(expected.allSatisfy { lines[2].contains($0) })
    }

    @Test("openssl verifies a root signed by every scheme", arguments: SignatureScheme.allCases)
    func everyScheme(_ scheme: SignatureScheme) throws {
        let key: FixtureKey =
            switch scheme {
            case .ecdsaSHA256: .p256
            case .ecdsaSHA384: .p384
            case .ed25519: .ed25519
            case .rsaPKCS1SHA256, .rsaPSSSHA256: .rsa2048
            }
        var certificate = try TBSFixture.toBeSigned(.root, key: key)
        certificate.scheme = scheme
        var context = TBSFixture.context(.root)
        context.scheme = scheme
        context.issuerKey = key.publicKey
        context.issuerKeyIdentifier = key.publicKey.keyIdentifier
        let fixture = TBSFixture(certificate, context: context)
        #expect(LintSet.findings(for: try fixture.linted()) == [])

        let folder = try TemporaryFolder()
        try folder.write(TBSFixture.pem(of: try fixture.signed(by: key)).utf8, to: "root.pem")
        let output = try folder.run([
            "openssl", "verify", "-x509_strict", "-check_ss_sig", "-attime", Self.now, "-CAfile", "root.pem",
            "root.pem",
        ])
        #expect(output.contains("root.pem: OK"))
    }

    @Test("swift-certificates reads what is assembled", arguments: CertificateRole.allCases)
    func swiftCertificates(_ role: CertificateRole) throws {
        let isFromRoot = role.isCertificationAuthority
        let bytes = try TBSFixture(role).signed(by: isFromRoot ? .root : .issuing)
        let certificate = try Certificate(derEncoded: bytes)
        let serialNumber = try TBSFixture.toBeSigned(role).serialNumber
        #expect(Array(certificate.serialNumber.bytes) == serialNumber.bytes)
        let issuer = isFromRoot ? FixtureKey.root : .issuing
        #expect(issuer.certificateKey.publicKey.isValidSignature(certificate.signature, for: certificate))
        #expect(DERBytes.encoding(of: certificate) == bytes)
    }
}
