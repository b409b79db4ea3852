// Everything of a CRL that is not an entry (RFC 5280 §5.1.2, §5.2).

public import X509

/// Which certificates of the issuer a list is about.
public enum CRLScope: Hashable, Sendable {
    /// All of them.
    case full
    /// Those whose cRLDistributionPoints names this address (RFC 5280 §5.2.5).
    case shard(uri: String)
}

/// The fields of a CRL.
public struct CRLHead: Hashable, Sendable {
    /// The issuer's subject.
    public var issuer: DistinguishedName
    /// How it will be signed.
    public var scheme: SignatureScheme
    /// When the list is made.
    public var thisUpdate: CertificateTime
    /// When the next one will be there at the latest.
    public var nextUpdate: CertificateTime
    /// The CRL number: rises with every list of the issuer and scope, full ones and deltas in one sequence.
    public var number: Int64
    /// The issuer's subject key identifier.
    public var authorityKeyIdentifier: [UInt8]
    /// Which certificates it is about.
    public var scope: CRLScope
    /// The number of the complete list that this delta completes; `nil` for a complete list.
    public var deltaBase: Int64?
    /// Where deltas to this list are; none on a delta.
    public var freshest: [String]

    /// Creates the value; lints judge the bytes.
    public init(
        issuer: DistinguishedName,
        scheme: SignatureScheme,
        thisUpdate: CertificateTime,
        nextUpdate: CertificateTime,
        number: Int64,
        authorityKeyIdentifier: [UInt8],
        scope: CRLScope,
        deltaBase: Int64? = nil,
        freshest: [String] = []
    ) {
        self.issuer = issuer
        self.scheme = scheme
        self.thisUpdate = thisUpdate
        self.nextUpdate = nextUpdate
        self.number = number
        self.authorityKeyIdentifier = authorityKeyIdentifier
        self.scope = scope
        self.deltaBase = deltaBase
        self.freshest = freshest
    }
}
