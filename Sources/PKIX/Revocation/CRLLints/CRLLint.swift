// What a lint of CRLs is: one rule, held against the bytes before they are signed.

/// One rule for CRLs.
public struct CRLLint: Sendable {
    /// The rule's name, lower case with underscores, as findings and logs show it.
    public let name: String
    /// Where the rule stands: the specification with its section.
    public let citation: String
    /// What follows from breaking it.
    public let severity: LintSeverity
    /// Returns what is wrong, or `nil` when the rule is kept or does not concern the list.
    public let check: @Sendable (LintedCRL) -> String?

    init(
        _ name: String,
        citation: String,
        severity: LintSeverity,
        check: @escaping @Sendable (LintedCRL) -> String?
    ) {
        self.name = name
        self.citation = citation
        self.severity = severity
        self.check = check
    }
}
