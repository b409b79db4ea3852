extension CRLLint {
    /// issuingDistributionPoint is critical.
    static let crlDistributionPointIsCritical = CRLLint(
        "crl_distribution_point_is_critical",
        citation: "RFC 5280 §5.2.5: issuingDistributionPoint is a critical extension",
        severity: .error
    ) { crl in
        let point = CRLExtensions.issuingDistributionPoint
        return crl.values.has(point) && !crl.values.isCritical(point) ? "issuingDistributionPoint is not critical" : nil
    }
}
