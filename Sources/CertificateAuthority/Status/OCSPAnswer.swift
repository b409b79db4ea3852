// What the responder hands to whoever speaks to relying parties.

public import PKIX

/// An OCSP response, ready to leave.
public struct OCSPAnswer: Sendable {
    /// What it says.
    public enum Outcome: Hashable, Sendable {
        case good
        case revoked
        case unknown
        /// A status alone, unsigned.
        case unauthorized
    }

    /// The DER of the OCSPResponse.
    public let response: [UInt8]
    /// What it says; of several certificates, the gravest.
    public let outcome: Outcome
    /// When it was made and since when it is true; `nil` when unsigned.
    public let thisUpdate: CertificateTime?
    /// Until when it may be relied on; `nil` when unsigned.
    public let nextUpdate: CertificateTime?
    /// Whether everyone who asks the same may be given it: a certificate's own answer, without a nonce.
    public let isCacheable: Bool

    static let unauthorized = OCSPAnswer(
        response: OCSPResponse.error(.unauthorized),
        outcome: .unauthorized,
        thisUpdate: nil,
        nextUpdate: nil,
        isCacheable: false
    )
}
