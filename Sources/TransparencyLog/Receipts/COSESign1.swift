// One signature of COSE (RFC 9052 §4.2): ES256, made by a key that may be on a token.

import Crypto

/// COSE_Sign1 messages.
enum COSESign1 {
    /// RFC 9052 §2: the CBOR tag of COSE_Sign1.
    private static let tag: UInt64 = 18
    /// RFC 9053 §2.1: ECDSA with SHA-256.
    static let es256 = CBORValue.integer(-7)

    /// Signs a payload.
    ///
    /// - Parameter isDetached: whether the payload stays outside of the message.
    /// - Throws: ``LogError`` with `.signingFailed` for a key that is not P-256, or for a signature that is not its own.
    static func sign(
        _ payload: [UInt8],
        protected: CBORValue,
        unprotected: CBORValue,
        isDetached: Bool = false,
        with signer: any CheckpointSigner
    ) async throws -> [UInt8] {
        guard signer.key.algorithm == .ecdsaP256 else {
            throw LogError(.signingFailed, "receipts and status tokens are signed by a P-256 key")
        }
        // RFC 9052 §4.4: Sig_structure = [context, body_protected, external_aad, payload].
        let header = protected.encoded
        let message = CBORValue.array([.text("Signature1"), .bytes(header), .bytes([]), .bytes(payload)]).encoded
        let signature = try await signer.sign(message)
        guard signer.key.isValid(signature, of: message),
            let parsed = try? P256.Signing.ECDSASignature(derRepresentation: signature)
        else { throw LogError(.signingFailed, "the signer gave what its public key does not verify") }
        // RFC 9053 §2.1: the signature is r ‖ s, each as long as the key.
        let body: [CBORValue] = [
            .bytes(header), unprotected, isDetached ? .null : .bytes(payload), .bytes(Array(parsed.rawRepresentation)),
        ]
        return CBORValue.array(body).encoded(tag: self.tag)
    }
}
