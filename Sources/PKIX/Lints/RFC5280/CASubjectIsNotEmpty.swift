import X509

extension Lint {
    /// CAs have a name.
    static let caSubjectIsNotEmpty = Lint(
        "ca_subject_is_not_empty",
        citation: "RFC 5280 §4.1.2.6: \"If the subject is a CA [...], then the subject field MUST be populated with "
            + "a non-empty distinguished name\"",
        severity: .error
    ) { certificate in
        certificate.role.isCertificationAuthority && certificate.subject.isEmpty ? "a CA's subject is empty" : nil
    }
}
