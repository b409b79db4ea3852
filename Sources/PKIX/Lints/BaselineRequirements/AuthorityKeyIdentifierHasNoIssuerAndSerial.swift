import X509

extension Lint {
    /// authorityKeyIdentifier names the key alone.
    static let authorityKeyIdentifierHasNoIssuerAndSerial = Lint(
        "authority_key_identifier_has_no_issuer_and_serial",
        citation: "BR §7.1.2.11.1: `authorityCertIssuer` and `authorityCertSerialNumber`: \"MUST NOT be present\"",
        severity: .error
    ) { certificate in
        guard let identifier = certificate.decoded.authorityKeyIdentifier else { return nil }
        let isKeyAlone = identifier.authorityCertIssuer == nil && identifier.authorityCertSerialNumber == nil
        return isKeyAlone ? nil : "authorityKeyIdentifier has authorityCertIssuer or authorityCertSerialNumber"
    }
}
