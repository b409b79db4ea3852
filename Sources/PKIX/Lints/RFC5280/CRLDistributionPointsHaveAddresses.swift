import X509

extension Lint {
    /// cRLDistributionPoints says where a CRL is.
    static let crlDistributionPointsHaveAddresses = Lint(
        "crl_distribution_points_have_addresses",
        citation: "RFC 5280 §4.2.1.13: \"a DistributionPoint MUST NOT consist of only the reasons field; either "
            + "distributionPoint or cRLIssuer MUST be present.\"",
        severity: .error
    ) { certificate in
        certificate.decoded.crlDistributionPoints?.uris.isEmpty == true ? "cRLDistributionPoints has no URI" : nil
    }
}
