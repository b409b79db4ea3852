// Which certificates a revocation of many is about.

public import PKIX

/// Certificates that are revoked together.
public enum RevocationSelection: Hashable, Sendable {
    /// Those whose first host is this.
    case agent(String)
    /// Those with this SHA-256 of their SubjectPublicKeyInfo.
    case publicKey(sha256: [UInt8])
    /// Those of the CA with this name.
    case issuer(String)
}

/// A page of the certificates that can still be revoked, in the order of expiry, then of issuance.
public struct RevocableQuery: Hashable, Sendable {
    /// Which certificates.
    public let selection: RevocationSelection
    /// Only those that have not expired at this instant.
    public let instant: CertificateTime
    /// Only those after this place in the order.
    public var cursor: CertificateCursor?
    /// How many at most: 1 to ``Budget/revocationBatch``.
    public let limit: Int

    /// Creates a query for the first page.
    public init(_ selection: RevocationSelection, at instant: CertificateTime, limit: Int = Budget.revocationBatch) {
        self.selection = selection
        self.instant = instant
        self.limit = min(max(limit, 1), Budget.revocationBatch)
    }
}

/// A page of serial numbers.
public struct RevocablePage: Hashable, Sendable {
    /// The serial numbers.
    public let serialNumbers: [SerialNumber]
    /// Where the next page begins; `nil` on the last one.
    public let next: CertificateCursor?

    /// Creates a page.
    public init(serialNumbers: [SerialNumber], next: CertificateCursor?) {
        self.serialNumbers = serialNumbers
        self.next = next
    }
}

/// What came of a release from hold.
public enum ReleaseOutcome: Hashable, Sendable {
    /// It was on hold, and is not any more.
    case released(StoredCertificate)
    /// It was not revoked; nothing has changed.
    case notRevoked(StoredCertificate)
    /// It is revoked for a reason that cannot be undone; nothing has changed.
    case revokedForGood(StoredCertificate)
    /// No certificate has this serial number.
    case notFound
}
