// The private key of an issuer, wherever it lives.

public import PKIX

/// A key that signs certificates, CRLs and OCSP responses.
///
/// It may block its own threads, never the caller's.
public protocol CertificateSigner: Sendable {
    /// The public half.
    var subjectPublicKey: SubjectPublicKey { get }

    /// The octets of a `signatureValue` over a message.
    ///
    /// - Throws: `SigningError`; while the token is away, one that says when to come back.
    func signature(for message: [UInt8], scheme: SignatureScheme) async throws -> [UInt8]

    /// The octets of a `signatureValue` over a message of which only the digest is at hand: a CRL is never whole in memory.
    ///
    /// - Parameter digest: the digest that the scheme names, of the whole message; ECDSA and RSA only.
    /// - Throws: as ``signature(for:scheme:)``.
    func signature(overDigest digest: [UInt8], scheme: SignatureScheme) async throws -> [UInt8]
}
