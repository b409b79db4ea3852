// The private key of an issuer, wherever it lives.

public import PKIX

/// A key that signs certificates.
///
/// It may block its own threads, never the caller's.
public protocol CertificateSigner: Sendable {
    /// The public half.
    var subjectPublicKey: SubjectPublicKey { get }

    /// The octets of a certificate's `signatureValue` over a message.
    ///
    /// - Throws: `SigningError`; while the token is away, one that says when to come back.
    func signature(for message: [UInt8], scheme: SignatureScheme) async throws -> [UInt8]
}
