// Complete CRLs from the built program, as clients that we did not write understand them, and how caches may keep them.

import Foundation
import Testing

@Suite("Complete CRLs and other implementations", .statuses(isPaced: true))
struct CompleteCRLPeerTests {
    @Test("openssl checks a whole chain by CRLs that it is given, and by those that it fetches itself")
    func openssl() async throws {
        let suite = try StatusSuite.current
        let (agents, root) = (try await suite.completeCRL(), try suite.party.rootCRL())
        #expect(agents.entry(of: suite.revoked)?.contains("Key Compromise") == true)
        #expect(agents.entry(of: suite.held)?.contains("Certificate Hold") == true)
        // The root has no CRL of itself to fetch: it is given in both cases.
        for (crls, options) in [([agents.file, root.file], []), ([root.file], ["-crl_download"])] {
            for leaf in [suite.good, suite.released] {
                let verdict = try suite.party.verify(leaf, crls: crls, options)
                #expect(verdict.contains(": OK"), "\(verdict)")
            }
            for leaf in [suite.revoked, suite.held] {
                let verdict = try suite.party.verify(leaf, crls: crls, options)
                #expect(verdict.contains("certificate revoked") && !verdict.contains(": OK"), "\(verdict)")
            }
        }
        let without = try suite.party.verify(suite.good, crls: [root.file])
        #expect(without.contains("unable to get certificate CRL"), "\(without)")
    }

    @Test("GnuTLS verifies and prints them")
    func gnuTLS() async throws {
        let suite = try StatusSuite.current
        let (agents, root) = (try await suite.completeCRL(), try suite.party.rootCRL())
        for (crl, issuer) in [(agents, suite.party.daemon.issuing), (root, suite.party.daemon.root)] {
            let verified = try shell(
                "certtool",
                ["--verify-crl", "--load-ca-certificate", issuer, "--infile", crl.file]
            )
            #expect(
                verified.status == 0 && (verified.output + verified.errors).contains("Verification output: Verified."),
                "\(verified)"
            )
        }
        let printed = try shell("certtool", ["--crl-info", "--infile", agents.file]).output
        for line in [
            "Issuer: CN=Signet Agents CA 1,O=Signet", "Revoked certificates (2)",
            "CRL Number (not critical): \(String(format: "%02x", agents.number ?? 0))",
            "Serial Number (hex): \(suite.revoked.serialOctets)",
        ] { #expect(printed.lowercased().contains(line.lowercased()), "\(line) in \(printed)") }
    }

    @Test("Python's cryptography verifies them and finds the entries")
    func python() async throws {
        let suite = try StatusSuite.current
        let crl = try await suite.completeCRL()
        let script = """
            import sys
            from pathlib import Path
            from cryptography import x509
            issuer = x509.load_pem_x509_certificate(Path(sys.argv[1]).read_bytes())
            crl = x509.load_pem_x509_crl(Path(sys.argv[2]).read_bytes())
            assert crl.is_signature_valid(issuer.public_key()) and crl.issuer == issuer.subject
            identifier = crl.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
            assert identifier == issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
            print(crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number, len(crl))
            for serial in sys.argv[3:]:
                entry = crl.get_revoked_certificate_by_serial_number(int(serial, 16))
                print(entry and entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value)
            """
        let file = try suite.party.daemon.directory.write("crl.py", script)
        let serials = [suite.revoked, suite.held, suite.released, suite.good].map(\.serial)
        let result = try shell("python3", ["-W", "error", file, suite.party.daemon.issuing, crl.file] + serials)
        let number = try #require(crl.number)
        #expect(
            result.output.split(separator: "\n") == [
                "\(number) 2", "keyCompromise", "certificateHold", "None", "None",
            ],
            "\(result.errors)"
        )
    }

    @Test("caches get what RFC 9111 gives them: an age, an entity tag, conditions, HEAD and ranges")
    func headers() async throws {
        let suite = try StatusSuite.current
        _ = try await suite.completeCRL()
        let file = suite.party.daemon.directory.file("headers.request")
        _ = try suite.party.ocsp(["-cert", suite.good.file, "-no_nonce", "-reqout", file])
        let request = try Data(contentsOf: URL(fileURLWithPath: file)).base64EncodedString()
        let encoded = try #require(request.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
        for (path, type, age) in [
            ("/crl/agents.crl", "application/pkix-crl", 3_600), ("/crl/agents.pem", "application/x-pem-file", 3_600),
            ("/ca/agents.cer", "application/pkix-cert", 86_400),
            ("/ocsp/\(encoded)", "application/ocsp-response", 3_600),
        ] {
            let whole = try suite.party.fetch(path)
            #expect(whole.status == "200" && whole.fields["content-type"] == type)
            #expect(whole.fields["content-length"] == "\(whole.body.count)")
            let control = try #require(whole.fields["cache-control"]).split(separator: ",")
            #expect(control.contains("public") && control.contains("must-revalidate"), "\(control)")
            let seconds = try #require(control.first { $0.hasPrefix("max-age=") }.flatMap { Int($0.dropFirst(8)) })
            #expect((age - 60...age).contains(seconds), "\(path): \(seconds)")
            let tag = try #require(whole.fields["etag"])
            let known = try suite.party.fetch(path, ["--header", "If-None-Match: \(tag)"])
            #expect(known.status == "304" && known.body.isEmpty && known.fields["etag"] == tag)
            #expect(try suite.party.fetch(path, ["--header", "If-None-Match: \"other\""]).body == whole.body)
            let head = try suite.party.fetch(path, ["--head"])
            #expect(head.status == "200" && head.fields["content-length"] == "\(whole.body.count)")
            #expect(head.fields["etag"] == tag)
            // OCSP answers are too small to be sent in parts.
            guard !path.hasPrefix("/ocsp") else { continue }
            let part = try suite.party.fetch(path, ["--range", "10-19"])
            #expect(part.status == "206" && part.body == whole.body[10..<20], "\(path)")
            #expect(part.fields["content-range"] == "bytes 10-19/\(whole.body.count)")
            let modified = try #require(whole.fields["last-modified"])
            #expect(try suite.party.fetch(path, ["--header", "If-Modified-Since: \(modified)"]).status == "304")
        }
    }
}

extension RelyingParty.Leaf {
    /// The serial number as the octets of its INTEGER: with a zero in front when it would be negative without.
    fileprivate var serialOctets: String {
        (self.serial.first?.hexDigitValue ?? 0) < 8 ? self.serial : "00\(self.serial)"
    }
}
