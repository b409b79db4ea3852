import Crypto
import PKIX
import SwiftASN1
import Testing
import X509

@testable import PublicTrust

@Suite("Chains, with openssl verify as second opinion")
struct ChainTests {
    /// A chain, and what is to be said of it.
    struct Case: Sendable, CustomStringConvertible {
        let description: String
        /// The rule that is broken; nil for a good chain.
        var rule: String?
        /// Whether openssl judges another way, and why.
        var opensslDiffers = false
        let make: @Sendable (TestAuthority) throws -> [[UInt8]]
    }

    static let host: [GeneralName] = [.dnsName("a.example.com")]

    static let cases: [Case] = [
        Case(description: "leaf of the root") { [try $0.issue(names: Self.host).der] },
        Case(description: "leaf of a CA below") { root in
            let authority = try TestAuthority("CA", below: root, pathLength: 0)
            return [try authority.issue(names: Self.host).der, authority.der]
        },
        Case(description: "path too long", rule: "path_length") { root in
            let upper = try TestAuthority("Upper", below: root, pathLength: 0)
            let lower = try TestAuthority("Lower", below: upper)
            return [try lower.issue(names: Self.host).der, lower.der, upper.der]
        },
        Case(description: "expired", rule: "validity") { [try $0.issue(names: Self.host, validity: -9 ... -1).der] },
        Case(description: "expired CA", rule: "validity") { root in
            let authority = try TestAuthority("CA", below: root, validity: -9 ... -1)
            return [try authority.issue(names: Self.host).der, authority.der]
        },
        Case(description: "for clients", rule: "extended_key_usage") {
            [try $0.issue(names: Self.host, purposes: [.clientAuth]).der]
        },
        Case(description: "for no purpose", rule: "extended_key_usage", opensslDiffers: true) {
            [try $0.issue(names: Self.host, purposes: []).der]
        },
        Case(description: "another host", rule: "identity") { [try $0.issue(names: [.dnsName("b.example.com")]).der] },
        Case(description: "wildcard") { [try $0.issue(names: [.dnsName("*.example.com")]).der] },
        Case(description: "wildcard two labels up", rule: "identity") {
            [try $0.issue(names: [.dnsName("*.com")]).der]
        },
        Case(description: "common name alone", rule: "identity", opensslDiffers: true) {
            [try $0.issue(names: [], subject: DistinguishedName { CommonName("a.example.com") }).der]
        },
        Case(description: "may not sign", rule: "key_usage", opensslDiffers: true) {
            [try $0.issue(names: Self.host, usage: KeyUsage(keyAgreement: true)).der]
        },
        Case(description: "CA that may not sign certificates", rule: "key_usage") { root in
            let authority = try TestAuthority("CA", below: root, usage: KeyUsage(cRLSign: true))
            return [try authority.issue(names: Self.host).der, authority.der]
        },
        Case(description: "unknown critical extension", rule: "critical_extensions") {
            let odd = Certificate.Extension(oid: [1, 2, 3, 4], critical: true, value: [5, 0])
            return [try $0.issue(names: Self.host, more: [odd]).der]
        },
        Case(description: "leaf as CA", rule: "basic_constraints") { root in
            let leaf = P256.Signing.PrivateKey()
            let certificate = try root.issue(to: .init(leaf.publicKey), names: Self.host)
            let below = try TestAuthority.certificate(
                of: .init(P256.Signing.PrivateKey().publicKey),
                by: leaf,
                issuer: certificate.subject,
                names: Self.host
            )
            return [below.der, certificate.der]
        },
        Case(description: "a stranger's CA of the same name", rule: "") {
            [try TestAuthority(imitating: $0).issue(names: Self.host).der]
        },
    ]

    @Test("a chain is judged as it should be, and as openssl does", arguments: Self.cases)
    func judgement(_ chain: Case) throws {
        let root = try TestAuthority(root: "Chain Root")
        let certificates = try chain.make(root)
        let validator = ChainValidator(roots: try TrustRoots([EncodedCertificate(der: root.der)]))
        var refusal: TrustError?
        do throws(TrustError) {
            let path = try validator.validate(
                certificates,
                for: .server,
                of: .host(try! HostName("a.example.com")),
                at: .now()
            )
            #expect(path.certificates.last?.der == root.der && path.leaf.der == certificates[0])
        } catch {
            refusal = error
        }
        switch chain.rule {
        case nil: #expect(refusal == nil, "\(refusal.debugDescription)")
        case "": #expect(refusal?.code == .noPath)
        case let rule?: #expect(refusal?.rule == rule, "\(refusal.debugDescription)")
        }
        let accepts = try Self.opensslAccepts(certificates, root)
        #expect((accepts == (chain.rule == nil)) != chain.opensslDiffers, "openssl accepts: \(accepts)")
    }

