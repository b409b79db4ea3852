// Keys of fixtures: real ones, made once a process, with the private halves at hand so that tests can sign.

public import Crypto
public import CryptoExtras
import Foundation
public import PKIX
public import X509

/// A key pair in software.
public enum FixtureKey: Sendable {
    case p256(P256.Signing.PrivateKey)
    case p384(P384.Signing.PrivateKey)
    case ed25519(Curve25519.Signing.PrivateKey)
    case rsa(_RSA.Signing.PrivateKey)

    /// The key of the fixtures' root.
    public static let root = FixtureKey.p384(P384.Signing.PrivateKey())
    /// The key of the fixtures' issuing CA.
    public static let issuing = FixtureKey.p256(P256.Signing.PrivateKey())
    /// A subject's key.
    public static let p256 = FixtureKey.p256(P256.Signing.PrivateKey())
    /// A subject's key.
    public static let p384 = FixtureKey.p384(P384.Signing.PrivateKey())
    /// A subject's key.
    public static let ed25519 = FixtureKey.ed25519(Curve25519.Signing.PrivateKey())
    /// A subject's key of 2048 bits.
    public static let rsa2048 = FixtureKey.rsa(try! _RSA.Signing.PrivateKey(keySize: .bits2048))

    /// One subject's key of each kind.
    public static var subjects: [FixtureKey] { [.p256, .p384, .ed25519, .rsa2048] }

    /// The key pair as swift-certificates takes it.
    public var certificateKey: Certificate.PrivateKey {
        switch self {
        case .p256(let key): Certificate.PrivateKey(key)
        case .p384(let key): Certificate.PrivateKey(key)
        case .ed25519(let key): Certificate.PrivateKey(key)
        case .rsa(let key): Certificate.PrivateKey(key)
        }
    }

    /// The checked public half.
    public var publicKey: SubjectPublicKey { try! SubjectPublicKey(self.certificateKey.publicKey) }

    /// Signs as certificates are signed with the scheme.
    public func signature(over bytes: [UInt8], scheme: SignatureScheme) throws -> [UInt8] {
        switch self {
        case .p256(let key): Array(try key.signature(for: SHA256.hash(data: bytes)).derRepresentation)
        case .p384(let key): Array(try key.signature(for: SHA384.hash(data: bytes)).derRepresentation)
        case .ed25519(let key): Array(try key.signature(for: bytes))
        case .rsa(let key):
            Array(
                try key.signature(
                    for: SHA256.hash(data: bytes),
                    padding: scheme == .rsaPSSSHA256 ? .PSS : .insecurePKCS1v1_5
                ).rawRepresentation
            )
        }
    }
}
