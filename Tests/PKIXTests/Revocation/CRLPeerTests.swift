import Foundation
import PKIX
import SwiftASN1
import TestSupport
import Testing

@Suite("CRLs and other implementations")
struct CRLPeerTests {
    // Peers hold thisUpdate and nextUpdate against the clock: everything is made for it.
    private let start = CertificateTime(Date()) + -3_600

    private var full: CRLFixture { CRLFixture(at: self.start, entries: CRLFixture.entries(at: self.start)) }

    private func folder(_ list: CRLFixture) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try OCSPFixture.writeCertificates(to: folder, validFrom: self.start)
        try self.write(list, "crl", to: folder)
        return folder
    }

    private func write(_ list: CRLFixture, _ name: String, to folder: TemporaryFolder) throws {
        let bytes = try list.signed()
        try folder.write(bytes, to: "\(name).der")
        let pem = PEMDocument(type: "X509 CRL", derBytes: bytes).pemString + "\n"
        try folder.write(pem.utf8, to: "\(name).pem")
    }

    @Test("openssl verifies and prints every field as we mean it")
    func opensslPrints() throws {
        var list = self.full
        list.head.scope = .shard(uri: CRLFixture.uri)
        list.head.freshest = ["http://ca.example.com/crl/issuing-delta.crl"]
        let folder = try self.folder(list)
        let text = try folder.run([
            "openssl", "crl", "-inform", "DER", "-in", "crl.der", "-CAfile", "issuing.pem", "-noout", "-text",
        ])
        for expected in [
            "verify OK", "Version 2 (0x1)", "X509v3 Authority Key Identifier", "X509v3 CRL Number: \n                7",
            "X509v3 Issuing Distribution Point: critical", "URI:\(CRLFixture.uri)", "X509v3 Freshest CRL",
            "URI:http://ca.example.com/crl/issuing-delta.crl", "Key Compromise", "CA Compromise",
            "Affiliation Changed", "Superseded", "Cessation Of Operation", "Certificate Hold", "Privilege Withdrawn",
            "AA Compromise", "Invalidity Date", "Serial Number: 8F1E2D3C4B5A69788796A5B4C3D2E108",
        ] {
            #expect(text.contains(expected), "\(expected) in \(text)")
        }
    }

    /// What openssl says of the end entity's certificate under some lists.
    private func verdict(_ folder: TemporaryFolder, _ lists: [String], deltas: Bool = false) throws -> String {
        let files = lists.map { "-CRLfile \($0).pem" }.joined(separator: " ")
        let flags = deltas ? "-use_deltas -extended_crl" : ""
        return try folder.run([
            "sh", "-c", "openssl verify -crl_check \(flags) -CAfile chain.pem \(files) end.pem || true",
        ])
    }

    @Test("openssl takes full and partitioned lists", arguments: [CRLScope.full, .shard(uri: CRLFixture.uri)])
    func opensslVerifies(_ scope: CRLScope) throws {
        var list = self.full
        list.head.scope = scope
        #expect(try self.verdict(try self.folder(list), ["crl"]).contains("end.pem: OK"))
        list.entries = [CRLFixture.entry(at: self.start, reason: .keyCompromise)]
        #expect(try self.verdict(try self.folder(list), ["crl"]).contains("certificate revoked"))
        list.entries = []
        #expect(try self.verdict(try self.folder(list), ["crl"]).contains("end.pem: OK"))
    }

    @Test("openssl does not take the list of another partition")
    func opensslOtherShard() throws {
        var list = self.full
        list.head.scope = .shard(uri: "http://ca.example.com/crl/other.crl")
        let text = try self.verdict(try self.folder(list), ["crl"])
        #expect(text.contains("scope") && !text.contains("end.pem: OK"), "\(text)")
    }

    @Test("openssl completes a list by a delta: a revocation, and a release from hold")
    func opensslDeltas() throws {
        var base = CRLFixture(at: self.start)
        base.head.freshest = ["http://ca.example.com/crl/issuing-delta.crl"]
        var delta = CRLFixture(at: self.start, entries: [CRLFixture.entry(at: self.start, reason: .superseded)])
        delta.head.number = 8
        delta.head.deltaBase = 7
        let folder = try self.folder(base)
        try self.write(delta, "delta", to: folder)
        #expect(try self.verdict(folder, ["crl"]).contains("end.pem: OK"))
        #expect(try self.verdict(folder, ["crl", "delta"], deltas: true).contains("certificate revoked"))

        base.entries = [CRLFixture.entry(at: self.start, reason: .certificateHold)]
        delta.entries = [CRLFixture.entry(at: self.start, reason: nil, isRemoval: true)]
        let released = try self.folder(base)
        try self.write(delta, "delta", to: released)
        #expect(try self.verdict(released, ["crl"]).contains("certificate revoked"))
        #expect(try self.verdict(released, ["crl", "delta"], deltas: true).contains("end.pem: OK"))
    }

    @Test("GnuTLS verifies and prints")
    func gnutls() throws {
        let folder = try self.folder(self.full)
        let text = try folder.run(["certtool", "--crl-info", "--inder", "--infile", "crl.der"])
        #expect(text.contains("Revoked certificates (9)"), "\(text)")
        #expect(text.contains("CRL Number (not critical): 07"), "\(text)")
        #expect(text.lowercased().contains("8f1e2d3c4b5a69788796a5b4c3d2e108"), "\(text)")
        let verdict = try folder.run([
            "certtool", "--verify-crl", "--load-ca-certificate", "issuing.pem", "--infile", "crl.pem",
        ])
        #expect(verdict.contains("Verified."), "\(verdict)")
    }

    @Test("Python's cryptography verifies and agrees on every entry")
    func python() throws {
        let script = """
            from pathlib import Path
            from cryptography import x509
            issuing = x509.load_pem_x509_certificate(Path("issuing.pem").read_bytes())
            crl = x509.load_der_x509_crl(Path("crl.der").read_bytes())
            assert crl.is_signature_valid(issuing.public_key())
            assert crl.issuer == issuing.subject
            print(crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number)
            for entry in crl:
                values = {type(extension.value): extension.value for extension in entry.extensions}
                reason = values.get(x509.CRLReason)
                date = values.get(x509.InvalidityDate)
                print(
                    format(entry.serial_number, "x"),
                    int(entry.revocation_date_utc.timestamp()),
                    reason.reason.value if reason else "-",
                    int(date.invalidity_date_utc.timestamp()) if date else "-",
                )
            """
        let folder = try self.folder(self.full)
        try folder.write(script.utf8, to: "read.py")
        let lines = try folder.run(["python3", "-W", "error", "read.py"]).split(separator: "\n").map(String.init)
        let expected = self.full.entries.map { entry in
            let date = entry.invalidityDate.map { "\($0.secondsSinceEpoch)" } ?? "-"
            return "\(entry.serialNumber) \(entry.revokedAt.secondsSinceEpoch) \(entry.reason?.rawValue ?? "-") \(date)"
        }
        #expect(lines == ["7"] + expected)
    }

    @Test("openssl verifies lists of every scheme", arguments: SignatureScheme.allCases)
    func everyScheme(_ scheme: SignatureScheme) throws {
        let key: FixtureKey =
            switch scheme {
            case .ecdsaSHA256: .p256
            case .ecdsaSHA384: .p384
            case .ed25519: .ed25519
            case .rsaPKCS1SHA256, .rsaPSSSHA256: .rsa2048
            }
        var list = self.full
        list.head.scheme = scheme
        list.head.authorityKeyIdentifier = key.publicKey.keyIdentifier
        var root = try TBSFixture.toBeSigned(.root, key: key)
        root.subject = TBSFixture.issuingName
        root.issuer = TBSFixture.issuingName
        root.scheme = scheme
        var context = TBSFixture.context(.root)
        context.scheme = scheme
        let folder = try TemporaryFolder()
        try folder.write(TBSFixture.pem(of: try TBSFixture(root, context: context).signed(by: key)).utf8, to: "ca.pem")
        try folder.write(try list.signed(by: key), to: "crl.der")
        let text = try folder.run([
            "openssl", "crl", "-inform", "DER", "-in", "crl.der", "-CAfile", "ca.pem", "-noout",
        ])
        #expect(text.contains("verify OK"), "\(text)")
    }
}
