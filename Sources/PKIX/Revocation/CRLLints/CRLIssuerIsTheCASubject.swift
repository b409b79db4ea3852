extension CRLLint {
    /// The issuer is the CA's subject, octet by octet.
    static let crlIssuerIsTheCASubject = CRLLint(
        "crl_issuer_is_the_ca_subject",
        citation: "RFC 5280 §5.1.2.3: issuer identifies the entity that signed the CRL; §6.3.3 (b) compares it "
            + "with the certificate's",
        severity: .error
    ) { crl in
        crl.fields.issuer == crl.expectedIssuer ? nil : "the issuer's octets are not those of the CA's subject"
    }
}
