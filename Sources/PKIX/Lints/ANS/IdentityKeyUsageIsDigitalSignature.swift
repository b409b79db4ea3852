import X509

extension Lint {
    /// An identity's key makes digital signatures and nothing else.
    static let identityKeyUsageIsDigitalSignature = Lint(
        "identity_key_usage_is_digital_signature",
        citation: "ANS: the identity certificate's key usage is digitalSignature",
        severity: .error
    ) { certificate in
        guard certificate.role == .agentIdentity, let usage = certificate.decoded.keyUsage else { return nil }
        return usage == KeyUsage(digitalSignature: true) ? nil : "an identity's keyUsage is not digitalSignature alone"
    }
}
