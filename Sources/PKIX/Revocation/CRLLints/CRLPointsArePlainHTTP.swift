extension CRLLint {
    /// Addresses are plain HTTP.
    static let crlPointsArePlainHTTP = CRLLint(
        "crl_points_are_plain_http",
        citation: "RFC 5280 §5.2.5 and §5.2.6 with §4.2.1.13: a URI is the location of the current CRL; BR "
            + "§7.1.2.11.2: its scheme is http",
        severity: .error
    ) { crl in
        let addresses = (crl.values.distributionPoint ?? []) + crl.values.freshest
        return addresses.first { !LintText.isHTTP($0) }.map { "the address \($0.quotedForMessage) is not plain HTTP" }
    }
}
