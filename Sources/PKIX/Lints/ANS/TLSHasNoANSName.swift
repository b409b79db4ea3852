extension Lint {
    /// TLS certificates have no ANS name.
    static let tlsHasNoANSName = Lint(
        "tls_has_no_ans_name",
        citation: "ANS: the name stands in the identity certificate, for BR §7.1.2.7.12 permits no "
            + "`uniformResourceIdentifier` in public TLS certificates",
        severity: .error
    ) { certificate in
        certificate.role == .tls
            ? certificate.firstURI(where: LintText.isANS).map { "a TLS certificate has the ANS name \($0)" } : nil
    }
}
