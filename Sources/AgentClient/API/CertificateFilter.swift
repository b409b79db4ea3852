// Which certificates a listing shows.

public import PKIX

/// The filters of `GET /v1/certificates`, whose values the server judges.
public struct CertificateFilter: Hashable, Sendable {
    /// `valid`, `revoked` or `expired`.
    public var status: String?
    /// The host that certificates name first.
    public var agent: String?
    /// The profile's name.
    public var profile: String?
    /// Only certificates whose notAfter lies before this.
    public var expiresBefore: CertificateTime?
    /// Where the page begins: ``CertificateListDocument/next`` of the page before.
    public var cursor: String?
    /// How many a page has at most.
    public var limit: Int?

    /// A filter that shows everything.
    public init() {}

    var query: [(String, String?)] {
        [
            ("status", self.status), ("agent", self.agent), ("profile", self.profile),
            ("expiresBefore", self.expiresBefore?.description), ("cursor", self.cursor),
            ("limit", self.limit.map(String.init)),
        ]
    }
}
