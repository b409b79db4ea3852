extension Lint {
    /// End entities do not assert cA.
    static let endEntityIsNotACA = Lint(
        "end_entity_is_not_a_ca",
        citation: "RFC 5280 §4.2.1.9: \"The cA boolean indicates whether the certified public key may be used to "
            + "verify certificate signatures.\"",
        severity: .error
    ) { certificate in
        certificate.isEndEntity && certificate.assertsCA
            ? "basicConstraints asserts cA on an end entity's certificate" : nil
    }
}
