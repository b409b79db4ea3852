// The signature algorithms (RFC 7518 §3, RFC 8037 §3.1, RFC 9864), each bound to one kind of key. What has no case here,
// `none` and the HMACs first of all, cannot be asked for.

import Crypto
import CryptoExtras
public import X509

/// An algorithm of a JWS.
public enum JWSAlgorithm: String, Hashable, Sendable, CaseIterable {
    /// Ed25519 by the name of RFC 8037.
    case edDSA = "EdDSA"
    /// Ed25519 by the name of RFC 9864.
    case ed25519 = "Ed25519"
    /// ECDSA with P-256 and SHA-256.
    case es256 = "ES256"
    /// ECDSA with P-384 and SHA-384.
    case es384 = "ES384"
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    case rs256 = "RS256"
    /// RSASSA-PSS with SHA-256.
    case ps256 = "PS256"

    /// All of them.
    public static let all = Set(Self.allCases)

    /// The algorithm that a key signs with when nothing else was agreed: EdDSA, ES256, ES384 or PS256; nil when it has none.
    public static func preferred(for key: Certificate.PublicKey) -> JWSAlgorithm? {
        [.edDSA, .es256, .es384, .ps256].first { $0.suits(key) }
    }

    /// Whether the algorithm is one of the key's.
    public func suits(_ key: Certificate.PublicKey) -> Bool {
        switch self {
        case .edDSA, .ed25519: Curve25519.Signing.PublicKey(key) != nil
        case .es256: P256.Signing.PublicKey(key) != nil
        case .es384: P384.Signing.PublicKey(key) != nil
        case .rs256, .ps256: _RSA.Signing.PublicKey(key) != nil
        }
    }

    /// Whether a signature is one of the key over the octets; false for keys that the algorithm does not suit.
    ///
    /// - Parameter signature: As RFC 7518 §3.4 has it: r ‖ s for ECDSA, never DER.
    public func isValid(_ signature: [UInt8], over bytes: [UInt8], under key: Certificate.PublicKey) -> Bool {
        switch self {
        case .edDSA, .ed25519:
            return Curve25519.Signing.PublicKey(key)?.isValidSignature(signature, for: bytes) ?? false
        case .es256:
            guard let key = P256.Signing.PublicKey(key), signature.count == 64,
                let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature)
            else { return false }
            return key.isValidSignature(signature, for: SHA256.hash(data: bytes))
        case .es384:
            guard let key = P384.Signing.PublicKey(key), signature.count == 96,
                let signature = try? P384.Signing.ECDSASignature(rawRepresentation: signature)
            else { return false }
            return key.isValidSignature(signature, for: SHA384.hash(data: bytes))
        case .rs256, .ps256:
            let padding = self == .ps256 ? _RSA.Signing.Padding.PSS : .insecurePKCS1v1_5
            return _RSA.Signing.PublicKey(key)?.isValidSignature(
                _RSA.Signing.RSASignature(rawRepresentation: signature),
                for: SHA256.hash(data: bytes),
                padding: padding
            ) ?? false
        }
    }

    /// The signature of a certificate's form (RFC 3279: DER for ECDSA) as a JWS has it.
    ///
    /// - Throws: ``JOSEError`` with `.malformedSignature` when an ECDSA signature is not DER.
    public func signature(fromCertificateForm signature: [UInt8]) throws(JOSEError) -> [UInt8] {
        let raw: [UInt8]?
        switch self {
        case .es256:
            raw = (try? P256.Signing.ECDSASignature(derRepresentation: signature)).map { Array($0.rawRepresentation) }
        case .es384:
            raw = (try? P384.Signing.ECDSASignature(derRepresentation: signature)).map { Array($0.rawRepresentation) }
        case .edDSA, .ed25519, .rs256, .ps256: raw = signature
        }
        guard let raw else { throw JOSEError(.malformedSignature, "the \(self.rawValue) signature is not in DER") }
        return raw
    }
}
