import Foundation
import PKIX
import TestSupport
import Testing

@Suite("OCSP responses and other implementations")
struct OCSPResponsePeerTests {
    // Peers hold thisUpdate and nextUpdate against the clock: everything is made for it.
    private let start = CertificateTime(Date()) + -3_600

    private func answer(_ hash: OCSPHash, _ status: OCSPCertificateStatus) -> OCSPSingleResponse {
        OCSPSingleResponse(
            item: .certID(OCSPFixture.certID(hash)),
            status: status,
            thisUpdate: self.start,
            nextUpdate: self.start + 2 * 3_600
        )
    }

    private func folder(_ hash: OCSPHash, _ status: OCSPCertificateStatus, nonce: [UInt8]? = nil) throws
        -> TemporaryFolder
    {
        let folder = try TemporaryFolder()
        try OCSPFixture.writeCertificates(to: folder, validFrom: self.start)
        var data = OCSPFixture.data(self.answer(hash, status))
        data.producedAt = self.start
        data.nonce = nonce
        data.archiveCutoff = self.start + -TBSFixture.day
        data.extendedRevoke = true
        try folder.write(try OCSPFixture.signed(data, validFrom: self.start), to: "response")
        return folder
    }

    private var statuses: [(name: String, status: OCSPCertificateStatus)] {
        [
            ("good", .good), ("unknown", .unknown),
            ("revoked", .revoked(at: self.start, reason: .keyCompromise)),
        ]
    }

    @Test("openssl verifies and agrees", arguments: OCSPFixture.hashes)
    func openssl(_ hash: OCSPHash) throws {
        for (name, status) in self.statuses {
            let folder = try self.folder(hash, status)
            let text = try folder.run([
                "openssl", "ocsp", "-respin", "response", hash == .sha1 ? "-sha1" : "-sha256", "-issuer", "issuing.pem",
                "-cert", "end.pem", "-CAfile", "chain.pem", "-no_nonce", "-resp_text",
            ])
            #expect(text.contains("Response verify OK"), "\(text)")
            #expect(text.contains("end.pem: \(name)"), "\(text)")
            #expect(text.contains("Responder Id: \(OCSPFixture.responderKeyHash.hexadecimal.uppercased())"), "\(text)")
            #expect(text.contains("OCSP Archive Cutoff"), "\(text)")
            if name == "revoked" { #expect(text.contains("Reason: keyCompromise"), "\(text)") }
        }
    }

    @Test("openssl finds its nonce again")
    func opensslNonce() throws {
        let asking = try TemporaryFolder()
        try OCSPFixture.writeCertificates(to: asking, validFrom: self.start)
        try asking.run([
            "openssl", "ocsp", "-issuer", "issuing.pem", "-cert", "end.pem", "-nonce", "-reqout", "request",
        ])
        let bytes = try asking.read("request")
        let folder = try self.folder(.sha1, .good, nonce: try OCSPRequest(derEncoded: bytes).nonce)
        try folder.write(bytes, to: "request")
        // Without -no_nonce, openssl would put another nonce into the request that it reads.
        let text = try folder.run([
            "openssl", "ocsp", "-reqin", "request", "-no_nonce", "-respin", "response", "-issuer", "issuing.pem",
            "-cert", "end.pem",
            "-CAfile", "chain.pem",
        ])
        #expect(text.contains("Response verify OK") && text.contains("end.pem: good"), "\(text)")
        #expect(!text.contains("Nonce Verify error") && !text.contains("no nonce"), "\(text)")
    }

    @Test("GnuTLS verifies and agrees", arguments: OCSPFixture.hashes)
    func gnutls(_ hash: OCSPHash) throws {
        for (name, status) in self.statuses {
            let folder = try self.folder(hash, status)
            let text = try folder.run(["ocsptool", "-j", "--infile", "response"])
            #expect(text.contains("Certificate Status: \(name)"), "\(text)")
            #expect(text.contains(OCSPFixture.serialNumber.description), "\(text)")
            let verdict = try folder.run([
                "ocsptool", "-e", "--load-response", "response", "--load-trust", "issuing.pem",
            ])
            #expect(verdict.contains("Success"), "\(verdict)")
        }
    }

    @Test("Python's cryptography verifies and agrees", arguments: OCSPFixture.hashes)
    func python(_ hash: OCSPHash) throws {
        let script = """
            from pathlib import Path
            from cryptography.hazmat.primitives.asymmetric import ec
            from cryptography.x509 import ocsp
            response = ocsp.load_der_ocsp_response(Path("response").read_bytes())
            key = response.certificates[0].public_key()
            key.verify(response.signature, response.tbs_response_bytes, ec.ECDSA(response.signature_hash_algorithm))
            print(response.certificate_status.name, response.responder_key_hash.hex(), format(response.serial_number, "x"))
            print(response.hash_algorithm.name, response.revocation_reason)
            print(int(response.next_update_utc.timestamp() - response.this_update_utc.timestamp()))
            """
        for (name, status) in self.statuses {
            let folder = try self.folder(hash, status)
            try folder.write(script.utf8, to: "read.py")
            let lines = try folder.run(["python3", "-W", "error", "read.py"]).split(separator: "\n")
            let key = OCSPFixture.responderKeyHash.hexadecimal
            let reason = name == "revoked" ? "ReasonFlags.key_compromise" : "None"
            #expect(lines == ["\(name.uppercased()) \(key) \(OCSPFixture.serialNumber)", "\(hash) \(reason)", "7200"])
        }
    }

    @Test("openssl reads a status alone", arguments: [OCSPErrorStatus.unauthorized, .malformedRequest, .tryLater])
    func errors(_ status: OCSPErrorStatus) throws {
        let folder = try TemporaryFolder()
        try folder.write(OCSPResponse.error(status), to: "response")
        let text = try folder.run(["sh", "-c", "openssl ocsp -respin response -noverify -resp_text || true"])
        #expect(text.lowercased().contains("\(status)".lowercased()), "\(text)")
    }
}
