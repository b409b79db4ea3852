extension CRLLint {
    /// A partition is narrowed by its address alone.
    static let crlDistributionPointIsNotNarrowed = CRLLint(
        "crl_distribution_point_is_not_narrowed",
        citation: "RFC 5280 §5.2.5: other fields leave certificates out of the scope; partitions are by address "
            + "here",
        severity: .error
    ) { crl in
        crl.values.isNarrowed ? "issuingDistributionPoint has fields besides its name" : nil
    }
}
