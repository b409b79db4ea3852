import X509

extension Lint {
    /// A CA's key signs certificates and CRLs.
    static let caKeyUsageSignsCertificatesAndCRLs = Lint(
        "ca_key_usage_signs_certificates_and_crls",
        citation: "RFC 5280 §6.1.4 (n): \"If a key usage extension is present, verify that the keyCertSign bit is "
            + "set\"; §6.3.3 (f): \"verify that the cRLSign bit is set\"",
        severity: .error
    ) { certificate in
        guard certificate.role.isCertificationAuthority, let usage = certificate.decoded.keyUsage else { return nil }
        return usage.keyCertSign && usage.cRLSign ? nil : "a CA's keyUsage lacks keyCertSign or cRLSign"
    }
}
