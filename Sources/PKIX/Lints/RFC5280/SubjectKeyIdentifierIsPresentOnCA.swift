import X509

extension Lint {
    /// CA certificates have a subjectKeyIdentifier.
    static let subjectKeyIdentifierIsPresentOnCA = Lint(
        "subject_key_identifier_is_present_on_ca",
        citation: "RFC 5280 §4.2.1.2: \"To facilitate certification path construction, this extension MUST appear "
            + "in all conforming CA certificates\"",
        severity: .error
    ) { certificate in
        guard certificate.role.isCertificationAuthority, certificate.decoded.subjectKeyIdentifier == nil else {
            return nil
        }
        return "subjectKeyIdentifier is missing"
    }
}
