extension CRLLint {
    /// A partition names its own address, a list of all certificates none.
    static let crlDistributionPointIsTheScopes = CRLLint(
        "crl_distribution_point_is_the_scopes",
        citation: "RFC 5280 §5.2.5: the scope of a partition is in issuingDistributionPoint, the name that "
            + "certificates have in cRLDistributionPoints",
        severity: .error
    ) { crl in
        switch crl.context.scope {
        case .full:
            crl.values.distributionPoint == nil ? nil : "a list of all certificates has issuingDistributionPoint"
        case .shard(let uri):
            crl.values.distributionPoint == [uri]
                ? nil : "issuingDistributionPoint is not \(uri.quotedForMessage) alone"
        }
    }
}
