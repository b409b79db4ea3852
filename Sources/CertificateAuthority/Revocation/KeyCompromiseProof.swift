// The proof that a private key is in the hands of whoever reports it: a signature with that key over a text that is good
// for nothing else. It names this authority and the key, so that it can be neither taken from another protocol nor used
// at another CA.

import Crypto
import CryptoExtras
import Foundation
public import PKIX

/// A signature with a key that is reported as compromised.
public struct KeyCompromiseProof: Hashable, Sendable {
    /// The key.
    public let publicKey: SubjectPublicKey
    /// Ed25519; ECDSA in DER with the hash of the curve's size; RSA PKCS#1 v1.5 or PSS with SHA-256.
    public let signature: [UInt8]

    /// Takes a proof, unchecked.
    ///
    /// - Throws: ``AuthorityError`` with `.invalidProof` for a signature beyond ``Budget/proofBytes``.
    public init(publicKey: SubjectPublicKey, signature: [UInt8]) throws(AuthorityError) {
        guard (1...Budget.proofBytes).contains(signature.count) else {
            throw AuthorityError(.invalidProof, "a signature has 1 to \(Budget.proofBytes) octets")
        }
        self.publicKey = publicKey
        self.signature = signature
    }

    /// The octets that are signed: three lines of ASCII, each with its line feed.
    ///
    /// ```
    /// signet key compromise v1
    /// SHA-256 of the root's certificate, in lower-case hexadecimal
    /// SHA-256 of the SubjectPublicKeyInfo, in lower-case hexadecimal
    /// ```
    public static func challenge(root: [UInt8], publicKeyHash: [UInt8]) -> [UInt8] {
        let root = Array(SHA256.hash(data: root)).hexadecimal
        return Array("signet key compromise v1\n\(root)\n\(publicKeyHash.hexadecimal)\n".utf8)
    }

    /// Verifies the signature.
    ///
    /// - Parameter root: the DER of the root's certificate.
    /// - Throws: ``AuthorityError`` with `.invalidProof`.
    public func verify(root: [UInt8]) throws(AuthorityError) {
        let challenge = Self.challenge(root: root, publicKeyHash: self.publicKey.sha256)
        guard self.isValid(over: challenge) else {
            throw AuthorityError(
                .invalidProof,
                "the proof is no signature with this key over the challenge, which ends in the key's SHA-256"
                    + " \(self.publicKey.sha256.hexadecimal)"
            )
        }
    }

    private func isValid(over challenge: [UInt8]) -> Bool {
        let (info, bytes) = (self.publicKey.subjectPublicKeyInfo, self.publicKey.keyBytes)
        switch self.publicKey.type {
        case .ed25519:
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)
            return key?.isValidSignature(self.signature, for: challenge) == true
        case .p256:
            let key = try? P256.Signing.PublicKey(derRepresentation: info)
            let signature = try? P256.Signing.ECDSASignature(derRepresentation: self.signature)
            return signature.flatMap { key?.isValidSignature($0, for: challenge) } == true
        case .p384:
            let key = try? P384.Signing.PublicKey(derRepresentation: info)
            let signature = try? P384.Signing.ECDSASignature(derRepresentation: self.signature)
            return signature.flatMap { key?.isValidSignature($0, for: challenge) } == true
        case .rsa:
            guard let key = try? _RSA.Signing.PublicKey(derRepresentation: info) else { return false }
            let signature = _RSA.Signing.RSASignature(rawRepresentation: self.signature)
            let digest = SHA256.hash(data: challenge)
            return key.isValidSignature(signature, for: digest, padding: .insecurePKCS1v1_5)
                || key.isValidSignature(signature, for: digest, padding: .PSS)
        }
    }
}
