extension CRLLint {
    /// A delta does not point to deltas.
    static let crlFreshestIsNotOnDeltas = CRLLint(
        "crl_freshest_is_not_on_deltas",
        citation: "RFC 5280 §5.2.6: freshestCRL does not appear in delta CRLs",
        severity: .error
    ) { crl in
        crl.values.deltaBase != nil && crl.values.has(CRLExtensions.freshest) ? "a delta has freshestCRL" : nil
    }
}
