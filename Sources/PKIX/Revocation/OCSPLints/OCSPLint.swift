// What a lint of OCSP responses is: one rule, held against the bytes before they are signed.

/// One rule for OCSP responses.
public struct OCSPLint: Sendable {
    /// The rule's name, lower case with underscores, as findings and logs show it.
    public let name: String
    /// Where the rule stands: the specification with its section.
    public let citation: String
    /// What follows from breaking it.
    public let severity: LintSeverity
    /// Returns what is wrong, or `nil` when the rule is kept.
    public let check: @Sendable (LintedOCSPResponse) -> String?

    init(
        _ name: String,
        citation: String,
        severity: LintSeverity,
        check: @escaping @Sendable (LintedOCSPResponse) -> String?
    ) {
        self.name = name
        self.citation = citation
        self.severity = severity
        self.check = check
    }
}

/// What lints know of a response besides its bytes.
public struct OCSPLintContext: Sendable {
    /// SHA-1 of the content of the responder's key's BIT STRING.
    public var responderKeyHash: [UInt8]
    /// The first second of the responder's certificate.
    public var responderNotBefore: CertificateTime
    /// The last second of the responder's certificate.
    public var responderNotAfter: CertificateTime
    /// How the responder will sign.
    public var scheme: SignatureScheme
    /// The time by the clock of the caller.
    public var now: CertificateTime

    /// Creates a context.
    public init(
        responderKeyHash: [UInt8],
        responderNotBefore: CertificateTime,
        responderNotAfter: CertificateTime,
        scheme: SignatureScheme,
        now: CertificateTime
    ) {
        self.responderKeyHash = responderKeyHash
        self.responderNotBefore = responderNotBefore
        self.responderNotAfter = responderNotAfter
        self.scheme = scheme
        self.now = now
    }
}

/// A response that is about to be signed, taken apart once for all lints.
public struct LintedOCSPResponse: Sendable {
    /// Who will sign it, and when.
    public let context: OCSPLintContext
    /// Its parts, as its bytes have them.
    public let data: ParsedOCSPResponseData

    /// Parses the bytes of a `ResponseData`.
    ///
    /// - Throws: ``PKIXError`` with `.malformed`.
    public init(responseData: [UInt8], context: OCSPLintContext) throws(PKIXError) {
        self.context = context
        self.data = try ParsedOCSPResponseData(derEncoded: responseData)
    }

    /// The answers.
    var responses: [ParsedOCSPSingleResponse] { self.data.responses }
}
