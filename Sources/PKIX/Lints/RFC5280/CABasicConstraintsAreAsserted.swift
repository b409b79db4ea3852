extension Lint {
    /// CA certificates assert cA.
    static let caBasicConstraintsAreAsserted = Lint(
        "ca_basic_constraints_are_asserted",
        citation: "RFC 5280 §4.2.1.9: \"Conforming CAs MUST include this extension in all CA certificates that "
            + "contain public keys used to validate digital signatures on certificates\"",
        severity: .error
    ) { certificate in
        guard certificate.role.isCertificationAuthority, !certificate.assertsCA else { return nil }
        return "basicConstraints does not assert cA on a CA's certificate"
    }
}
