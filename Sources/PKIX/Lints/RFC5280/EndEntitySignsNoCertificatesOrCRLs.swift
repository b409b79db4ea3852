import X509

extension Lint {
    /// End entities sign neither certificates nor CRLs.
    static let endEntitySignsNoCertificatesOrCRLs = Lint(
        "end_entity_signs_no_certificates_or_crls",
        citation: "RFC 5280 §4.2.1.3: \"The keyCertSign bit is asserted when the subject public key is used for "
            + "verifying signatures on public key certificates.\"",
        severity: .error
    ) { certificate in
        guard certificate.isEndEntity, let usage = certificate.decoded.keyUsage else { return nil }
        return usage.keyCertSign || usage.cRLSign ? "an end entity's keyUsage asserts keyCertSign or cRLSign" : nil
    }
}
