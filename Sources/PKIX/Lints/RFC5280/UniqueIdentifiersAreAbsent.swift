extension Lint {
    /// There are no unique identifiers.
    static let uniqueIdentifiersAreAbsent = Lint(
        "unique_identifiers_are_absent",
        citation: "RFC 5280 §4.1.2.8: \"CAs conforming to this profile MUST NOT generate certificates with unique "
            + "identifiers.\"",
        severity: .error
    ) { certificate in
        certificate.hasUniqueIdentifiers ? "an issuer or subject unique identifier is there" : nil
    }
}
