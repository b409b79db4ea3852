import X509

extension Lint {
    /// A responder's key makes digital signatures and nothing else.
    static let responderKeyUsageIsDigitalSignature = Lint(
        "responder_key_usage_is_digital_signature",
        citation: "BR §7.1.2.8.7: `digitalSignature` is required, every other usage is not permitted; RFC 5280 "
            + "§4.2.1.12: \"Key usage bits that may be consistent: digitalSignature and/or nonRepudiation\"",
        severity: .error
    ) { certificate in
        guard certificate.role == .ocspResponder, let usage = certificate.decoded.keyUsage else { return nil }
        return usage == KeyUsage(digitalSignature: true) ? nil : "a responder's keyUsage is not digitalSignature alone"
    }
}
