extension Lint {
    /// TLS certificates have no ANS name.
    static let tlsHasNoANSName = Lint(
        "tls_has_no_ans_name",
        citation: "ANS: \"the CA/Browser Forum rules bar URI SANs in public TLS certificates\"; the name stands in "
            + "the identity certificate",
        severity: .error
    ) { certificate in
        certificate.role == .tls
            ? certificate.firstURI(where: LintText.isANS).map { "a TLS certificate has the ANS name \($0)" } : nil
    }
}
