// What lints know of a CRL besides its bytes: who will sign it, and what it is meant to be.

public import X509

/// The issuer and the purpose of a CRL that is about to be signed.
public struct CRLLintContext: Sendable {
    /// The issuer's subject.
    public var issuer: DistinguishedName
    /// The issuer's subject key identifier.
    public var issuerKeyIdentifier: [UInt8]
    /// The last second of the issuer's own validity; `nil` when it need not cover the list.
    public var issuerNotAfter: CertificateTime?
    /// How the issuer will sign.
    public var scheme: SignatureScheme
    /// Which certificates the list is about.
    public var scope: CRLScope
    /// Whether it is a delta.
    public var isDelta: Bool
    /// Whether the certificates that it is about are those of authorities, whose lists may live for a year.
    public var coversAuthorities: Bool
    /// The highest number that a list of this issuer and scope has had; `nil` before the first.
    public var previousNumber: Int64?
    /// The time by the clock of the caller.
    public var now: CertificateTime

    /// Creates a context.
    public init(
        issuer: DistinguishedName,
        issuerKeyIdentifier: [UInt8],
        issuerNotAfter: CertificateTime?,
        scheme: SignatureScheme,
        scope: CRLScope,
        isDelta: Bool,
        coversAuthorities: Bool,
        previousNumber: Int64?,
        now: CertificateTime
    ) {
        self.issuer = issuer
        self.issuerKeyIdentifier = issuerKeyIdentifier
        self.issuerNotAfter = issuerNotAfter
        self.scheme = scheme
        self.scope = scope
        self.isDelta = isDelta
        self.coversAuthorities = coversAuthorities
        self.previousNumber = previousNumber
        self.now = now
    }
}
