import Foundation
import PKIX
import Testing

@testable import CertificateAuthority

@Suite("Other programs accept CRLs")
struct CRLPeerTests {
    @Test("openssl, GnuTLS and Python verify CRLs of every kind of issuer", arguments: OCSPPeerTests.kinds)
    func kinds(_ type: KeyType, _ scheme: SignatureScheme) async throws {
        let status = try await StatusBench(issuer: type, scheme: scheme, at: Date())
        let (good, revoked) = (try await status.issue(), try await status.issue())
        try await status.revoke(revoked, .keyCompromise, invalidityDate: status.clock.time + -60)
        let file = try await status.make().file
        let issuer = try status.directory.write([status.issuer.certificateBytes], to: "issuing.pem")
        for (form, path) in [("DER", file.path), ("PEM", file.pemPath)] {
            let result = try run(
                ["openssl", "crl", "-inform", form, "-in", path, "-CAfile", issuer, "-verify", "-noout"],
                in: status.directory
            )
            #expect(result.status == 0 && result.errors.contains("verify OK"), "\(result.errors)")
        }
        try self.check(status, good, crl: file.pemPath, says: "leaf.pem: OK")
        try self.check(status, revoked, crl: file.pemPath, says: "certificate revoked")
        let gnutls = try run(
            ["certtool", "--verify-crl", "--load-ca-certificate", issuer, "--infile", file.pemPath],
            in: status.directory
        )
        #expect(gnutls.status == 0 && gnutls.output.contains("Verification output: Verified."), "\(gnutls.output)")
        let python = try run(
            ["python3", "-W", "error", "-", file.path, issuer, "\(revoked.serialNumber)", "\(good.serialNumber)"],
            in: status.directory,
            input: Self.script
        )
        #expect(python.status == 0 && python.output.contains("key_compromise 1"), "\(python.errors)")
    }

    @Test("openssl takes the certificate's own shard for its status, and no other")
    func shards() async throws {
        let status = try await StatusBench(shards: 2, at: Date())
        let (good, revoked) = (try await status.issue(), try await status.issue())
        try await status.revoke(revoked)
        for certificate in [good, revoked] {
            let shard = CRLPartition.shard(of: certificate.serialNumber, among: 2)
            let (own, other) = (try await status.make(shard: shard).file, try await status.make(shard: 1 - shard).file)
            let says = certificate == good ? "leaf.pem: OK" : "certificate revoked"
            try self.check(status, certificate, crl: own.pemPath, says: says)
            try self.check(status, certificate, crl: other.pemPath, says: "different CRL scope")
        }
    }

    @Test("openssl completes a CRL with its delta: revoked since, and released since")
    func delta() async throws {
        let status = try await StatusBench(at: Date().addingTimeInterval(-60))
        let policy = CRLPolicy(hasDeltas: true)
        let (revoked, released) = (try await status.issue(), try await status.issue())
        try await status.revoke(released, .certificateHold)
        let complete = try await status.make(policy: policy).file
        status.clock.advance(by: 30)
        try await status.revoke(revoked)
        try await status.release(released)
        let delta = try await status.make(.delta, policy: policy).file
        let both = try status.directory.write(
            try [complete, delta].map { try String(contentsOfFile: $0.pemPath, encoding: .utf8) }.joined(),
            to: "both.pem"
        )
        let flags = ["-extended_crl", "-use_deltas"]
        try self.check(status, revoked, crl: complete.pemPath, says: "leaf.pem: OK")
        try self.check(status, revoked, crl: both, flags, says: "certificate revoked")
        try self.check(status, released, crl: complete.pemPath, says: "certificate revoked")
        try self.check(status, released, crl: both, flags, says: "leaf.pem: OK")
    }

    @Test("openssl verifies a CRL of 10,000 entries and finds one of them")
    func large() async throws {
        let status = try await StatusBench(at: Date())
        let time = status.clock.time
        status.store.list(
            try (0..<10_000).map { index in
                RevocationInForce(
                    serialNumber: try SerialNumber(bytes: [1, UInt8(index >> 8), UInt8(index & 0xFF)]),
                    notAfter: time + 86_400,
                    revocation: Revocation(revokedAt: time, reason: .superseded, invalidityDate: nil)
                )
            }
        )
        let file = try await status.make().file
        let issuer = try status.directory.write([status.issuer.certificateBytes], to: "issuing.pem")
        let result = try run(
            ["openssl", "crl", "-inform", "DER", "-in", file.path, "-CAfile", issuer, "-verify", "-noout", "-text"],
            in: status.directory
        )
        #expect(result.status == 0 && result.errors.contains("verify OK"), "\(result.errors)")
        #expect(result.output.components(separatedBy: "Serial Number: ").count == 10_001)
        #expect(result.output.contains("Serial Number: 01270F\n"))
    }

    private func check(
        _ status: StatusBench,
        _ certificate: StoredCertificate,
        crl: String,
        _ flags: [String] = [],
        says expected: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let root = try status.directory.write([status.bench.root.certificateBytes], to: "root.pem")
        let issuing = try status.directory.write([status.issuer.certificateBytes], to: "issuing.pem")
        let leaf = try status.directory.write([certificate.certificate], to: "leaf.pem")
        let result = try run(
            ["openssl", "verify", "-crl_check"] + flags + [
                "-CRLfile", crl, "-CAfile", root, "-untrusted", issuing, leaf,
            ],
            in: status.directory
        )
        let said = result.output + result.errors
        #expect(said.contains(expected), "\(said)", sourceLocation: sourceLocation)
    }

    private static let script = """
        import sys
        from cryptography import x509

        crl = x509.load_der_x509_crl(open(sys.argv[1], "rb").read())
        issuer = x509.load_pem_x509_certificate(open(sys.argv[2], "rb").read())
        assert crl.issuer == issuer.subject
        assert crl.is_signature_valid(issuer.public_key())
        for extension in crl.extensions:
            extension.value
        revoked = crl.get_revoked_certificate_by_serial_number(int(sys.argv[3], 16))
        assert crl.get_revoked_certificate_by_serial_number(int(sys.argv[4], 16)) is None
        assert revoked.extensions.get_extension_for_class(x509.InvalidityDate)
        number = crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
        print(revoked.extensions.get_extension_for_class(x509.CRLReason).value.reason.name, number)
        """
}
