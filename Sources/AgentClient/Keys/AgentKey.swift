// An agent's private key (RFC 8410, RFC 5958, RFC 5915): made here, kept as PKCS#8, never sent anywhere.

import Crypto
import CryptoExtras
public import PKIX
import SwiftASN1
import X509

/// A private key; prints, dumps and reflects without the secret.
public struct AgentKey: Sendable {
    /// The public half, checked.
    public let publicKey: SubjectPublicKey
    let privateKey: Certificate.PrivateKey
    private let pkcs8: String

    /// The algorithm with its curve or size.
    public var type: KeyType { self.publicKey.type }

    /// The kinds of key that can be made.
    public static let types: [KeyType] = [
        .ed25519, .p256, .p384, .rsa(bits: 2_048), .rsa(bits: 3_072), .rsa(bits: 4_096),
    ]

    /// Makes a key with swift-crypto's generator; an RSA key of 4,096 bits takes seconds.
    ///
    /// - Throws: ``AgentClientError`` with `.invalidConfiguration` for other types than ``types``.
    public static func generate(_ type: KeyType) throws(AgentClientError) -> AgentKey {
        guard self.types.contains(type) else {
            let types = self.types.map(\.description).joined(separator: ", ")
            throw AgentClientError(.invalidConfiguration, "no key of type \(type) can be made; the types are \(types)")
        }
        do {
            switch type {
            case .ed25519:
                let key = Certificate.PrivateKey(Curve25519.Signing.PrivateKey())
                return try AgentKey(key, pkcs8: try key.serializeAsPEM().pemString)
            case .p256:
                let key = P256.Signing.PrivateKey()
                return try AgentKey(Certificate.PrivateKey(key), pkcs8: key.pemRepresentation)
            case .p384:
                let key = P384.Signing.PrivateKey()
                return try AgentKey(Certificate.PrivateKey(key), pkcs8: key.pemRepresentation)
            case .rsa(let bits):
                let key = try _RSA.Signing.PrivateKey(keySize: .init(bitCount: bits))
                return try AgentKey(Certificate.PrivateKey(key), pkcs8: key.pkcs8PEMRepresentation)
            }
        } catch {
            throw AgentClientError(.cryptographyFailed, "a \(type) key could not be made: \(error)")
        }
    }

    /// Reads a key as ``pem`` writes it.
    ///
    /// - Parameters:
    ///   - source: where it comes from, for messages.
    /// - Throws: ``AgentClientError`` with `.damagedEnrolment`. The reason holds nothing of the content.
    public init(pem text: String, source: String) throws(AgentClientError) {
        guard let document = try? PEMDocument(pemString: text), document.discriminator == "PRIVATE KEY",
            let key = try? Certificate.PrivateKey(pemDocument: document), let read = try? AgentKey(key, pkcs8: text)
        else {
            throw AgentClientError(
                .damagedEnrolment,
                "\(source) holds no private key in PKCS#8 PEM; enrol again with: signet agent enroll --force"
            )
        }
        self = read
    }

    /// Reads a key from a file that nobody else may read.
    ///
    /// - Throws: ``AgentClientError`` with `.exposedSecret`, or `.invalidConfiguration` for a file that is missing, too large or
    ///   holds no key in PKCS#8 PEM.
    public init(file path: String) throws(AgentClientError) {
        let octets = try SecretFile.load(path, what: "the key", limit: Budget.enrolmentFileBytes)
        do {
            try self.init(pem: String(decoding: octets, as: UTF8.self), source: path)
        } catch {
            throw AgentClientError(
                .invalidConfiguration,
                "\(path) holds no private key in PKCS#8 PEM (BEGIN PRIVATE KEY)"
            )
        }
    }

    private init(_ key: Certificate.PrivateKey, pkcs8: String) throws(PKIXError) {
        self.publicKey = try SubjectPublicKey(key.publicKey)
        self.privateKey = key
        self.pkcs8 = pkcs8.hasSuffix("\n") ? pkcs8 : pkcs8 + "\n"
    }

    /// The secret: PKCS#8 in PEM (RFC 5958, RFC 7468 §10), with a final line feed.
    public var pem: String { self.pkcs8 }
}

extension AgentKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The type, without the secret.
    public var description: String { "\(self.type) key" }

    /// The type, without the secret.
    public var debugDescription: String { self.description }

    /// The type, without the secret.
    public var customMirror: Mirror { Mirror(self, children: ["type": self.type]) }
}