    static func opensslAccepts(_ chain: [[UInt8]], _ root: TestAuthority) throws -> Bool {
        let folder = try PeerFolder()
        try folder.write(root.certificate.pem.utf8, to: "root.pem")
        try folder.write(EncodedCertificate(der: chain[0]).pem.utf8, to: "leaf.pem")
        let above = try chain.dropFirst().map { try EncodedCertificate(der: $0).pem }.joined()
        var arguments = [
            "openssl", "verify", "-no-CApath", "-no-CAstore", "-CAfile", "root.pem", "-purpose", "sslserver",
        ]
        arguments += ["-verify_hostname", "a.example.com", "-auth_level", "2"]
        if !above.isEmpty { arguments += ["-untrusted", try folder.write(above.utf8, to: "above.pem")] }
        return try folder.run(arguments + ["leaf.pem"]).status == 0
    }

    /// What openssl signs with, and the rule that refuses it; nil for what is good, `unreadable` for what is not even read.
    static let algorithms: [(key: [String], digest: String, refusal: String?)] = [
        (["RSA", "-pkeyopt", "rsa_keygen_bits:2048"], "-sha256", nil),
        (["RSA", "-pkeyopt", "rsa_keygen_bits:2048"], "-sha384", nil),
        (["RSA", "-pkeyopt", "rsa_keygen_bits:2048"], "-sha1", "signature_algorithm"),
        (["RSA", "-pkeyopt", "rsa_keygen_bits:1024"], "-sha256", "unreadable"),
        (["EC", "-pkeyopt", "ec_paramgen_curve:P-384"], "-sha384", nil),
        (["EC", "-pkeyopt", "ec_paramgen_curve:P-521"], "-sha512", nil),
        (["EC", "-pkeyopt", "ec_paramgen_curve:P-256"], "-sha1", "unreadable"),
        (["ED25519"], "", nil),
    ]

    @Test("weak keys and digests are refused, whoever signs", arguments: Self.algorithms.indices)
    func strength(_ index: Int) throws {
        let (key, digest, refusal) = Self.algorithms[index]
        let folder = try PeerFolder()
        let extensions =
            "subjectAltName=DNS:a.example.com\nextendedKeyUsage=serverAuth\nbasicConstraints=critical,CA:FALSE\n"
        try folder.write(extensions.utf8, to: "x")
        func make(_ arguments: [String]) throws {
            let (status, output) = try folder.run(["openssl"] + arguments)
            #expect(status == 0, "\(output)")
        }
        // A short key stands in the leaf alone, so that it is the leaf's key that is refused.
        let rootKey = key.last == "rsa_keygen_bits:1024" ? ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"] : key
        try make(["genpkey", "-algorithm"] + rootKey + ["-out", "root.key"])
        try make(["genpkey", "-algorithm"] + key + ["-out", "leaf.key"])
        let usage = ["-addext", "keyUsage=critical,keyCertSign,cRLSign"]
        try make(
            ["req", "-x509", "-new", "-key", "root.key", "-subj", "/CN=R", "-days", "9", "-out", "root.pem"] + usage
        )
        try make(["req", "-new", "-key", "leaf.key", "-subj", "/CN=leaf", "-out", "leaf.csr"])
        try make(
            ["x509", "-req", "-in", "leaf.csr", "-CA", "root.pem", "-CAkey", "root.key", "-days", "5", "-extfile", "x"]
                + ["-out", "leaf.pem"] + (digest.isEmpty ? [] : [digest])
        )
        let leaf = try PEMDocument(pemString: String(decoding: folder.read("leaf.pem"), as: UTF8.self))
        let roots = try TrustRoots(pem: String(decoding: folder.read("root.pem"), as: UTF8.self))
        var error: TrustError?
        do throws(TrustError) {
            _ = try ChainValidator(roots: roots).validate([leaf.derBytes], for: .server, of: nil, at: .now())
        } catch let refused {
            error = refused
        }
        let found = error.flatMap { $0.code == .malformedCertificate ? "unreadable" : $0.rule }
        #expect(found == refusal, "\(String(describing: error))")
    }

