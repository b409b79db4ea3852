// Signing notes: the private key is elsewhere, on a token as a rule; here it is a port.

/// A key that signs checkpoints.
///
/// It signs what it is given, without a look at it: whoever calls has checked. It may be called from several tasks at once.
public protocol CheckpointSigner: Sendable {
    /// The public half, with the name that stands in signature lines.
    var key: VerifierKey { get }

    /// The signature over a message: 64 octets for Ed25519 (RFC 8032), DER for ECDSA, which is over the message's SHA-256.
    func sign(_ message: [UInt8]) async throws -> [UInt8]
}

extension CheckpointSigner {
    /// Signs a note's text; the signature is verified before it is returned.
    ///
    /// - Parameter time: Seconds since 1970, for keys that cosign; others ignore it.
    /// - Throws: ``LogError`` with `.signingFailed`, or what the signer throws.
    public func signature(over text: [UInt8], time: Int) async throws -> NoteSignature {
        let blob: [UInt8]
        if self.key.algorithm == .cosignature {
            let signature = try await self.sign(Cosignature.message(text, time: time))
            blob = Cosignature(time: time, signature: signature).blob
        } else {
            blob = try await self.sign(text)
        }
        let signature = try NoteSignature(name: self.key.name, keyID: self.key.keyID, blob: blob)
        guard self.key.isValid(signature, over: text) else {
            throw LogError(.signingFailed, "the signer of '\(self.key.name)' gave what its public key does not verify")
        }
        return signature
    }
}
