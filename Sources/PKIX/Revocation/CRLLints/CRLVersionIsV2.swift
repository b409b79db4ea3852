extension CRLLint {
    /// A CRL with extensions is of version 2.
    static let crlVersionIsV2 = CRLLint(
        "crl_version_is_v2",
        citation: "RFC 5280 §5.1.2.1: version is there and v2, the integer 1, when extensions are used",
        severity: .error
    ) { crl in
        crl.fields.version == 1 ? nil : "version is \(crl.fields.version.map { "\($0)" } ?? "absent")"
    }
}
