extension Lint {
    /// No certificate outlives its issuer's.
    static let validityLiesWithinTheIssuers = Lint(
        "validity_lies_within_the_issuers",
        citation: "RFC 5280 §6.1.3 (a)(2): \"The certificate validity period includes the current time\", for every "
            + "certificate of the path",
        severity: .error
    ) { certificate in
        guard let issuerEnd = certificate.context.issuerNotAfter, certificate.notAfter.time > issuerEnd else {
            return nil
        }
        return "the validity ends at \(certificate.notAfter.time), the issuer's at \(issuerEnd)"
    }
}
