extension Lint {
    /// Nobody but a root is certified for the issuer's own key.
    static let subjectKeyIsNotTheIssuers = Lint(
        "subject_key_is_not_the_issuers",
        citation: "Signet: a certificate for the issuer's own key would let whoever holds it speak as the issuer",
        severity: .error
    ) { certificate in
        guard certificate.role != .root else { return nil }
        let isSame = certificate.subjectPublicKeyInfo == certificate.context.issuerKey.subjectPublicKeyInfo
        return isSame ? "the subject's key is the issuer's own" : nil
    }
}
