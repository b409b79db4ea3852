extension CRLLint {
    /// A delta completes an earlier list.
    static let crlDeltaBaseIsBelowItsNumber = CRLLint(
        "crl_delta_base_is_below_its_number",
        citation: "RFC 5280 §5.2.4: BaseCRLNumber is the number of the complete CRL that the delta starts from",
        severity: .error
    ) { crl in
        guard let base = crl.values.deltaBase, let number = crl.values.number, base >= number else { return nil }
        return "BaseCRLNumber \(base) is not below cRLNumber \(number)"
    }
}
