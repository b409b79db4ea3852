import PKIX
import Testing
import X509

/// Authorities and certificates that openssl made.
private struct OpenSSLAuthority {
    let folder: TemporaryFolder

    init() throws {
        self.folder = try TemporaryFolder()
    }

    /// Makes `{name}.key` and `{name}.pem`; self-signed unless an issuer is named.
    func make(
        _ name: String,
        by issuer: String? = nil,
        key: [String] = ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
        signature: [String] = [],
        extensions: [String],
        days: Int = 30
    ) throws {
        try self.folder.run(["openssl", "genpkey", "-quiet", "-out", "\(name).key", "-algorithm"] + key)
        let signer = issuer.map { ["-CA", "\($0).pem", "-CAkey", "\($0).key"] } ?? []
        try self.folder.run(
            ["openssl", "req", "-x509", "-new", "-key", "\(name).key", "-subj", "/CN=\(name)", "-out", "\(name).pem"]
                + ["-days", "\(days)", "-config", "/dev/null"] + signer + signature
                + extensions.flatMap { ["-addext", $0] }
        )
    }

    static let authority = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"]
    static let leaf = [
        "basicConstraints=critical,CA:FALSE", "keyUsage=critical,digitalSignature",
        "subjectAltName=URI:ans://a.example",
    ]

    func read(_ name: String) throws -> EncodedCertificate {
        let text = String(decoding: try self.folder.read("\(name).pem"), as: UTF8.self)
        return try #require(try EncodedCertificate.all(inPEM: text).first)
    }

    func path(
        _ leaf: String,
        through intermediates: [String],
        to anchors: [String],
        daysFromNow: Int64 = 0
    ) throws -> CertificationPath {
        let leaf = try self.read(leaf)
        let now = CertificateTime(leaf.fields.notValidBefore).secondsSinceEpoch + 60 + daysFromNow * 86_400
        return try CertificationPath(
            of: leaf,
            through: try intermediates.map(self.read),
            to: try anchors.map(self.read),
            at: CertificateTime(secondsSinceEpoch: now)
        )
    }
}

@Suite("Certification paths")
struct CertificationPathTests {
    @Test(
        "a path is found whatever the scheme, and names the CAs in order",
        arguments: [
            (["EC", "-pkeyopt", "ec_paramgen_curve:P-384"], []), (["ED25519"], []),
            (["RSA", "-pkeyopt", "rsa_keygen_bits:3072"], []),
            (
                ["RSA", "-pkeyopt", "rsa_keygen_bits:3072"],
                ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest", "-sha256"]
            ),
        ]
    )
    func schemes(key: [String], signature: [String]) throws {
        let authority = try OpenSSLAuthority()
        try authority.make("root", key: key, signature: signature, extensions: OpenSSLAuthority.authority)
        try authority.make("one", by: "root", key: key, signature: signature, extensions: OpenSSLAuthority.authority)
        try authority.make("two", by: "one", signature: signature, extensions: OpenSSLAuthority.authority)
        try authority.make("other", by: "root", signature: signature, extensions: OpenSSLAuthority.authority)
        try authority.make("leaf", by: "two", extensions: OpenSSLAuthority.leaf)
        let path = try authority.path("leaf", through: ["other", "one", "two"], to: ["root"])
        #expect(path.issuers == [try authority.read("two"), try authority.read("one")])
        #expect(path.certificate == (try authority.read("leaf")))
        // An anchor need not be self-signed.
        #expect(try authority.path("leaf", through: ["two"], to: ["one"]).issuers == [try authority.read("two")])
    }

    @Test("there is no path through what is expired, foreign, too long, or no CA")
    func refusals() throws {
        let authority = try OpenSSLAuthority()
        let short = ["basicConstraints=critical,CA:TRUE,pathlen:0", "keyUsage=critical,keyCertSign"]
        let signing = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,digitalSignature"]
        try authority.make("root", extensions: OpenSSLAuthority.authority, days: 300)
        try authority.make("stranger", extensions: OpenSSLAuthority.authority, days: 300)
        try authority.make("ca", by: "root", extensions: short)
        try authority.make("under", by: "ca", extensions: OpenSSLAuthority.authority)
        try authority.make("unusable", by: "root", extensions: signing)
        try authority.make("leaf", by: "ca", extensions: OpenSSLAuthority.leaf, days: 300)
        try authority.make("deep", by: "under", extensions: OpenSSLAuthority.leaf)
        try authority.make("misused", by: "unusable", extensions: OpenSSLAuthority.leaf)
        try authority.make("by-leaf", by: "leaf", extensions: OpenSSLAuthority.leaf)
        try authority.make(
            "demanding",
            by: "ca",
            extensions: OpenSSLAuthority.leaf + ["1.3.6.1.4.1.99999.1=critical,ASN1:NULL"]
        )

        #expect(try authority.path("leaf", through: ["ca"], to: ["root"]).issuers.count == 1)
        for (leaf, through, anchors, days, reason) in [
            ("leaf", ["ca"], ["stranger"], 0, "unable to get"), ("leaf", [], ["root"], 0, "unable to get"),
            ("leaf", ["ca"], [], 0, "unable to get"), ("leaf", ["ca"], ["root"], 100, "expired"),
            ("leaf", ["ca"], ["root"], -100, "not yet valid"), ("deep", ["under", "ca"], ["root"], 0, "path length"),
            ("misused", ["unusable"], ["root"], 0, ""), ("by-leaf", ["leaf", "ca"], ["root"], 0, ""),
            ("demanding", ["ca"], ["root"], 0, "critical"),
        ] as [(String, [String], [String], Int64, String)] {
            let error = #expect(throws: PKIXError.self, "\(leaf) through \(through)") {
                try authority.path(leaf, through: through, to: anchors, daysFromNow: days)
            }
            #expect(error?.code == .untrusted)
            #expect(error?.reason.contains(reason) == true, "\(leaf): \(error?.reason ?? "")")
        }
    }

    @Test("a certificate with one changed bit leads nowhere")
    func changed() throws {
        let authority = try OpenSSLAuthority()
        try authority.make("root", extensions: OpenSSLAuthority.authority)
        try authority.make("leaf", by: "root", extensions: OpenSSLAuthority.leaf)
        let (leaf, root) = (try authority.read("leaf"), try authority.read("root"))
        let now = CertificateTime(leaf.fields.notValidBefore)
        _ = try CertificationPath(of: leaf, through: [], to: [root], at: now)
        var accepted = 0
        for position in leaf.der.indices {
            var bytes = leaf.der
            bytes[position] ^= 0x04
            guard let changed = try? EncodedCertificate(der: bytes) else { continue }
            accepted += (try? CertificationPath(of: changed, through: [], to: [root], at: now)) == nil ? 0 : 1
        }
        #expect(accepted == 0)
    }

    @Test("text that holds no certificate is refused, and so is another document between two")
    func texts() throws {
        let authority = try OpenSSLAuthority()
        try authority.make("root", extensions: OpenSSLAuthority.authority)
        let (pem, key) = (
            try authority.read("root").pem, String(decoding: try authority.folder.read("root.key"), as: UTF8.self)
        )
        #expect(try EncodedCertificate.all(inPEM: pem + pem).count == 2)
        #expect(try EncodedCertificate.all(inPEM: "").isEmpty)
        #expect(throws: (any Error).self) { try EncodedCertificate.all(inPEM: pem + key) }
        #expect(throws: (any Error).self) { try EncodedCertificate.all(inPEM: String(pem.dropLast(30))) }
        #expect(throws: (any Error).self) { try EncodedCertificate(der: [0x30, 0x80, 0, 0]) }
    }
}
