import Foundation
import PKIX
import Testing

@testable import CertificateAuthority

@Suite("Other programs accept OCSP answers")
struct OCSPPeerTests {
    private struct Files {
        let directory: TemporaryDirectory
        let root: String
        let issuer: String
        let leaf: String

        init(_ status: StatusBench, _ certificate: [UInt8]) throws {
            self.directory = status.directory
            self.root = try self.directory.write([status.bench.root.certificateBytes], to: "root.pem")
            self.issuer = try self.directory.write([status.issuer.certificateBytes], to: "issuing.pem")
            self.leaf = try self.directory.write([certificate], to: "leaf.pem")
        }

        func openssl(_ answer: OCSPAnswer, _ hash: OCSPHash) throws -> ToolResult {
            let path = "\(self.directory.path)/answer.der"
            try Data(answer.response).write(to: URL(fileURLWithPath: path))
            return try run(
                [
                    "openssl", "ocsp", "-no_nonce", "-respin", path, "-CAfile", self.root, "-verify_other",
                    self.issuer, hash == .sha1 ? "-sha1" : "-sha256", "-issuer", self.issuer, "-cert", self.leaf,
                ],
                in: self.directory
            )
        }
    }

    static let kinds: [(KeyType, SignatureScheme)] = [
        (.p256, .ecdsaSHA256), (.p384, .ecdsaSHA384), (.ed25519, .ed25519), (.rsa(bits: 3_072), .rsaPKCS1SHA256),
        (.rsa(bits: 3_072), .rsaPSSSHA256),
    ]

    @Test("openssl and Python verify answers of a responder of every kind of CA", arguments: Self.kinds)
    func delegated(_ type: KeyType, _ scheme: SignatureScheme) async throws {
        let status = try await StatusBench(issuer: type, scheme: scheme, at: Date())
        try await status.installResponder()
        try await self.check(status, status.responder())
    }

    @Test("openssl and Python verify answers that a CA of every kind signs by itself", arguments: Self.kinds)
    func own(_ type: KeyType, _ scheme: SignatureScheme) async throws {
        let status = try await StatusBench(issuer: type, scheme: scheme, at: Date())
        try await self.check(status, status.responder(delegating: []))
    }

    private func check(_ status: StatusBench, _ responder: OCSPResponder) async throws {
        let certificate = try await status.issue()
        let files = try Files(status, certificate.certificate)
        for hash in OCSPHash.allCases {
            let answer = try await responder.answer(status.certID(certificate.serialNumber, hash), of: 0)
            let result = try files.openssl(answer, hash)
            #expect(result.status == 0 && result.errors.contains("Response verify OK"), "\(result.errors)")
            #expect(result.output.contains("leaf.pem: good"), "\(result.output)")
        }
        try await status.revoke(certificate, .keyCompromise)
        let answer = try await responder.answer(status.certID(certificate.serialNumber), of: 0)
        let result = try files.openssl(answer, .sha256)
        #expect(result.errors.contains("Response verify OK"), "\(result.errors)")
        #expect(result.output.contains("leaf.pem: revoked"), "\(result.output)")
        #expect(result.output.contains("Reason: keyCompromise"), "\(result.output)")
        let python = try run(
            ["python3", "-W", "error", "-", "\(files.directory.path)/answer.der", files.issuer],
            in: files.directory,
            input: Self.script
        )
        #expect(python.status == 0 && python.output.contains("REVOKED key_compromise"), "\(python.errors)")
    }

    @Test("openssl reads a certificate that was never issued as policy says", arguments: [false, true])
    func neverIssued(_ isRevoked: Bool) async throws {
        let status = try await StatusBench(at: Date())
        try await status.installResponder()
        // Issued elsewhere: the store has no record of it.
        let other = try await StatusBench(at: Date())
        let certificate = try await other.issue()
        let files = try Files(status, certificate.certificate)
        let policy = OCSPPolicy(neverIssued: isRevoked ? .revoked : .unknown)
        let answer = try await status.responder(policy).answer(status.certID(certificate.serialNumber), of: 0)
        let result = try files.openssl(answer, .sha256)
        #expect(result.errors.contains("Response verify OK"), "\(result.errors)")
        #expect(result.output.contains(isRevoked ? "leaf.pem: revoked" : "leaf.pem: unknown"), "\(result.output)")
    }

    @Test("openssl does not verify an answer with one bit changed")
    func changed() async throws {
        let status = try await StatusBench(at: Date())
        try await status.installResponder()
        let certificate = try await status.issue()
        let files = try Files(status, certificate.certificate)
        let answer = try await status.responder().answer(status.certID(certificate.serialNumber), of: 0)
        var bytes = answer.response
        // A digit of producedAt.
        let digits = Array(status.clock.time.description.filter(\.isNumber).utf8)
        let start = try #require(bytes.indices.first { bytes[$0...].starts(with: digits) })
        bytes[start + digits.count - 1] ^= 1
        let changed = OCSPAnswer(
            response: bytes,
            outcome: .good,
            thisUpdate: nil,
            nextUpdate: nil,
            isCacheable: false
        )
        #expect(try files.openssl(answer, .sha256).errors.contains("Response verify OK"))
        #expect(try files.openssl(changed, .sha256).errors.contains("Response Verify Failure"))
    }

    private static let script = """
        import sys
        from cryptography import x509
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding
        from cryptography.x509 import ocsp

        response = ocsp.load_der_ocsp_response(open(sys.argv[1], "rb").read())
        issuer = x509.load_pem_x509_certificate(open(sys.argv[2], "rb").read())
        assert response.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL
        assert response.responder_name is None and len(response.responder_key_hash) == 20
        signer = response.certificates[0] if response.certificates else issuer
        if response.certificates:
            assert signer.issuer == issuer.subject
        key, data = signer.public_key(), response.tbs_response_bytes
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(response.signature, data, ec.ECDSA(response.signature_hash_algorithm))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(response.signature, data)
        elif response.signature_algorithm_oid == x509.SignatureAlgorithmOID.RSASSA_PSS:
            from cryptography.hazmat.primitives import hashes
            sha256 = hashes.SHA256()
            key.verify(response.signature, data, padding.PSS(padding.MGF1(sha256), 32), sha256)
        else:
            key.verify(response.signature, data, padding.PKCS1v15(), response.signature_hash_algorithm)
        print(response.certificate_status.name, response.revocation_reason.name)
        """
}
