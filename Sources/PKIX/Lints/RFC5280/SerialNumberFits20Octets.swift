extension Lint {
    /// Serial numbers have at most 20 octets.
    static let serialNumberFits20Octets = Lint(
        "serial_number_fits_20_octets",
        citation: "RFC 5280 §4.1.2.2: \"Conforming CAs MUST NOT use serialNumber values longer than 20 octets.\"",
        severity: .error
    ) { certificate in
        let count = certificate.serialNumber.count
        return count <= Budget.serialNumberBytes ? nil : "the serial number has \(count) octets"
    }
}
