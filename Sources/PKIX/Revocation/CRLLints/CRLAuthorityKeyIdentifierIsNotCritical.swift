extension CRLLint {
    /// The authority key identifier is not critical.
    static let crlAuthorityKeyIdentifierIsNotCritical = CRLLint(
        "crl_authority_key_identifier_is_not_critical",
        citation: "RFC 5280 §4.2.1.1, to which §5.2.1 refers: the extension is marked as non-critical",
        severity: .error
    ) { crl in
        crl.values.isCritical(CRLExtensions.authorityKeyIdentifier) ? "authorityKeyIdentifier is critical" : nil
    }
}
