extension CRLLint {
    /// The number is above those of earlier lists.
    static let crlNumberRises = CRLLint(
        "crl_number_rises",
        citation: "RFC 5280 §5.2.3: cRLNumber rises with every list of an issuer and scope; complete and delta "
            + "CRLs share one sequence",
        severity: .error
    ) { crl in
        guard let number = crl.values.number, let previous = crl.context.previousNumber, number <= previous else {
            return nil
        }
        return "cRLNumber \(number) is not above \(previous)"
    }
}
