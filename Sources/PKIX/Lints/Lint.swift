// What a lint is: one rule of a specification, held against the bytes before they are signed.

/// How bad it is to break a rule.
public enum LintSeverity: String, Hashable, Sendable {
    /// The certificate must not be issued.
    case error
    /// The certificate may be issued; the finding is recorded.
    case warning
}

/// One rule.
public struct Lint: Sendable {
    /// The rule's name, lower case with underscores, as findings and logs show it.
    public let name: String
    /// Where the rule stands: the specification with its section.
    public let citation: String
    /// What follows from breaking it.
    public let severity: LintSeverity
    /// Returns what is wrong, or `nil` when the rule is kept or does not concern the certificate.
    public let check: @Sendable (LintedCertificate) -> String?

    init(
        _ name: String,
        citation: String,
        severity: LintSeverity,
        check: @escaping @Sendable (LintedCertificate) -> String?
    ) {
        self.name = name
        self.citation = citation
        self.severity = severity
        self.check = check
    }
}

/// A rule that a certificate breaks.
public struct LintFinding: Hashable, Sendable, CustomStringConvertible {
    /// The rule's name.
    public let lint: String
    /// Where the rule stands.
    public let citation: String
    /// What follows.
    public let severity: LintSeverity
    /// What is wrong with this certificate.
    public let reason: String

    /// `error serial_number_positive: … (RFC 5280 §4.1.2.2)`.
    public var description: String { "\(self.severity.rawValue) \(self.lint): \(self.reason) (\(self.citation))" }
}
