extension Lint {
    /// Serial numbers have at least 64 bits.
    static let serialNumberHas64Bits = Lint(
        "serial_number_has_64_bits",
        citation: "BR §7.1.2.7: the serial number is \"less than 2¹⁵⁹ containing at least 64 bits of output from a "
            + "CSPRNG\"",
        severity: .error
    ) { certificate in
        let magnitude = certificate.serialNumber.drop { $0 == 0 }
        return magnitude.count >= 8
            ? nil : "the serial number has \(magnitude.count) significant octets; at least 8 are needed"
    }
}
