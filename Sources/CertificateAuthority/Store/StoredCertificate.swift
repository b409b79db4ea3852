// A certificate as the store has it.

public import PKIX

/// An issued certificate with what is known of it.
public struct StoredCertificate: Hashable, Sendable {
    /// The store's own number for it; rises with issuance.
    public let id: Int64
    /// The serial number.
    public let serialNumber: SerialNumber
    /// The name of the issuing CA.
    public let issuer: String
    /// The profile's name.
    public let profile: String
    /// The host that the certificate names first.
    public let agent: String?
    /// The names with their kinds, separated by spaces.
    public let names: String
    /// The actor that asked for it.
    public let requestedBy: String
    /// The first second of validity.
    public let notBefore: CertificateTime
    /// The last second of validity.
    public let notAfter: CertificateTime
    /// When it became durable.
    public let issuedAt: CertificateTime
    /// The DER of the certificate.
    public let certificate: [UInt8]
    /// Its revocation, if it is revoked.
    public let revocation: Revocation?

    /// Creates the value.
    public init(
        id: Int64,
        serialNumber: SerialNumber,
        issuer: String,
        profile: String,
        agent: String?,
        names: String,
        requestedBy: String,
        notBefore: CertificateTime,
        notAfter: CertificateTime,
        issuedAt: CertificateTime,
        certificate: [UInt8],
        revocation: Revocation?
    ) {
        self.id = id
        self.serialNumber = serialNumber
        self.issuer = issuer
        self.profile = profile
        self.agent = agent
        self.names = names
        self.requestedBy = requestedBy
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.issuedAt = issuedAt
        self.certificate = certificate
        self.revocation = revocation
    }

    /// The status at an instant: revoked goes before expired.
    public func status(at instant: CertificateTime) -> CertificateStatus {
        if self.revocation != nil { return .revoked }
        return instant > self.notAfter ? .expired : .valid
    }
}

/// Whether a certificate can be relied on.
public enum CertificateStatus: String, Hashable, Sendable, CaseIterable {
    /// Neither revoked nor expired.
    case valid
    /// Revoked, whether or not it has expired since.
    case revoked
    /// Not revoked, and past its notAfter.
    case expired
}

/// That a certificate is revoked, and why.
public struct Revocation: Hashable, Sendable {
    // Stored: a change here needs a migration.
    /// When it was revoked.
    public let revokedAt: CertificateTime
    /// Why.
    public let reason: RevocationReason
    /// Since when it should not be relied on (RFC 5280 §5.3.2), when that is known to be earlier.
    public let invalidityDate: CertificateTime?

    /// Creates a revocation.
    public init(revokedAt: CertificateTime, reason: RevocationReason, invalidityDate: CertificateTime?) {
        self.revokedAt = revokedAt
        self.reason = reason
        self.invalidityDate = invalidityDate
    }
}

/// What came of a revocation.
public enum RevocationOutcome: Hashable, Sendable {
    /// It is revoked now, and was not before.
    case revoked(StoredCertificate)
    /// It was revoked before; nothing has changed.
    case alreadyRevoked(StoredCertificate)
    /// No certificate has this serial number.
    case notFound
}
