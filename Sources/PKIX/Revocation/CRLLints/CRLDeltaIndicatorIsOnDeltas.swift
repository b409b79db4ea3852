extension CRLLint {
    /// Deltas, and they alone, have the indicator.
    static let crlDeltaIndicatorIsOnDeltas = CRLLint(
        "crl_delta_indicator_is_on_deltas",
        citation: "RFC 5280 §5.2.4: deltaCRLIndicator identifies a CRL as being a delta CRL",
        severity: .error
    ) { crl in
        let has = crl.values.deltaBase != nil
        guard has != crl.context.isDelta else { return nil }
        return has ? "a complete list has deltaCRLIndicator" : "a delta has no deltaCRLIndicator"
    }
}
