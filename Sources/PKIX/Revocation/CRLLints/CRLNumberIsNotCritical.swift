extension CRLLint {
    /// The number is not critical.
    static let crlNumberIsNotCritical = CRLLint(
        "crl_number_is_not_critical",
        citation: "RFC 5280 §5.2.3: cRLNumber is a non-critical extension",
        severity: .error
    ) { crl in
        crl.values.isCritical(CRLExtensions.number) ? "cRLNumber is critical" : nil
    }
}
