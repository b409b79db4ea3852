extension CRLLint {
    /// removeFromCRL is on deltas only.
    static let crlRemovalsAreOnDeltas = CRLLint(
        "crl_removals_are_on_deltas",
        citation: "RFC 5280 §5.3.1: the removeFromCRL (8) reason code value may only appear in delta CRLs",
        severity: .error
    ) { crl in
        crl.entries.removals > 0 && crl.values.deltaBase == nil ? "a complete list has removeFromCRL" : nil
    }
}
