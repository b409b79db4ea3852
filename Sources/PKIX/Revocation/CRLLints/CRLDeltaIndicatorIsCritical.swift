extension CRLLint {
    /// The delta indicator is critical.
    static let crlDeltaIndicatorIsCritical = CRLLint(
        "crl_delta_indicator_is_critical",
        citation: "RFC 5280 §5.2.4: deltaCRLIndicator is a critical extension",
        severity: .error
    ) { crl in
        let indicator = CRLExtensions.deltaIndicator
        return crl.values.has(indicator) && !crl.values.isCritical(indicator)
            ? "deltaCRLIndicator is not critical" : nil
    }
}