    @Test("an identity is its URI name, octet by octet, for a client")
    func uriIdentity() throws {
        let root = try TestAuthority(root: "Root")
        let name = "ans://v1.0.0.agent.example.com"
        let leaf = try root.issue(names: [.uniformResourceIdentifier(name)], purposes: [.clientAuth])
        let validator = ChainValidator(roots: try TrustRoots([EncodedCertificate(der: root.der)]))
        _ = try validator.validate([leaf.der], for: .client, of: .uri(name), at: .now())
        for other in ["ans://v1.0.1.agent.example.com", name.uppercased(), name + "/"] {
            #expect(throws: TrustError(.refused, "")) {
                try validator.validate([leaf.der], for: .client, of: .uri(other), at: .now())
            }
        }
        #expect(throws: TrustError(.refused, "")) {
            try validator.validate([leaf.der], for: .server, of: nil, at: .now())
        }
    }

    @Test("an address is an address and no text of one")
    func addressIdentity() throws {
        let root = try TestAuthority(root: "Root")
        let validator = ChainValidator(roots: try TrustRoots([EncodedCertificate(der: root.der)]))
        let four: [UInt8] = [192, 0, 2, 1]
        let leaf = try root.issue(names: [.ipAddress(ASN1OctetString(contentBytes: four[...]))])
        _ = try validator.validate([leaf.der], for: .server, of: .address(four), at: .now())
        let text = try root.issue(names: [.dnsName("192.0.2.1")])
        #expect(throws: TrustError(.refused, "")) {
            try validator.validate([text.der], for: .server, of: .address(four), at: .now())
        }
    }

    @Test("CAs that sign each other in every way cost a bounded amount of work")
    func crossSigned() throws {
        let root = try TestAuthority(root: "Elsewhere")
        let validator = ChainValidator(roots: try TrustRoots([EncodedCertificate(der: root.der)]))
        let authorities = try (0..<15).map { _ in try TestAuthority(root: "Same") }
        // One name, one key each: every one may have signed every other.
        let first = authorities[0]
        let web = try (0..<14).map { index in
            try TestAuthority.authorityCertificate(of: .init(authorities[index].key.publicKey), by: first)
        }
        let leaf = try first.issue(names: Self.host)
        let elapsed = ContinuousClock().measure {
            #expect(throws: TrustError.self) {
                try validator.validate([leaf.der] + web.map(\.der), for: .server, of: nil, at: .now())
            }
        }
        #expect(elapsed < .seconds(10))
    }

    @Test("too many certificates, too large ones, cut ones and none are refused")
    func hostile() throws {
        let root = try TestAuthority(root: "Root")
        let validator = ChainValidator(roots: try TrustRoots([EncodedCertificate(der: root.der)]))
        let leaf = try root.issue(names: Self.host).der
        func refuses(_ chain: [[UInt8]], _ code: TrustError.Code) {
            #expect(throws: TrustError(code, "")) { try validator.validate(chain, for: .server, of: nil, at: .now()) }
        }
        refuses([], .malformedCertificate)
        refuses(Array(repeating: leaf, count: Budget.chainCertificates + 1), .tooMuch)
        refuses([leaf + [UInt8](repeating: 0, count: Budget.certificateBytes)], .tooMuch)
        for length in 0..<leaf.count { refuses([Array(leaf.prefix(length))], .malformedCertificate) }
        // A thousand sequences within each other.
        var deep: [UInt8] = []
        for _ in 0..<1_000 {
            let length: [UInt8] = deep.count < 128 ? [] : [0x82, UInt8(deep.count >> 8)]
            deep = [0x30] + length + [UInt8(deep.count & 0xFF)] + deep
        }
        refuses([deep], .malformedCertificate)
        // What cannot be read above the leaf is passed over.
        _ = try validator.validate([leaf, deep, []], for: .server, of: nil, at: .now())
        for index in leaf.indices {
            var altered = leaf
            altered[index] ^= 0x10
            #expect(throws: TrustError.self) { try validator.validate([altered], for: .server, of: nil, at: .now()) }
        }
    }
}
