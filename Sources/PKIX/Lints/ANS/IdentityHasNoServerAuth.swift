import X509

extension Lint {
    /// An identity certificate authenticates no server.
    static let identityHasNoServerAuth = Lint(
        "identity_has_no_server_auth",
        citation: "ANS: serverAuth is the server certificate's extended key usage, clientAuth the identity "
            + "certificate's",
        severity: .error
    ) { certificate in
        certificate.role == .agentIdentity && certificate.hasPurpose(.serverAuth)
            ? "an identity certificate has serverAuth" : nil
    }
}
