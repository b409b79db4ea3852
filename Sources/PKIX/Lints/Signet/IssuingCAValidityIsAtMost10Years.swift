extension Lint {
    /// An issuing CA lives at most 10 years.
    static let issuingCAValidityIsAtMost10Years = Lint(
        "issuing_ca_validity_is_at_most_10_years",
        citation: "Signet: an issuing CA outlives its algorithms and its hardware no more than a root does; NIST SP "
            + "800-57 part 1 §5.3 asks for bounded cryptoperiods",
        severity: .error
    ) { certificate in
        certificate.role == .issuingCA && certificate.validitySeconds > 3_653 * 86_400
            ? "an issuing CA's validity is over 3653 days" : nil
    }
}
