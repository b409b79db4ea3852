import Crypto
import PKIX
import Signing
import TestSupport
import Testing
import X509

@testable import CertificateAuthority

@Suite("An issuer's key on a token")
struct TokenSignerTests {
    /// A token in memory, with faults, and a key on it.
    private struct Setup {
        let software = SoftwareCryptoki()
        let module: FaultInjectingCryptoki
        let token: Token
        let publicKey: SubjectPublicKey

        init(_ type: KeyType = .p256) async throws {
            self.module = FaultInjectingCryptoki(self.software)
            self.token = try Self.open(self.module)
            try await self.token.ready()
            let key = try await self.token.generateKeyPair(type, label: "agents", id: [1])
            self.publicKey = try SubjectPublicKey(key.publicKey)
        }

        static func open(_ module: any Cryptoki) throws -> Token {
            var configuration = TokenConfiguration()
            configuration.sessions = 1
            configuration.probeDelay = .milliseconds(10)
            configuration.maximumProbeDelay = .milliseconds(50)
            return Token(
                module: module,
                uri: try SoftwareCryptoki.uri(),
                pin: try SoftwareCryptoki.pin(),
                configuration: configuration,
                clock: ContinuousClock(),
                logger: .silent
            )
        }

        func signer(_ publicKey: SubjectPublicKey? = nil, label: String = "agents") -> TokenSigner {
            TokenSigner(token: self.token, label: label, publicKey: publicKey ?? self.publicKey)
        }
    }

    @Test("it signs what libcrypto accepts as an issuer's", arguments: [KeyType.p256, .p384, .ed25519])
    func signs(_ type: KeyType) async throws {
        let setup = try await Setup(type)
        let signer = setup.signer()
        let bench = try await Bench()
        var application = Authorities.application("issuing-ca", setup.publicKey, "On a token")
        application.requester = .system
        let pipeline = IssuancePipeline(store: bench.store, environment: bench.environment, logger: .silent)
        let template = try CertificateTemplate(profile: Shipped.profile("issuing-ca"), issuer: bench.root)
        let stored = try await pipeline.issue(application, from: template, by: SigningParty(bench.root)).certificate
        let issuer = try Issuer(
            name: "agents",
            certificate: stored.certificate,
            signer: signer,
            addresses: Bench.addresses
        )
        let authority = try IssuingAuthority(
            root: bench.root.certificateBytes,
            issuers: [issuer],
            profiles: [Shipped.profile("agent-tls")],
            store: bench.store,
            environment: bench.environment,
            logger: .silent
        )
        let issued = try await authority.issue(bench.application())
        try IndependentVerifier(issuerKey: setup.publicKey).check(issued.stored.certificate)
        try await checkStore(bench.store, answered: [issued])
        await setup.token.shutdown()
    }

    @Test(
        "a key that can leave the token, can be read, or may not sign, signs nothing",
        arguments: [(AttributeType.extractable, UInt8(1)), (.sensitive, 0), (.sign, 0)]
    )
    func unprotected(_ attribute: AttributeType, _ value: UInt8) async throws {
        let setup = try await Setup()
        setup.module.answerAttribute(attribute, with: [value])
        let signer = setup.signer()
        await #expect(throws: SigningError(.keyNotProtected, "")) { try await signer.resolve() }
        await #expect(throws: SigningError(.keyNotProtected, "")) {
            try await signer.signature(for: [1, 2, 3], scheme: .ecdsaSHA256)
        }
        #expect(setup.module.signed.isEmpty)
        await setup.token.shutdown()
    }

    @Test("a key that is not the certificate's signs nothing", arguments: [KeyType.p256, .p384])
    func mismatch(_ type: KeyType) async throws {
        let setup = try await Setup()
        let signer = setup.signer(.fresh(type))
        await #expect(throws: SigningError(.keyMismatch, "")) {
            try await signer.signature(for: [1, 2, 3], scheme: .ecdsaSHA256)
        }
        #expect(setup.module.signed.isEmpty)
        await setup.token.shutdown()
    }

    @Test("a key that is not on the token is not found, and is found once it is there")
    func appears() async throws {
        let setup = try await Setup()
        let missing = setup.signer(label: "later")
        await #expect(throws: SigningError(.keyNotFound, "")) { try await missing.resolve() }
        let key = try await setup.token.generateKeyPair(.p256, label: "later", id: [2])
        let signer = setup.signer(try SubjectPublicKey(key.publicKey), label: "later")
        #expect(try await signer.resolve().label == "later")
        await setup.token.shutdown()
    }

    @Test("while the token is away it says when to come back; when the token is there it looks the key up, once")
    func lazily() async throws {
        let setup = try await Setup()
        await setup.token.shutdown()
        setup.software.unplug()
        let token = try Setup.open(setup.module)
        let signer = TokenSigner(token: token, label: "agents", publicKey: setup.publicKey)
        #expect(signer.subjectPublicKey == setup.publicKey)
        let error = await #expect(throws: SigningError.self) {
            try await signer.signature(for: [1, 2, 3], scheme: .ecdsaSHA256)
        }
        #expect(error?.code == .unavailable)
        #expect(AuthorityError(signing: error ?? SigningError(.shutDown, "")).code == .unavailable)

        setup.software.plug()
        try await token.ready()
        let signature = try await signer.signature(for: [1, 2, 3], scheme: .ecdsaSHA256)
        let lookups = setup.module.calls(.attributes)
        _ = try await signer.signature(for: [4, 5, 6], scheme: .ecdsaSHA256)
        #expect(setup.module.calls(.attributes) == lookups)
        let key = try #require(P256.Signing.PublicKey(setup.publicKey.certificateKey))
        let parsed = try P256.Signing.ECDSASignature(derRepresentation: signature)
        #expect(key.isValidSignature(parsed, for: [1, 2, 3] as [UInt8]))
        await token.shutdown()
    }

    @Test("a scheme that the key cannot do is refused")
    func scheme() async throws {
        let setup = try await Setup()
        let signer = setup.signer()
        await #expect(throws: SigningError(.unsupportedScheme, "")) {
            try await signer.signature(for: [1], scheme: .ed25519)
        }
        await setup.token.shutdown()
    }
}
