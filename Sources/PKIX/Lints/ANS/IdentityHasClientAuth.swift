import X509

extension Lint {
    /// An identity certificate authenticates a client.
    static let identityHasClientAuth = Lint(
        "identity_has_client_auth",
        citation: "ANS: the identity certificate's extended key usage is clientAuth",
        severity: .error
    ) { certificate in
        certificate.role == .agentIdentity && !certificate.hasPurpose(.clientAuth)
            ? "an identity certificate lacks clientAuth" : nil
    }
}
