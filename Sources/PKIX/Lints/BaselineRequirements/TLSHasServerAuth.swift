import X509

extension Lint {
    /// TLS certificates authenticate a server.
    static let tlsHasServerAuth = Lint(
        "tls_has_server_auth",
        citation: "BR §7.1.2.7.10: `id-kp-serverAuth`, presence \"MUST\"",
        severity: .error
    ) { certificate in
        certificate.role == .tls && !certificate.hasPurpose(.serverAuth) ? "a TLS certificate lacks serverAuth" : nil
    }
}
