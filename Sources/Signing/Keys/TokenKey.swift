// A key pair on a token: what is public of it, and signatures by the rest.

public import Foundation
public import PKIX
public import X509

/// A key pair on a token.
///
/// Its existence proves that the token held exactly one private and one public key object of these names, and that
/// the public key is well formed. Whether an issuer may use it, ``requireUsable(for:)`` says.
public struct TokenKey: Sendable {
    /// The label (CKA_LABEL).
    public let label: String
    /// The identifier (CKA_ID).
    public let id: [UInt8]
    /// The algorithm with the curve or size.
    public let type: KeyType
    /// The public key.
    public let publicKey: Certificate.PublicKey
    /// The DER of the public key's SubjectPublicKeyInfo.
    public let subjectPublicKeyInfo: [UInt8]
    /// How well the token keeps the private key.
    public let protection: KeyProtection
    /// The token that holds the key.
    public let token: Token
    let timers: SignatureTimers

    /// Checks that an issuer may sign with the key for a certificate.
    ///
    /// - Parameter certificatePublicKey: The public key in the issuer's certificate.
    /// - Throws: ``SigningError/Code/keyNotProtected`` when the private key can leave the token or may not sign,
    ///   ``SigningError/Code/keyMismatch`` when the certificate has another public key.
    public func requireUsable(for certificatePublicKey: Certificate.PublicKey) throws(SigningError) {
        let name = keyName(label: self.label, id: self.id)
        if let complaint = self.protection.complaint {
            throw SigningError(
                .keyNotProtected,
                "the key with \(name) is refused: \(complaint); generate a new key on the token"
            )
        }
        guard certificatePublicKey == self.publicKey else {
            throw SigningError(
                .keyMismatch,
                "the certificate's public key is not that of the key with \(name): check the certificate's path and "
                    + "the key's label"
            )
        }
    }

    /// Signs a message.
    ///
    /// - Returns: The signatureValue of X.509: Ecdsa-Sig-Value in DER, 64 octets of Ed25519, or RSA's octets.
    /// - Throws: ``SigningError``; with ``SigningError/retryAfter`` when asking again helps.
    public func signature(for message: some DataProtocol, scheme: SignatureScheme) async throws -> [UInt8] {
        try self.checkFit(scheme)
        return try await self.signature(overInput: scheme.input(forMessage: Array(message)), scheme: scheme)
    }

    /// Signs with the scheme that is usual for the key.
    public func signature(for message: some DataProtocol) async throws -> [UInt8] {
        try await self.signature(for: message, scheme: .default(for: self.type))
    }

    /// Signs a message by its digest: for messages too large to hold, such as CRLs.
    ///
    /// ECDSA and RSA only.
    ///
    /// - Parameter digest: The digest that the scheme names, of the whole message.
    public func signature(overDigest digest: [UInt8], scheme: SignatureScheme) async throws -> [UInt8] {
        try self.checkFit(scheme)
        return try await self.signature(overInput: scheme.input(forDigest: digest), scheme: scheme)
    }

    private func signature(overInput input: [UInt8], scheme: SignatureScheme) async throws -> [UInt8] {
        try await self.token.withSession(recordingIn: self.timers, self.signing(input, scheme: scheme))
    }

    /// What a session does to sign.
    func signing(
        _ input: [UInt8],
        scheme: SignatureScheme
    ) -> @Sendable (TokenSession, Int) throws(SigningError) -> [UInt8] {
        let reference = KeyReference(label: self.label, id: self.id)
        let type = self.type
        return { (session, _) throws(SigningError) in
            let answer = try session.sign(input, key: reference, mechanism: scheme.mechanism)
            return try scheme.signatureValue(fromAnswer: answer, keyType: type)
        }
    }

    func checkFit(_ scheme: SignatureScheme) throws(SigningError) {
        guard scheme.fits(self.type) else {
            throw SigningError(.unsupportedScheme, "a \(self.type) key cannot sign with \(scheme.rawValue)")
        }
    }
}
