import PKIX
import SwiftASN1
import TestSupport
import Testing

@Suite("Signature schemes")
struct SignatureSchemeTests {
    /// Arguments with which `openssl req -x509` signs by the scheme.
    static func opensslArguments(_ scheme: SignatureScheme) -> (key: [String], signing: [String]) {
        switch scheme {
        case .ecdsaSHA256: (["EC", "-pkeyopt", "ec_paramgen_curve:P-256"], ["-sha256"])
        case .ecdsaSHA384: (["EC", "-pkeyopt", "ec_paramgen_curve:P-384"], ["-sha384"])
        case .ed25519: (["ed25519"], [])
        case .rsaPKCS1SHA256: (["RSA", "-pkeyopt", "rsa_keygen_bits:2048"], ["-sha256"])
        case .rsaPSSSHA256:
            (
                ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
                ["-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"]
            )
        }
    }

    @Test("the AlgorithmIdentifier is what openssl writes", arguments: SignatureScheme.allCases)
    func algorithmIdentifier(_ scheme: SignatureScheme) throws {
        let folder = try TemporaryFolder()
        let (key, signing) = Self.opensslArguments(scheme)
        try folder.run(["openssl", "genpkey", "-out", "key.pem", "-algorithm"] + key)
        try folder.run(
            [
                "openssl", "req", "-x509", "-new", "-key", "key.pem", "-subj", "/CN=a", "-outform", "DER", "-out",
                "a.der",
            ]
                + signing
        )
        guard case .constructed(let nodes) = try DER.parse(try folder.read("a.der")).content else {
            Issue.record("not a certificate")
            return
        }
        #expect(Array(Array(nodes)[1].encodedBytes) == scheme.algorithmIdentifier)
    }

    @Test("a scheme fits its own kind of key, which picks it unless told otherwise")
    func fits() {
        for type in [KeyType.p256, .p384, .ed25519, .rsa(bits: 3_072)] {
            let fitting = SignatureScheme.allCases.filter { $0.fits(type) }
            #expect(fitting.contains(SignatureScheme.default(for: type)))
            #expect(fitting.count == (type == .rsa(bits: 3_072) ? 2 : 1))
        }
    }
}
