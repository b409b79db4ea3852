import X509

extension Lint {
    /// TLS certificates name hosts and addresses only.
    static let tlsHasNoOtherKindsOfName = Lint(
        "tls_has_no_other_kinds_of_name",
        citation: "BR §7.1.2.7.12: `dNSName` and `iPAddress` are permitted, every other kind of `GeneralName` is "
            + "not",
        severity: .error
    ) { certificate in
        guard certificate.role == .tls else { return nil }
        for name in certificate.decoded.subjectAlternativeNames ?? SubjectAlternativeNames() {
            switch name {
            case .dnsName, .ipAddress: continue
            default: return "a TLS certificate has a name that is neither dNSName nor iPAddress"
            }
        }
        return nil
    }
}
