import Crypto
import PKIX
import SwiftASN1
import TestSupport
import Testing
import X509

@Suite("Public keys")
struct PublicKeyTests {
    @Test("keys of every admitted kind are taken, and their DER is kept", arguments: FixtureKey.subjects)
    func goodKeys(_ key: FixtureKey) throws {
        let publicKey = try SubjectPublicKey(key.certificateKey.publicKey)
        #expect(publicKey.subjectPublicKeyInfo == DERBytes.encoding(of: key.certificateKey.publicKey))
        #expect(try SubjectPublicKey(derEncoded: publicKey.subjectPublicKeyInfo) == publicKey)
        #expect(publicKey.sha256.count == 32)
    }

    @Test("kinds are told apart")
    func kinds() {
        #expect(FixtureKey.subjects.map(\.publicKey.type) == [.p256, .p384, .ed25519, .rsa(bits: 2_048)])
    }

    @Test("the key identifier is the first 160 bits of the SHA-256 of the BIT STRING's content (RFC 7093 §2)")
    func keyIdentifier() {
        let key = FixtureKey.ed25519.publicKey
        #expect(key.keyIdentifier == Array(SHA256.hash(data: key.keyBytes).prefix(20)))
        #expect(key.keyBytes == Array(key.subjectPublicKeyInfo.suffix(32)))
    }

    @Test(
        "key types read what they write",
        arguments: ["P-256", "P-384", "Ed25519", "RSA-2048", "RSA-3072", "RSA-4096"]
    )
    func keyTypeNames(_ name: String) {
        #expect(KeyType(name)?.description == name)
    }

    @Test(
        "other names are no key types",
        arguments: ["", "p-256", "P-521", "RSA", "RSA-", "RSA-02048", "RSA--1", "RSA-0", "RSA-+2048"]
    )
    func otherNames(_ name: String) {
        #expect(KeyType(name) == nil)
    }

    @Test("truncated keys are refused at every length", arguments: FixtureKey.subjects)
    func truncated(_ key: FixtureKey) {
        let bytes = key.publicKey.subjectPublicKeyInfo
        for length in 0..<bytes.count {
            #expect(
                code { () throws(PKIXError) in _ = try SubjectPublicKey(derEncoded: Array(bytes[..<length])) } != nil
            )
        }
    }

    @Test("trailing octets are refused", arguments: FixtureKey.subjects)
    func trailing(_ key: FixtureKey) {
        let bytes = key.publicKey.subjectPublicKeyInfo + [0]
        #expect(code { () throws(PKIXError) in _ = try SubjectPublicKey(derEncoded: bytes) } == .malformed)
    }
}
