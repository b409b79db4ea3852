import X509

extension Lint {
    /// authorityKeyIdentifier is the issuer's subjectKeyIdentifier.
    static let authorityKeyIdentifierIsTheIssuers = Lint(
        "authority_key_identifier_is_the_issuers",
        citation: "RFC 5280 §4.2.1.2: \"the value of the subject key identifier MUST be the value placed in the key "
            + "identifier field of the authority key identifier extension (Section 4.2.1.1) of certificates "
            + "issued by the subject of this certificate.\"",
        severity: .error
    ) { certificate in
        guard let identifier = certificate.decoded.authorityKeyIdentifier?.keyIdentifier else { return nil }
        return identifier.elementsEqual(certificate.context.issuerKeyIdentifier)
            ? nil : "authorityKeyIdentifier is not the issuer's subjectKeyIdentifier"
    }
}
