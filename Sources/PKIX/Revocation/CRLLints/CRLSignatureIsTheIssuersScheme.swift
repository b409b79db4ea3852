extension CRLLint {
    /// The algorithm is the one that the issuer signs with.
    static let crlSignatureIsTheIssuersScheme = CRLLint(
        "crl_signature_is_the_issuers_scheme",
        citation: "RFC 5280 §5.1.2.2: signature is the algorithm used to sign, and the same as signatureAlgorithm",
        severity: .error
    ) { crl in
        crl.fields.signatureAlgorithm == crl.context.scheme.algorithmIdentifier
            ? nil : "signature is not \(crl.context.scheme.rawValue)"
    }
}
