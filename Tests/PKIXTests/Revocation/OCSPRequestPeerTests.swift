import PKIX
import TestSupport
import Testing

@Suite("OCSP requests and other implementations")
struct OCSPRequestPeerTests {
    /// Asserts what every peer's request for the fixture's certificate must say.
    private func check(_ request: OCSPRequest, _ hash: OCSPHash) {
        guard case .certID(let certID) = request.items.first else {
            Issue.record("no CertID of ours")
            return
        }
        let expected = OCSPFixture.certID(hash)
        #expect(request.items.count == 1)
        #expect(certID.hash == hash)
        #expect(certID.issuerNameHash == expected.issuerNameHash)
        #expect(certID.issuerKeyHash == expected.issuerKeyHash)
        #expect(certID.serial == OCSPFixture.serialNumber)
    }

    @Test("requests of openssl are read", arguments: OCSPFixture.hashes, [true, false])
    func openssl(_ hash: OCSPHash, hasNonce: Bool) throws {
        let folder = try TemporaryFolder()
        try OCSPFixture.writeCertificates(to: folder)
        try folder.run([
            "openssl", "ocsp", hash == .sha1 ? "-sha1" : "-sha256", "-issuer", "issuing.pem", "-cert", "end.pem",
            hasNonce ? "-nonce" : "-no_nonce", "-reqout", "request",
        ])
        let request = try OCSPRequest(derEncoded: try folder.read("request"))
        self.check(request, hash)
        #expect((request.nonce != nil) == hasNonce)
    }

    @Test("a signed request of openssl for two certificates is read")
    func opensslSigned() throws {
        let folder = try TemporaryFolder()
        try OCSPFixture.writeCertificates(to: folder)
        try folder.run([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
            "key.pem", "-out", "signer.pem", "-subj", "/CN=Client", "-days", "1",
        ])
        try folder.run([
            "openssl", "ocsp", "-issuer", "issuing.pem", "-cert", "end.pem", "-sha256", "-issuer", "root.pem", "-cert",
            "issuing.pem", "-signer", "signer.pem", "-signkey", "key.pem", "-reqout", "request",
        ])
        let request = try OCSPRequest(derEncoded: try folder.read("request"))
        #expect(request.items.count == 2)
        #expect(request.nonce != nil)
    }

    // ocsptool puts a nonce only into requests that it sends itself.
    @Test("requests of GnuTLS are read")
    func gnutls() throws {
        let folder = try TemporaryFolder()
        try OCSPFixture.writeCertificates(to: folder)
        try folder.run([
            "ocsptool", "--generate-request", "--load-issuer", "issuing.pem", "--load-cert", "end.pem",
            "--outfile", "request",
        ])
        let request = try OCSPRequest(derEncoded: try folder.read("request"))
        self.check(request, .sha1)
        #expect(request.nonce == nil)
    }

    @Test("requests of Python's cryptography are read", arguments: OCSPFixture.hashes)
    func python(_ hash: OCSPHash) throws {
        let folder = try TemporaryFolder()
        try OCSPFixture.writeCertificates(to: folder)
        let script = """
            from pathlib import Path
            from cryptography import x509
            from cryptography.hazmat.primitives import hashes, serialization
            from cryptography.x509 import ocsp
            issuing, end = (
                x509.load_pem_x509_certificate(Path(f"{name}.pem").read_bytes()) for name in ("issuing", "end")
            )
            builder = ocsp.OCSPRequestBuilder().add_certificate(end, issuing, hashes.\(hash == .sha1 ? "SHA1" : "SHA256")())
            builder = builder.add_extension(x509.OCSPNonce(b"x" * 32), False)
            Path("request").write_bytes(builder.build().public_bytes(serialization.Encoding.DER))
            """
        try folder.write(script.utf8, to: "ask.py")
        try folder.run(["python3", "-W", "error", "ask.py"])
        let request = try OCSPRequest(derEncoded: try folder.read("request"))
        self.check(request, hash)
        #expect(request.nonce == [UInt8](repeating: UInt8(ascii: "x"), count: 32))
    }

    @Test("our requests are read by all three", arguments: OCSPFixture.hashes)
    func ours(_ hash: OCSPHash) throws {
        let folder = try TemporaryFolder()
        let certID = OCSPFixture.certID(hash)
        try folder.write(OCSPRequest(items: [.certID(certID)], nonce: Array(1...32)).derEncoded(), to: "request")
        let script = """
            from pathlib import Path
            from cryptography import x509
            from cryptography.x509 import ocsp
            request = ocsp.load_der_ocsp_request(Path("request").read_bytes())
            print(request.issuer_key_hash.hex(), format(request.serial_number, "x"))
            print(request.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce.hex())
            """
        try folder.write(script.utf8, to: "read.py")
        for arguments in [
            ["openssl", "ocsp", "-reqin", "request", "-req_text"], ["ocsptool", "-i", "--infile", "request"],
            ["python3", "-W", "error", "read.py"],
        ] {
            let text = try folder.run(arguments).lowercased()
            #expect(text.contains(certID.issuerKeyHash.hexadecimal), "\(text)")
            #expect(text.contains(OCSPFixture.serialNumber.description), "\(text)")
            #expect(text.contains([UInt8](1...32).hexadecimal), "\(text)")
        }
    }
}
