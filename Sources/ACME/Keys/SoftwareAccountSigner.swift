// Account keys in memory.

public import Crypto
public import CryptoExtras
public import JOSE
import X509

/// An account key outside of any token.
public struct SoftwareAccountSigner: AccountSigner {
    private enum Key: Sendable {
        case p256(P256.Signing.PrivateKey)
        case p384(P384.Signing.PrivateKey)
        case ed25519(Curve25519.Signing.PrivateKey)
        case rsa(_RSA.Signing.PrivateKey)
    }

    private let key: Key
    /// The public half of the key.
    public let webKey: JSONWebKey
    /// The algorithm.
    public let algorithm: JWSAlgorithm

    /// A key for ES256.
    ///
    /// - Throws: ``JOSE/JOSEError`` when the key has no form as a JSON Web Key.
    public init(_ key: P256.Signing.PrivateKey) throws(JOSEError) {
        self.key = .p256(key)
        self.webKey = try JSONWebKey(Certificate.PublicKey(key.publicKey))
        self.algorithm = .es256
    }

    /// A key for ES384.
    ///
    /// - Throws: ``JOSE/JOSEError`` when the key has no form as a JSON Web Key.
    public init(_ key: P384.Signing.PrivateKey) throws(JOSEError) {
        self.key = .p384(key)
        self.webKey = try JSONWebKey(Certificate.PublicKey(key.publicKey))
        self.algorithm = .es384
    }

    /// A key for EdDSA.
    ///
    /// - Throws: ``JOSE/JOSEError`` when the key has no form as a JSON Web Key.
    public init(_ key: Curve25519.Signing.PrivateKey) throws(JOSEError) {
        self.key = .ed25519(key)
        self.webKey = try JSONWebKey(Certificate.PublicKey(key.publicKey))
        self.algorithm = .edDSA
    }

    /// A key for RS256.
    ///
    /// - Throws: ``JOSE/JOSEError`` when the key has no form as a JSON Web Key.
    public init(_ key: _RSA.Signing.PrivateKey) throws(JOSEError) {
        self.key = .rsa(key)
        self.webKey = try JSONWebKey(Certificate.PublicKey(key.publicKey))
        self.algorithm = .rs256
    }

    /// A key in PEM: PKCS#8, SEC 1 or PKCS#1.
    ///
    /// - Throws: ``ACMEError`` with `.invalidRequest` when it is no key of these kinds.
    public init(pem: String) throws(ACMEError) {
        do {
            if let key = try? P256.Signing.PrivateKey(pemRepresentation: pem) {
                self = try Self(key)
                return
            }
            if let key = try? P384.Signing.PrivateKey(pemRepresentation: pem) {
                self = try Self(key)
                return
            }
            if let key = try? _RSA.Signing.PrivateKey(pemRepresentation: pem) {
                self = try Self(key)
                return
            }
        } catch {
            throw ACMEError(.invalidRequest, "the account key: \(error.reason)")
        }
        throw ACMEError(.invalidRequest, "the account key is no P-256, P-384 or RSA private key in PEM")
    }

    /// Signs octets.
    public func sign(_ bytes: [UInt8]) throws -> [UInt8] {
        switch self.key {
        case .p256(let key): Array(try key.signature(for: SHA256.hash(data: bytes)).rawRepresentation)
        case .p384(let key): Array(try key.signature(for: SHA384.hash(data: bytes)).rawRepresentation)
        case .ed25519(let key): Array(try key.signature(for: bytes))
        case .rsa(let key):
            Array(try key.signature(for: SHA256.hash(data: bytes), padding: .insecurePKCS1v1_5).rawRepresentation)
        }
    }
}

extension SoftwareAccountSigner: CustomStringConvertible, CustomReflectable {
    /// The name of the public half.
    public var description: String { "\(self.algorithm.rawValue) \(self.webKey.thumbprint)" }

    /// No children: the key is private.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
