extension Lint {
    /// The signature field names the scheme that the issuer signs with.
    static let signatureAlgorithmIsTheIssuers = Lint(
        "signature_algorithm_is_the_issuers",
        citation: "RFC 5280 §4.1.2.3: \"This field MUST contain the same algorithm identifier as the "
            + "signatureAlgorithm field in the sequence Certificate\"",
        severity: .error
    ) { certificate in
        let isSame = certificate.signatureAlgorithm == certificate.context.scheme.algorithmIdentifier
        return isSame
            ? nil : "the signature field is not the AlgorithmIdentifier of \(certificate.context.scheme.rawValue)"
    }
}
