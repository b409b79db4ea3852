import X509

extension Lint {
    /// TLS certificates name a host or an address.
    static let tlsNamesAHostOrAddress = Lint(
        "tls_names_a_host_or_address",
        citation: "BR §7.1.2.7.12: \"the Subject Alternative Name MUST be present and MUST contain at least one "
            + "`dNSName` or `iPAddress` `GeneralName`.\"",
        severity: .error
    ) { certificate in
        guard certificate.role == .tls else { return nil }
        for name in certificate.decoded.subjectAlternativeNames ?? SubjectAlternativeNames() {
            switch name {
            case .dnsName, .ipAddress: return nil
            default: continue
            }
        }
        return "a TLS certificate names neither a host nor an IP address"
    }
}
