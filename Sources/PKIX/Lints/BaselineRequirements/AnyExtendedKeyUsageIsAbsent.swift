import X509

extension Lint {
    /// No certificate is for any purpose.
    static let anyExtendedKeyUsageIsAbsent = Lint(
        "any_extended_key_usage_is_absent",
        citation: "BR §7.1.2.7.10: `anyExtendedKeyUsage`, presence \"MUST NOT\"; BR §7.1.2.10.6 for CAs the same",
        severity: .error
    ) { certificate in
        certificate.hasPurpose(.any) ? "extendedKeyUsage has anyExtendedKeyUsage" : nil
    }
}
