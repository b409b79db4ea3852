import X509

extension Lint {
    /// CRLs are fetched by plain HTTP.
    static let crlAddressesAreHTTP = Lint(
        "crl_addresses_are_http",
        citation: "BR §7.1.2.11.2: \"All `GeneralName`s MUST be of type `uniformResourceIdentifier`, and the scheme "
            + "of each MUST be \"http\".\"",
        severity: .error
    ) { certificate in
        let broken = certificate.decoded.crlDistributionPoints?.uris.first { !LintText.isHTTP($0) }
        return broken.map { "the CRL address \($0.quotedForMessage) is not an http URI" }
    }
}
