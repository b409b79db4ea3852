// A change of a certificate's status, and a revocation in force: what OCSP and CRLs are made of.

public import PKIX

/// An entry of the feed of changes.
public struct RevocationChange: Hashable, Sendable {
    // Stored: a change here needs a migration.
    /// What has happened to the certificate.
    public enum Kind: Int, Hashable, Sendable, CaseIterable {
        /// It was revoked or put on hold, or its hold became a revocation for another reason.
        case revoked = 0
        /// It was released from hold; a delta CRL says removeFromCRL.
        case released = 1
    }

    /// The place in the feed, from 1 on.
    public let position: Int64
    /// What has happened.
    public let kind: Kind
    /// The name of the issuing CA.
    public let issuer: String
    /// The shard of the certificate.
    public let shard: Int
    /// The serial number.
    public let serialNumber: SerialNumber
    /// The last second of the certificate's validity.
    public let notAfter: CertificateTime
    /// When it happened.
    public let at: CertificateTime
    /// The revocation: the one that began, or the hold that ended.
    public let revocation: Revocation

    /// Creates the value.
    public init(
        position: Int64,
        kind: Kind,
        issuer: String,
        shard: Int,
        serialNumber: SerialNumber,
        notAfter: CertificateTime,
        at: CertificateTime,
        revocation: Revocation
    ) {
        self.position = position
        self.kind = kind
        self.issuer = issuer
        self.shard = shard
        self.serialNumber = serialNumber
        self.notAfter = notAfter
        self.at = at
        self.revocation = revocation
    }
}

/// A certificate that is revoked now, as a CRL lists it.
public struct RevocationInForce: Hashable, Sendable {
    /// The serial number.
    public let serialNumber: SerialNumber
    /// The last second of the certificate's validity.
    public let notAfter: CertificateTime
    /// Since when and why it is revoked.
    public let revocation: Revocation

    /// Creates the value.
    public init(serialNumber: SerialNumber, notAfter: CertificateTime, revocation: Revocation) {
        self.serialNumber = serialNumber
        self.notAfter = notAfter
        self.revocation = revocation
    }
}
