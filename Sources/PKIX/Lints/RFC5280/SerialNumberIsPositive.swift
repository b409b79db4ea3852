extension Lint {
    /// Serial numbers are positive.
    static let serialNumberIsPositive = Lint(
        "serial_number_is_positive",
        citation: "RFC 5280 §4.1.2.2: \"The serial number MUST be a positive integer\"",
        severity: .error
    ) { certificate in
        guard let first = certificate.serialNumber.first, first < 0x80 else { return "the serial number is negative" }
        return certificate.serialNumber.allSatisfy { $0 == 0 } ? "the serial number is zero" : nil
    }
}
