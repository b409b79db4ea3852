import X509

extension Lint {
    /// extendedKeyUsage names a purpose.
    static let extendedKeyUsageIsNotEmpty = Lint(
        "extended_key_usage_is_not_empty",
        citation: "RFC 5280 §4.2.1.12: \"ExtKeyUsageSyntax ::= SEQUENCE SIZE (1..MAX) OF KeyPurposeId\"",
        severity: .error
    ) { certificate in
        certificate.decoded.extendedKeyUsage?.isEmpty == true ? "extendedKeyUsage names no purpose" : nil
    }
}
