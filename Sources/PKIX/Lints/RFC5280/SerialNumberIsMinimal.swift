extension Lint {
    /// Serial numbers have no superfluous leading octet.
    static let serialNumberIsMinimal = Lint(
        "serial_number_is_minimal",
        citation: "X.690 §8.3.2 (DER, RFC 5280 §4.1): \"the bits of the first octet and bit 8 of the second octet "
            + "[...] shall not all be zero\"",
        severity: .error
    ) { certificate in
        guard certificate.serialNumber.count > 1 else { return nil }
        let (first, second) = (certificate.serialNumber[0], certificate.serialNumber[1])
        let isSuperfluous = (first == 0x00 && second < 0x80) || (first == 0xFF && second >= 0x80)
        return isSuperfluous ? "the serial number begins with a superfluous octet" : nil
    }
}
