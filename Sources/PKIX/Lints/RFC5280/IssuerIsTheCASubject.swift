extension Lint {
    /// The issuer is the issuing CA's subject, octet for octet.
    static let issuerIsTheCASubject = Lint(
        "issuer_is_the_ca_subject",
        citation: "RFC 5280 §6.1.3 (a)(4): \"The certificate issuer name is the working_issuer_name.\" BR §7.1.4.1: "
            + "\"byte-for-byte identical\"",
        severity: .error
    ) { certificate in
        certificate.issuerBytes == certificate.context.issuerBytes ? nil : "the issuer is not the issuing CA's subject"
    }
}
