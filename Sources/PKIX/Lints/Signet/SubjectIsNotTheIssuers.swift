extension Lint {
    /// Nobody but a root has the issuer's name.
    static let subjectIsNotTheIssuers = Lint(
        "subject_is_not_the_issuers",
        citation: "Signet: a subject equal to the issuer reads as self-issued, RFC 5280 §6.1: \"A certificate is "
            + "self-issued if the same DN appears in the subject and issuer fields\"",
        severity: .error
    ) { certificate in
        guard certificate.role != .root, certificate.subjectBytes == certificate.issuerBytes else { return nil }
        return "the subject is the issuer's own"
    }
}
