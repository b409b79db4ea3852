// What a responder gives back.

public import PKIX

/// A signed OCSP response, or one that is a status alone.
public struct StatusAnswer: Sendable {
    /// What the answer says, for metrics.
    public enum Status: Int, Hashable, Sendable, CaseIterable {
        /// Not revoked.
        case good
        /// Revoked or on hold.
        case revoked
        /// The responder does not know the certificate.
        case unknown
        /// The responder has no authoritative record (RFC 9919).
        case unauthorized
    }

    /// The DER of the OCSPResponse.
    public let response: [UInt8]
    /// What it says; of several items, the gravest.
    public let status: Status
    /// When it was signed; `nil` when it is a status alone.
    public let producedAt: CertificateTime?
    /// From when it is true; `nil` when it is a status alone.
    public let thisUpdate: CertificateTime?
    /// Until when it may be relied on; `nil` when it is a status alone.
    public let nextUpdate: CertificateTime?
    /// Whether it may be given to whoever asks the same, until ``nextUpdate``.
    public let isCacheable: Bool

    /// Creates an answer.
    public init(
        response: [UInt8],
        status: Status,
        producedAt: CertificateTime?,
        thisUpdate: CertificateTime?,
        nextUpdate: CertificateTime?,
        isCacheable: Bool
    ) {
        self.response = response
        self.status = status
        self.producedAt = producedAt
        self.thisUpdate = thisUpdate
        self.nextUpdate = nextUpdate
        self.isCacheable = isCacheable
    }
}
