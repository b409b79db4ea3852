import Foundation
import PKIX
import Testing
import X509

@testable import CertificateAuthority

@Suite("Issuers of every kind of key")
struct IssuerKindTests {
    static let kinds: [(KeyType, SignatureScheme, String)] = [
        (.p256, .ecdsaSHA256, "ecdsa-with-SHA256"),
        (.p384, .ecdsaSHA384, "ecdsa-with-SHA384"),
        (.ed25519, .ed25519, "ED25519"),
        (.rsa(bits: 3_072), .rsaPKCS1SHA256, "sha256WithRSAEncryption"),
        (.rsa(bits: 3_072), .rsaPSSSHA256, "rsassaPss"),
    ]

    @Test("each signs, libcrypto accepts, and openssl verifies the chain", arguments: Self.kinds)
    func signs(_ type: KeyType, _ scheme: SignatureScheme, _ name: String) async throws {
        let bench = try await Bench(issuer: type, scheme: scheme, at: Date())
        let issued = try await bench.issue()
        try IndependentVerifier(issuerKey: bench.signer.subjectPublicKey).check(issued.stored.certificate)
        try await checkStore(bench.store, answered: [issued])

        let directory = try TemporaryDirectory()
        let root = try directory.write([bench.root.certificateBytes], to: "root.pem")
        let issuing = try directory.write(issued.chain, to: "issuing.pem")
        let leaf = try directory.write([issued.stored.certificate], to: "leaf.pem")
        let verified = try run(
            ["openssl", "verify", "-x509_strict", "-CAfile", root, "-untrusted", issuing, leaf],
            in: directory
        )
        #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
        let text = try run(["openssl", "x509", "-noout", "-text", "-in", leaf], in: directory)
        #expect(text.output.contains("Signature Algorithm: \(name)"))
    }

    @Test("a scheme that the issuer's key cannot do is refused")
    func unfit() async throws {
        await #expect(throws: AuthorityError(.invalidHierarchy, "")) {
            try await Bench(issuer: .p256, scheme: .rsaPSSSHA256)
        }
    }

    @Test("an issuer whose key is not that of its certificate is refused")
    func otherKey() async throws {
        let bench = try await Bench()
        let error = #expect(throws: AuthorityError.self) {
            try Issuer(
                name: "agents",
                certificate: bench.issuer.certificateBytes,
                signer: SoftwareSigner(.p256),
                addresses: Bench.addresses
            )
        }
        #expect(error?.code == .invalidHierarchy)
        #expect(error?.reason.contains("does not match the public key of its certificate") == true)
    }

    @Test("the certificate of an end entity, or no certificate at all, makes no issuer")
    func notACA() async throws {
        let bench = try await Bench()
        let signer = SoftwareSigner(.p256)
        let leaf = try await bench.authority.issue(bench.application(key: signer.subjectPublicKey)).stored.certificate
        for bytes in [leaf, [], Array(bench.issuer.certificateBytes.dropLast())] {
            #expect(throws: AuthorityError(.invalidHierarchy, "")) {
                try Issuer(name: "agents", certificate: bytes, signer: signer, addresses: Bench.addresses)
            }
        }
    }

    @Test("the chain of an issuer goes up to, and without, the root")
    func chain() async throws {
        let bench = try await Bench()
        #expect(bench.issuer.chain == [bench.issuer.certificateBytes])
        #expect(bench.root.chain.isEmpty)
    }
}
