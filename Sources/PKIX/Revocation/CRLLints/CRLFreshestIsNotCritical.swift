extension CRLLint {
    /// freshestCRL is not critical.
    static let crlFreshestIsNotCritical = CRLLint(
        "crl_freshest_is_not_critical",
        citation: "RFC 5280 §5.2.6: freshestCRL is marked as non-critical",
        severity: .error
    ) { crl in
        crl.values.isCritical(CRLExtensions.freshest) ? "freshestCRL is critical" : nil
    }
}
