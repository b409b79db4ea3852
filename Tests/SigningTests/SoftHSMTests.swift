// Against SoftHSM: every type of key, as openssl and swift-crypto see its signatures.

import Foundation
import PKIX
import Signing
import SwiftASN1
import TestSupport
import Testing
import X509

@Suite("Keys on SoftHSM")
struct SoftHSMTests {
    static let schemes: [(KeyType, SignatureScheme, [String])] = [
        (.p256, .ecdsaSHA256, ["dgst", "-sha256"]),
        (.p384, .ecdsaSHA384, ["dgst", "-sha384"]),
        (.ed25519, .ed25519, ["pkeyutl", "-rawin"]),
        (.rsa(bits: 3_072), .rsaPKCS1SHA256, ["dgst", "-sha256"]),
        (.rsa(bits: 3_072), .rsaPSSSHA256, pssArguments),
        (.rsa(bits: 4_096), .rsaPSSSHA256, pssArguments),
    ]

    static let pssArguments = [
        "dgst", "-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32", "-sigopt",
        "rsa_mgf1_md:sha256",
    ]

    @Test("a signature of each scheme verifies with openssl, and not over another message", arguments: schemes)
    func opensslVerifies(type: KeyType, scheme: SignatureScheme, arguments: [String]) async throws {
        try await withSoftHSMToken { token, _ in
            let key = try await token.generateKeyPair(type, label: "issuing", id: [1])
            #expect(key.type == type)
            let message = Array("to be signed".utf8)
            let signature = try await key.signature(for: message, scheme: scheme)
            #expect(try opensslVerify(arguments, key: key, message: message, signature: signature))
            #expect(try !opensslVerify(arguments, key: key, message: message + [0], signature: signature))
        }
    }

    @Test(
        "a signature over a digest is one over the message",
        arguments: [schemes[0], schemes[1], schemes[3], schemes[4]]
    )
    func overDigest(type: KeyType, scheme: SignatureScheme, arguments: [String]) async throws {
        try await withSoftHSMToken { token, _ in
            let key = try await token.generateKeyPair(type, label: "issuing", id: [1])
            let message = Array("a long list".utf8)
            let signature = try await key.signature(overDigest: digest(message, for: scheme), scheme: scheme)
            #expect(try opensslVerify(arguments, key: key, message: message, signature: signature))
        }
    }

