// The signature algorithms (RFC 9421 §3.3), each bound to one kind of key. HMAC is not among them: nobody shares a secret
// with us.

import Crypto
import CryptoExtras
public import X509

/// An algorithm of a message signature, by its registered name.
public enum SignatureAlgorithm: String, Hashable, Sendable, CaseIterable {
    /// Ed25519.
    case ed25519
    /// ECDSA with P-256 and SHA-256.
    case ecdsaP256SHA256 = "ecdsa-p256-sha256"
    /// ECDSA with P-384 and SHA-384.
    case ecdsaP384SHA384 = "ecdsa-p384-sha384"
    /// RSASSA-PSS with SHA-512 and a salt of 64 octets.
    case rsaPSSSHA512 = "rsa-pss-sha512"
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    case rsaV15SHA256 = "rsa-v1_5-sha256"

    /// The algorithm that a key signs with when nothing else was agreed; nil when it has none.
    public static func preferred(for key: Certificate.PublicKey) -> SignatureAlgorithm? {
        Self.allCases.first { $0.suits(key) }
    }

    /// Whether the algorithm is one of the key's.
    public func suits(_ key: Certificate.PublicKey) -> Bool {
        switch self {
        case .ed25519: Curve25519.Signing.PublicKey(key) != nil
        case .ecdsaP256SHA256: P256.Signing.PublicKey(key) != nil
        case .ecdsaP384SHA384: P384.Signing.PublicKey(key) != nil
        case .rsaPSSSHA512, .rsaV15SHA256: _RSA.Signing.PublicKey(key) != nil
        }
    }

    /// Whether a signature is one of the key over the octets; false for keys that the algorithm does not suit.
    ///
    /// - Parameter signature: As RFC 9421 §3.3 has it: r ‖ s for ECDSA, never DER.
    public func isValid(_ signature: [UInt8], over bytes: [UInt8], under key: Certificate.PublicKey) -> Bool {
        switch self {
        case .ed25519:
            return Curve25519.Signing.PublicKey(key)?.isValidSignature(signature, for: bytes) ?? false
        case .ecdsaP256SHA256:
            guard let key = P256.Signing.PublicKey(key), signature.count == 64,
                let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature)
            else { return false }
            return key.isValidSignature(signature, for: SHA256.hash(data: bytes))
        case .ecdsaP384SHA384:
            guard let key = P384.Signing.PublicKey(key), signature.count == 96,
                let signature = try? P384.Signing.ECDSASignature(rawRepresentation: signature)
            else { return false }
            return key.isValidSignature(signature, for: SHA384.hash(data: bytes))
        case .rsaPSSSHA512:
            let signature = _RSA.Signing.RSASignature(rawRepresentation: signature)
            return _RSA.Signing.PublicKey(key)?
                .isValidSignature(signature, for: SHA512.hash(data: bytes), padding: .PSS) ?? false
        case .rsaV15SHA256:
            let signature = _RSA.Signing.RSASignature(rawRepresentation: signature)
            return _RSA.Signing.PublicKey(key)?
                .isValidSignature(signature, for: SHA256.hash(data: bytes), padding: .insecurePKCS1v1_5) ?? false
        }
    }
}
