// OCSP from the built program, as clients that we did not write understand it.

import Foundation
import Testing

@Suite("OCSP and other implementations", .statuses())
struct StatusPeerTests {
    @Test(
        "openssl agrees on every status, by SHA-1 and SHA-256, with a nonce and without",
        arguments: ["-sha1", "-sha256"],
        ["-nonce", "-no_nonce"]
    )
    func openssl(_ hash: String, _ nonce: String) throws {
        let suite = try StatusSuite.current
        for (leaf, lines) in [
            (suite.good, ["\(suite.good.file): good"]),
            (suite.revoked, ["\(suite.revoked.file): revoked", "Reason: keyCompromise", "Revocation Time: "]),
            (suite.held, ["\(suite.held.file): revoked", "Reason: certificateHold"]),
            (suite.released, ["\(suite.released.file): good"]),
        ] {
            let text = try suite.party.ocsp(leaf, [nonce, hash])
            for line in ["Response verify OK"] + lines { #expect(text.contains(line), "\(line) in \(text)") }
            // Of a nonce that does not come back openssl warns.
            #expect(!text.contains("nonce"), "\(text)")
        }
        let unknown = try suite.party.ocsp([nonce, hash, "-serial", "0x7e57"])
        #expect(unknown.contains("Response verify OK") && unknown.contains("0x7e57: unknown"), "\(unknown)")
    }

    @Test("openssl gets several answers at once, and unauthorized about another CA or by another hash")
    func severalAndNone() throws {
        let suite = try StatusSuite.current
        let both = try suite.party.ocsp(["-cert", suite.good.file, "-cert", suite.revoked.file])
        #expect(both.contains("good.pem: good") && both.contains("revoked.pem: revoked"), "\(both)")
        #expect(try suite.party.ocsp(suite.good, ["-sha512"]).contains("unauthorized (6)"))
        let stranger = try shell(
            "openssl",
            ["ocsp", "-issuer", suite.good.file, "-serial", "1", "-url", "\(suite.party.publicURL)/ocsp"]
        )
        #expect((stranger.output + stranger.errors).contains("unauthorized (6)"), "\(stranger)")
    }

    @Test("GnuTLS asks, and verifies the answer that it was given")
    func gnuTLS() throws {
        let suite = try StatusSuite.current
        let (party, daemon) = (suite.party, suite.party.daemon)
        for (leaf, status) in [(suite.good, "good"), (suite.revoked, "revoked"), (suite.released, "good")] {
            for nonce in [["--nonce"], []] {
                let file = daemon.directory.file("answer-\(UUID().uuidString)")
                let asked = try shell(
                    "ocsptool",
                    ["--ask=\(party.publicURL)/ocsp", "--load-cert", leaf.file, "--load-issuer", daemon.issuing]
                        + ["--load-trust", daemon.issuing, "--outfile", file] + nonce
                )
                #expect(asked.status == 0 && asked.output.contains("Certificate Status: \(status)"), "\(asked)")
                #expect(asked.output.contains("Verifying OCSP Response: Success"), "\(asked)")
                #expect(asked.output.contains("Nonce:") == !nonce.isEmpty, "\(asked)")
                let verified = try shell(
                    "ocsptool",
                    ["--verify-response", "--load-response", file, "--load-signer"]
                        + ["\(daemon.state)/certificates/agents-ocsp.pem"]
                )
                #expect(verified.status == 0 && verified.output.contains("Success"), "\(verified)")
            }
        }
    }

    @Test("Python's cryptography verifies the answers and the responder behind them")
    func python() throws {
        let suite = try StatusSuite.current
        let script = """
            import sys
            from pathlib import Path
            from cryptography import x509
            from cryptography.hazmat.primitives.asymmetric import ec
            from cryptography.x509 import ocsp
            issuer = x509.load_pem_x509_certificate(Path(sys.argv[1]).read_bytes())
            for name in sys.argv[2:]:
                answer = ocsp.load_der_ocsp_response(Path(name).read_bytes())
                signer = answer.certificates[0]
                hashed = ec.ECDSA(answer.signature_hash_algorithm)
                signer.public_key().verify(answer.signature, answer.tbs_response_bytes, hashed)
                hashed = ec.ECDSA(signer.signature_hash_algorithm)
                issuer.public_key().verify(signer.signature, signer.tbs_certificate_bytes, hashed)
                signer.extensions.get_extension_for_class(x509.OCSPNoCheck)
                usage = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
                assert list(usage) == [x509.oid.ExtendedKeyUsageOID.OCSP_SIGNING]
                print(f"{answer.serial_number:x}", answer.certificate_status.name, answer.revocation_reason)
            """
        let file = try suite.party.daemon.directory.write("answers.py", script)
        let leaves = [suite.good, suite.revoked, suite.held]
        let answers = try leaves.map { leaf in
            let answer = suite.party.daemon.directory.file("\(leaf.serial).answer")
            _ = try suite.party.ocsp(leaf, ["-no_nonce", "-respout", answer])
            return answer
        }
        let result = try shell("python3", ["-W", "error", file, suite.party.daemon.issuing] + answers)
        let serials = leaves.map { String($0.serial.drop { $0 == "0" }) }
        #expect(
            result.output.split(separator: "\n").map(String.init) == [
                "\(serials[0]) GOOD None", "\(serials[1]) REVOKED ReasonFlags.key_compromise",
                "\(serials[2]) REVOKED ReasonFlags.certificate_hold",
            ],
            "\(result.errors)"
        )
    }

