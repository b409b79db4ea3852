extension CRLLint {
    /// The list ends before its issuer's certificate.
    static let crlDoesNotOutliveItsIssuer = CRLLint(
        "crl_does_not_outlive_its_issuer",
        citation: "RFC 5280 §6.3.3 (f), (g): the CRL is verified with a certificate of its issuer, which must "
            + "be valid",
        severity: .warning
    ) { crl in
        guard let end = crl.fields.nextUpdate?.time, let notAfter = crl.context.issuerNotAfter, end > notAfter else {
            return nil
        }
        return "nextUpdate \(end) is after the issuer's certificate ends, \(notAfter)"
    }
}
