// What a store knows of a serial number, as of one commit.

public import PKIX

/// What is known of a serial number of an issuer.
public enum StatusRecord: Hashable, Sendable {
    /// The issuer has no certificate with this serial number; perhaps an issuance is under way or was abandoned.
    case neverIssued
    /// Issued and not revoked, though perhaps expired.
    case issued(notAfter: CertificateTime)
    /// Revoked or on hold, and perhaps expired.
    case revoked(Revocation, notAfter: CertificateTime)
}