    @Test("curl is answered alike by POST and by GET, however the base64 is written", arguments: ["-sha1", "-sha256"])
    func forms(_ hash: String) throws {
        let suite = try StatusSuite.current
        for leaf in [suite.good, suite.revoked, suite.held, suite.released] {
            let file = suite.party.daemon.directory.file("\(leaf.serial)\(hash).request")
            _ = try suite.party.ocsp([hash, "-cert", leaf.file, "-no_nonce", "-reqout", file])
            let base64 = try Data(contentsOf: URL(fileURLWithPath: file)).base64EncodedString()
            let unpadded = String(base64.prefix { $0 != "=" })
            let urlSafe = unpadded.replacing("+", with: "-").replacing("/", with: "_")
            let encoded = try #require(base64.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
            let posted = try suite.party.fetch(
                "/ocsp",
                ["--header", "Content-Type: application/ocsp-request", "--data-binary", "@\(file)"]
            )
            #expect(posted.status == "200" && posted.body.count > 500)
            for path in [
                "/ocsp/\(base64)", "/ocsp/\(encoded)", "/ocsp/\(encoded.lowercasedEscapes)", "/ocsp/\(unpadded)",
                "/ocsp/\(urlSafe)", "/ocsp//\(base64)", "/ocsp/\(base64.replacing("//", with: "/"))",
                "/issuers/agents/ocsp/\(encoded)",
            ] {
                let got = try suite.party.fetch(path)
                #expect(got.status == "200" && got.body == posted.body, "\(path)")
            }
        }
    }

    @Test("what is no request gets an unsigned malformedRequest that nobody keeps, or its HTTP status")
    func malformed() throws {
        let suite = try StatusSuite.current
        let (party, files) = (suite.party, suite.party.daemon.directory)
        _ = try party.ocsp(["-cert", suite.good.file, "-no_nonce", "-reqout", files.file("whole")])
        let whole = try Data(contentsOf: URL(fileURLWithPath: files.file("whole")))
        func post(_ body: Data, _ arguments: [String] = []) throws -> RelyingParty.Fetched {
            try body.write(to: URL(fileURLWithPath: files.file("body")))
            let type = arguments.isEmpty ? ["--header", "Content-Type: application/ocsp-request"] : arguments
            return try party.fetch("/ocsp", type + ["--data-binary", "@\(files.file("body"))"])
        }
        let largest = Data(repeating: 0x30, count: 65_536)
        var answers = try [Data(), whole.dropLast(), whole + [0], largest, Data([0x31]) + whole.dropFirst()].map {
            try post($0)
        }
        answers += try ["MA", "%", "A", "***", String(repeating: "M", count: 4_000)].map {
            try party.fetch("/ocsp/\($0)")
        }
        for answer in answers {
            // OCSPResponse { malformedRequest (1) } (RFC 6960 §4.2.1).
            #expect(answer.status == "200" && answer.body == Data([0x30, 0x03, 0x0A, 0x01, 0x01]), "\(answer)")
            #expect(answer.fields["cache-control"] == "no-store", "\(answer.fields)")
        }
        #expect(try post(largest + [0]).status == "413")
        #expect(try post(whole, ["--header", "Content-Type: text/plain"]).status == "415")
        #expect(try party.fetch("/ocsp", ["--request", "PUT", "--data", ""]).status == "405")
        #expect(try party.fetch("/ocsp/" + String(repeating: "M", count: 9_000)).status == "414")
        #expect(try post(whole).fields["content-type"] == "application/ocsp-response")
    }

    @Test("the addresses in a certificate lead to what they promise")
    func addresses() throws {
        let suite = try StatusSuite.current
        let party = suite.party
        let text = try shell("openssl", ["x509", "-in", suite.good.file, "-noout", "-text"]).output
        for address in ["OCSP - URI:\(party.publicURL)/ocsp", "CA Issuers - URI:\(party.publicURL)/ca/agents.cer"] {
            #expect(text.contains(address), "\(text)")
        }
        for (name, pem) in [("agents", party.daemon.issuing), ("root", party.daemon.root)] {
            let certificate = try party.fetch("/ca/\(name).cer")
            #expect(certificate.fields["content-type"] == "application/pkix-cert")
            try certificate.body.write(to: URL(fileURLWithPath: party.daemon.directory.file("\(name).cer")))
            let arguments = ["x509", "-noout", "-fingerprint", "-sha256", "-in"]
            let published = try shell("openssl", arguments + [party.daemon.directory.file("\(name).cer")])
            #expect(try shell("openssl", arguments + [pem]).output == published.output, "\(published)")
        }
    }
}

extension String {
    /// With the letters of percent-encoding in lower case, as some clients write them.
    fileprivate var lowercasedEscapes: String {
        self.replacing(#/%[0-9A-F]{2}/#) { $0.output.lowercased() }
    }
}
