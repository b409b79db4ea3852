extension Lint {
    /// A root's subject is its issuer.
    static let rootSubjectIsItsIssuer = Lint(
        "root_subject_is_its_issuer",
        citation: "RFC 5280 §3.2: \"Self-issued certificates are CA certificates in which the issuer and subject "
            + "are the same entity.\"",
        severity: .error
    ) { certificate in
        guard certificate.role == .root, certificate.subjectBytes != certificate.issuerBytes else { return nil }
        return "a root's subject is not its issuer"
    }
}
