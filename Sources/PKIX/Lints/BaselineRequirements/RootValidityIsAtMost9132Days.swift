extension Lint {
    /// A root lives at most 25 years.
    static let rootValidityIsAtMost9132Days = Lint(
        "root_validity_is_at_most_9132_days",
        citation: "BR §7.1.2.1.1: `notAfter`, maximum \"9132 days (approx. 25 years)\"",
        severity: .error
    ) { certificate in
        certificate.role == .root && certificate.validitySeconds > 9_132 * 86_400
            ? "a root's validity is over 9132 days" : nil
    }
}
