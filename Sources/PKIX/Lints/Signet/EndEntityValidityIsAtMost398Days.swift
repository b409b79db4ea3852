extension Lint {
    /// An end entity's certificate lives at most 398 days.
    static let endEntityValidityIsAtMost398Days = Lint(
        "end_entity_validity_is_at_most_398_days",
        citation: "Signet: what public authorities were held to, BR §6.3.2, for certificates before 2026-03-15: \"MUST "
            + "NOT have a Validity Period greater than 398 days.\"",
        severity: .error
    ) { certificate in
        certificate.isEndEntity && certificate.validitySeconds > 398 * 86_400
            ? "an end entity's validity is over 398 days" : nil
    }
}
