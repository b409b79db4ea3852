extension Lint {
    /// A root's key is the key that signs it.
    static let rootSignsItself = Lint(
        "root_signs_itself",
        citation: "RFC 5280 §3.2: \"Self-signed certificates are self-issued certificates where the digital "
            + "signature may be verified by the public key bound into the certificate.\"",
        severity: .error
    ) { certificate in
        guard certificate.role == .root else { return nil }
        let isSame = certificate.subjectPublicKeyInfo == certificate.context.issuerKey.subjectPublicKeyInfo
        return isSame ? nil : "a root's key is not the key that signs it"
    }
}
