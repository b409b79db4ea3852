// Listings: filters, and cursors that stay true while certificates come and go.

public import PKIX

/// Which certificates a listing shows, in the order of expiry, then of issuance.
public struct CertificateQuery: Hashable, Sendable {
    /// Only certificates of this status at ``instant``.
    public var status: CertificateStatus?
    /// Only certificates whose first host is this.
    public var agent: String?
    /// Only certificates of this profile.
    public var profile: String?
    /// Only certificates whose notAfter lies before this.
    public var expiresBefore: CertificateTime?
    /// Only certificates after this place in the order.
    public var cursor: CertificateCursor?
    /// How many at most: 1 to ``Budget/pageSize``.
    public var limit: Int
    /// The instant at which the status is judged.
    public var instant: CertificateTime

    /// Creates a query without filters.
    public init(at instant: CertificateTime, limit: Int = Budget.pageSize) {
        self.instant = instant
        self.limit = min(max(limit, 1), Budget.pageSize)
    }
}

/// A place in the order of a listing: after the certificate with this notAfter and id.
public struct CertificateCursor: Hashable, Sendable, CustomStringConvertible {
    /// The notAfter of the last certificate shown, in seconds since 1970.
    public let notAfter: Int64
    /// The id of the last certificate shown.
    public let id: Int64

    /// Creates a cursor.
    public init(notAfter: Int64, id: Int64) {
        self.notAfter = notAfter
        self.id = id
    }

    /// The text that ``init(_:)`` reads; opaque to callers.
    public var description: String { String(self.notAfter, radix: 36) + "." + String(self.id, radix: 36) }

    /// Reads a cursor.
    ///
    /// - Throws: ``AuthorityError`` with `.invalidQuery` for text that no listing gave.
    public init(_ text: String) throws(AuthorityError) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, text.utf8.count <= 32, let notAfter = Int64(parts[0], radix: 36),
            let id = Int64(parts[1], radix: 36)
        else {
            throw AuthorityError(.invalidQuery, "the cursor is not one that a listing gave")
        }
        self.init(notAfter: notAfter, id: id)
    }
}

/// One page of a listing.
public struct CertificatePage: Hashable, Sendable {
    /// The certificates.
    public let certificates: [StoredCertificate]
    /// Where the next page begins; `nil` on the last one.
    public let next: CertificateCursor?

    /// Creates a page.
    public init(certificates: [StoredCertificate], next: CertificateCursor?) {
        self.certificates = certificates
        self.next = next
    }
}
