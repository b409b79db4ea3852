extension CRLLint {
    /// The authority key identifier is the issuer's.
    static let crlAuthorityKeyIdentifierIsTheIssuers = CRLLint(
        "crl_authority_key_identifier_is_the_issuers",
        citation: "RFC 5280 §5.2.1: conforming issuers use the key identifier method and include the extension "
            + "in all CRLs",
        severity: .error
    ) { crl in
        crl.values.authorityKeyIdentifier == crl.context.issuerKeyIdentifier
            ? nil : "authorityKeyIdentifier is not the issuer's key identifier"
    }
}
