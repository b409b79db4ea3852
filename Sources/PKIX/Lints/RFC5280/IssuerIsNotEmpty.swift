import X509

extension Lint {
    /// The issuer has a name.
    static let issuerIsNotEmpty = Lint(
        "issuer_is_not_empty",
        citation: "RFC 5280 §4.1.2.4: \"The issuer field MUST contain a non-empty distinguished name (DN).\"",
        severity: .error
    ) { certificate in
        certificate.issuer.isEmpty ? "the issuer is empty" : nil
    }
}