    @Test("a digest is refused for Ed25519, and one of the wrong length for all")
    func refusedDigests() async throws {
        try await withSoftHSMToken { token, _ in
            let edwards = try await token.generateKeyPair(.ed25519, label: "log", id: [1])
            let p256 = try await token.generateKeyPair(.p256, label: "issuing", id: [2])
            let digest = [UInt8](repeating: 1, count: 32)
            await #expect(throws: SigningError(.unsupportedScheme, "")) {
                try await edwards.signature(overDigest: digest, scheme: .ed25519)
            }
            await #expect(throws: SigningError(.unsupportedScheme, "")) {
                try await p256.signature(overDigest: Array(digest.dropLast()), scheme: .ecdsaSHA256)
            }
            await #expect(throws: SigningError(.unsupportedScheme, "")) {
                try await p256.signature(for: digest, scheme: .ecdsaSHA384)
            }
        }
    }

    @Test(
        "a key is found again by label and by id, with the same public key",
        arguments: [KeyType.p256, .p384, .ed25519]
    )
    func found(type: KeyType) async throws {
        try await withSoftHSMToken { token, _ in
            let made = try await token.generateKeyPair(type, label: "issuing", id: [0xAB, 0])
            let other = try await token.generateKeyPair(type, label: "other", id: [0xAB, 1])
            #expect(try await token.key(label: "issuing") == made)
            #expect(try await token.key(id: [0xAB, 0]) == made)
            #expect(try await token.key(PKCS11URI("pkcs11:object=other;id=%ab%01")) == other)
            #expect(made != other)
            #expect(made.id == [0xAB, 0])
            var serializer = DER.Serializer()
            try serializer.serialize(made.publicKey)
            #expect(serializer.serializedBytes == made.subjectPublicKeyInfo)
            await #expect(throws: SigningError(.keyNotFound, "")) { try await token.key(label: "none") }
            await #expect(throws: SigningError(.keyNotFound, "")) { try await token.key(label: "issuing", id: [9]) }
            await #expect(throws: SigningError(.keyNotFound, "")) { try await token.key() }
        }
    }

    @Test("a second key with the label or the identifier of another is refused")
    func duplicates() async throws {
        try await withSoftHSMToken { token, _ in
            _ = try await token.generateKeyPair(.p256, label: "issuing", id: [1])
            await #expect(throws: SigningError(.keyExists, "")) {
                try await token.generateKeyPair(.p256, label: "issuing", id: [2])
            }
            await #expect(throws: SigningError(.keyExists, "")) {
                try await token.generateKeyPair(.ed25519, label: "other", id: [1])
            }
            await #expect(throws: SigningError(.unsupportedKey, "")) {
                try await token.generateKeyPair(.rsa(bits: 2_048), label: "weak", id: [3])
            }
        }
    }

    @Test(
        "the token itself says that the key is sensitive, not extractable, and signs only",
        arguments: [KeyType.p256, .p384, .ed25519, .rsa(bits: 3_072)]
    )
    func attributes(type: KeyType) async throws {
        try await withSoftHSMToken { token, softHSM in
            let key = try await token.generateKeyPair(type, label: "issuing", id: [1])
            #expect(!key.protection.isExtractable && key.protection.isSensitive)
            #expect(key.protection.wasNeverExtractable && key.protection.wasAlwaysSensitive && key.protection.maySign)
            let values = try privateAttributes(of: key, softHSM)
            #expect(values.bool(.private) == true && values.bool(.token) == true)
            #expect(values.bool(.sensitive) == true && values.bool(.extractable) == false)
            #expect(values.bool(.sign) == true)
            for forbidden in [AttributeType.decrypt, .unwrap, .derive, .signRecover] {
                #expect(values.bool(forbidden) != true)
            }
            // The value itself: CKR_ATTRIBUTE_SENSITIVE.
            #expect(values.bytes(.value) == nil)
        }
    }

    @Test("pkcs11-tool finds the key, and sees it as we do")
    func otherProgram() async throws {
        try await withSoftHSMToken { token, softHSM in
            _ = try await token.generateKeyPair(.p256, label: "issuing", id: [0x0C])
            let arguments = ["--token-label", softHSM.label, "--login", "--pin", softHSM.pinText, "-O"]
            let output = try run(
                "pkcs11-tool",
                ["--module", SoftHSMFixture.libraryPath] + arguments,
                environment: ["SOFTHSM2_CONF": SoftHSMFixture.configuration().path]
            )
            #expect(output.status == 0)
            #expect(output.text.contains("never extractable"))
            #expect(output.text.contains("Usage:      sign\n"))
            #expect(output.text.contains("issuing"))
        }
    }

    private func privateAttributes(of key: TokenKey, _ softHSM: SoftHSMToken) throws -> AttributeValues {
        let module = softHSM.module
        let slot = try #require(
            try module.slots().first { try softHSM.uri.matches(slot: $0, token: module.tokenInfo(slot: $0)) }
        )
        let session = try module.openSession(slot: slot, readWrite: false)
        defer { try? module.closeSession(session) }
        // The login of the Token under test is the process's, and so this session's too.
        let template = [Attribute.class(.privateKey), Attribute(.label, key.label)]
        let object = try #require(try module.findObjects(session: session, template: template, limit: 2).first)
        let types: [AttributeType] = [
            .private, .token, .sensitive, .extractable, .sign, .decrypt, .unwrap, .derive, .signRecover, .value,
        ]
        return try module.attributes(session: session, object: object, types: types)
    }
}
