extension CRLLint {
    /// The list has a number.
    static let crlNumberIsPresent = CRLLint(
        "crl_number_is_present",
        citation: "RFC 5280 §5.2.3: conforming issuers include cRLNumber in all CRLs",
        severity: .error
    ) { crl in
        crl.values.number == nil ? "there is no cRLNumber" : nil
    }
}
