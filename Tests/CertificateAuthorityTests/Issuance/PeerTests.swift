import CertificateAuthority
import Foundation
import PKIX
import Testing

@Suite("Other programs accept what is issued")
struct PeerTests {
    /// Files of a chain.
    private struct Chain {
        let directory = try! TemporaryDirectory()
        let root: String
        let issuing: String
        let leaf: String
        let all: String

        init(_ type: KeyType, profile: String) async throws {
            let bench = try await Bench(at: Date())
            let (stored, _, _) = try await bench.issueAny(Shipped.profile(profile), key: .fresh(type))
            let certificates = [stored.certificate, bench.issuer.certificateBytes, bench.root.certificateBytes]
            self.leaf = try self.directory.write([certificates[0]], to: "leaf.pem")
            self.issuing = try self.directory.write([certificates[1]], to: "issuing.pem")
            self.root = try self.directory.write([certificates[2]], to: "root.pem")
            self.all = try self.directory.write(certificates, to: "chain.pem")
        }
    }

    static let keys: [KeyType] = [.ed25519, .p256, .p384, .rsa(bits: 2_048)]
    static let profiles = ["agent-identity", "agent-tls"]

    @Test("openssl verifies the chain, strictly", arguments: Self.keys, Self.profiles)
    func openssl(_ type: KeyType, _ profile: String) async throws {
        let chain = try await Chain(type, profile: profile)
        let purpose = profile == "agent-tls" ? "sslserver" : "sslclient"
        let result = try run(
            [
                "openssl", "verify", "-x509_strict", "-check_ss_sig", "-policy_check", "-purpose", purpose, "-CAfile",
                chain.root,
                "-untrusted", chain.issuing, chain.leaf,
            ],
            in: chain.directory
        )
        #expect(result.status == 0, "\(result.output)\(result.errors)")
    }

    @Test("openssl does not verify the chain under another root")
    func anotherRoot() async throws {
        let chain = try await Chain(.p256, profile: "agent-tls")
        let other = try await Chain(.p256, profile: "agent-tls")
        let result = try run(
            ["openssl", "verify", "-CAfile", other.root, "-untrusted", chain.issuing, chain.leaf],
            in: chain.directory
        )
        #expect(result.status != 0)
    }

    @Test("GnuTLS verifies the chain", arguments: Self.keys, Self.profiles)
    func gnutls(_ type: KeyType, _ profile: String) async throws {
        let chain = try await Chain(type, profile: profile)
        let result = try run(["certtool", "--verify-chain", "--infile", chain.all], in: chain.directory)
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        #expect(result.output.contains("The certificate is trusted."))
        #expect(!result.output.contains("warning"))
    }

    @Test("Python's cryptography verifies the chain and reads every extension", arguments: Self.keys, Self.profiles)
    func python(_ type: KeyType, _ profile: String) async throws {
        let chain = try await Chain(type, profile: profile)
        let result = try run(
            ["python3", "-W", "error", "-", chain.root, chain.issuing, chain.leaf],
            in: chain.directory,
            input: Self.script
        )
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        #expect(result.output.contains("accepted"))
    }

    /// Checks names and signatures of a chain; where the library can build paths, it does, for keys that it admits there.
    private static let script = """
        import sys
        from cryptography import x509
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

        root, issuing, leaf = (x509.load_pem_x509_certificate(open(path, "rb").read()) for path in sys.argv[1:4])

        def check(certificate, issuer):
            assert certificate.issuer == issuer.subject
            for extension in certificate.extensions:
                extension.value
            key = issuer.public_key()
            signed = certificate.signature, certificate.tbs_certificate_bytes
            if isinstance(key, ec.EllipticCurvePublicKey):
                key.verify(*signed, ec.ECDSA(certificate.signature_hash_algorithm))
            else:
                raise AssertionError("unexpected key")

        check(root, root)
        check(issuing, root)
        check(leaf, issuing)
        if not isinstance(leaf.public_key(), ed25519.Ed25519PublicKey):
            try:
                from cryptography.x509 import verification
                builder = verification.PolicyBuilder().store(verification.Store([root]))
            except ImportError:
                builder = None
            if builder is not None and hasattr(builder, "build_client_verifier"):
                builder.build_client_verifier().verify(leaf, [issuing])
        print("accepted")
        """

    static let texts: [(profile: String, fragments: [String])] = [
        (
            "agent-identity",
            [
                "Version: 3 (0x2)", "CA:FALSE", "Digital Signature", "TLS Web Client Authentication",
                "URI:ans://v1.2.3.agent.example.com", "Subject: CN = agent.example.com",
                "URI:http://pki.example/crl/agents.crl", "OCSP - URI:http://pki.example/ocsp",
                "CA Issuers - URI:http://pki.example/ca/agents.cer", "Policy: 1.3.6.1.4.1.32473.1.1",
                "X509v3 Subject Key Identifier", "X509v3 Authority Key Identifier",
            ]
        ),
        (
            "agent-tls",
            [
                "TLS Web Server Authentication, TLS Web Client Authentication", "DNS:a.example.com, DNS:b.example.com",
                "X509v3 Subject Alternative Name: critical", "URI:http://pki.example/crl/agents.crl",
            ]
        ),
        ("service-tls", ["DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1"]),
        ("ocsp-responder", ["OCSP Signing", "OCSP No Check", "CN = Subject of ocsp-responder"]),
        (
            "issuing-ca",
            [
                "CA:TRUE, pathlen:0", "Certificate Sign, CRL Sign", "URI:http://pki.example/crl/root.crl",
                "CA Issuers - URI:http://pki.example/ca/root.cer", "Policy: 1.3.6.1.4.1.32473.1.2",
            ]
        ),
    ]

    @Test("openssl prints what the profile says, without a warning", arguments: Self.texts)
    func text(_ argument: (profile: String, fragments: [String])) async throws {
        let chain = try await Chain(.p256, profile: argument.profile)
        for path in [chain.leaf, chain.issuing, chain.root] {
            let result = try run(
                ["openssl", "x509", "-noout", "-text", "-nameopt", "oneline", "-in", path],
                in: chain.directory
            )
            #expect(result.status == 0)
            #expect(result.errors.isEmpty)
            for complaint in ["Unable to", "INVALID", "unsupported", "Bad ", "error", "warning"] {
                #expect(!result.output.contains(complaint), "\(result.output)")
            }
            for fragment in path == chain.leaf ? argument.fragments : [] {
                #expect(result.output.contains(fragment), "\(fragment) is not in \(result.output)")
            }
        }
    }

    @Test("openssl prints noRevAvail of a short-lived certificate and no addresses")
    func shortLived() async throws {
        let bench = try await Bench(at: Date())
        let directory = try TemporaryDirectory()
        let leaf = try directory.write([try await bench.issue(lifetime: 3_600).stored.certificate], to: "leaf.pem")
        let result = try run(["openssl", "x509", "-noout", "-text", "-in", leaf], in: directory)
        #expect(result.output.contains("2.5.29.56") || result.output.contains("No Revocation Available"))
        #expect(!result.output.contains("http://"))
    }
}
