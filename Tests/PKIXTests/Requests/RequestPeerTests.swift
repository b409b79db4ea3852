import PKIX
import TestSupport
import Testing

@Suite("Requests of other implementations")
struct RequestPeerTests {
    static let names = ["DNS:agent.example.com", "URI:ans://v1.0.0.agent.example.com", "IP:192.0.2.1"]

    static let opensslKeys: [(type: KeyType, arguments: [String])] = [
        (.ed25519, ["ed25519"]),
        (.p256, ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]),
        (.p384, ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"]),
        (.rsa(bits: 2_048), ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"]),
    ]

    @Test("openssl req, as PEM and DER", arguments: opensslKeys.indices)
    func openssl(_ index: Int) throws {
        let (type, arguments) = Self.opensslKeys[index]
        let folder = try TemporaryFolder()
        try folder.run(["openssl", "genpkey", "-out", "key.pem", "-algorithm"] + arguments)
        for form in ["PEM", "DER"] {
            try folder.run([
                "openssl", "req", "-new", "-key", "key.pem", "-subj", "/C=DE/O=Ünïcode/CN=agent.example.com", "-utf8",
                "-addext",
                "subjectAltName=\(Self.names.joined(separator: ","))", "-outform", form, "-out", "request",
            ])
            let request = try ParsedCSR(try folder.read("request"))
            #expect(request.publicKey.type == type)
            #expect(request.names.map(\.description) == Self.names)
        }
    }

    static let certtoolKeys: [(type: KeyType, arguments: [String])] = [
        (.ed25519, ["--key-type", "ed25519"]),
        (.p256, ["--key-type", "ecdsa", "--curve", "secp256r1"]),
        (.p384, ["--key-type", "ecdsa", "--curve", "secp384r1"]),
        (.rsa(bits: 2_048), ["--key-type", "rsa", "--bits", "2048"]),
    ]

    @Test("certtool of GnuTLS", arguments: certtoolKeys.indices)
    func certtool(_ index: Int) throws {
        let (type, arguments) = Self.certtoolKeys[index]
        let folder = try TemporaryFolder()
        let template = """
            cn = "agent.example.com"
            dns_name = "agent.example.com"
            uri = "ans://v1.0.0.agent.example.com"
            ip_address = "192.0.2.1"
            signing_key
            tls_www_client

            """
        try folder.write(template.utf8, to: "template")
        try folder.run(["certtool", "--generate-privkey", "--outfile", "key.pem"] + arguments)
        try folder.run([
            "certtool", "--generate-request", "--load-privkey", "key.pem", "--template", "template", "--outfile",
            "request",
        ])
        let request = try ParsedCSR(try folder.read("request"))
        #expect(request.publicKey.type == type)
        #expect(Set(request.names.map(\.description)) == Set(Self.names))
    }

    @Test("Python's cryptography", arguments: ["ed25519", "p256", "p384", "rsa"])
    func python(_ kind: String) throws {
        let folder = try TemporaryFolder()
        let script = """
            import ipaddress, sys
            from cryptography import x509
            from cryptography.hazmat.primitives import hashes, serialization
            from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
            make = {
                "ed25519": ed25519.Ed25519PrivateKey.generate,
                "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
                "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
                "rsa": lambda: rsa.generate_private_key(65537, 2048),
            }
            names = x509.SubjectAlternativeName([
                x509.DNSName("agent.example.com"),
                x509.UniformResourceIdentifier("ans://v1.0.0.agent.example.com"),
                x509.IPAddress(ipaddress.ip_address("192.0.2.1")),
            ])
            subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "agent.example.com")])
            builder = x509.CertificateSigningRequestBuilder(subject).add_extension(names, critical=False)
            digest = None if sys.argv[1] == "ed25519" else hashes.SHA256()
            request = builder.sign(make[sys.argv[1]](), digest)
            open("request", "wb").write(request.public_bytes(serialization.Encoding.PEM))
            """
        try folder.write(script.utf8, to: "request.py")
        try folder.run(["python3", "request.py", kind])
        let request = try ParsedCSR(try folder.read("request"))
        #expect(request.names.map(\.description) == Self.names)
    }
}
