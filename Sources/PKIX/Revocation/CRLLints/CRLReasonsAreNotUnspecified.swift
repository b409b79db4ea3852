extension CRLLint {
    /// Reason unspecified is left out.
    static let crlReasonsAreNotUnspecified = CRLLint(
        "crl_reasons_are_not_unspecified",
        citation: "RFC 5280 §5.3.1: the reason code extension should be absent instead of using unspecified (0)",
        severity: .warning
    ) { crl in
        crl.entries.unspecifiedReasons > 0
            ? "\(crl.entries.unspecifiedReasons) entries have the reason unspecified" : nil
    }
}
