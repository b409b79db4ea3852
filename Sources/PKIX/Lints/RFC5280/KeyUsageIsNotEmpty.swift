import X509

extension Lint {
    /// keyUsage has a bit set.
    static let keyUsageIsNotEmpty = Lint(
        "key_usage_is_not_empty",
        citation: "RFC 5280 §4.2.1.3: \"When the keyUsage extension appears in a certificate, at least one of the "
            + "bits MUST be set to 1.\"",
        severity: .error
    ) { certificate in
        certificate.decoded.keyUsage == KeyUsage() ? "keyUsage has no bit set" : nil
    }
}
