import X509

extension Lint {
    /// subjectKeyIdentifier follows from the key (RFC 7093 §2, method 1).
    static let subjectKeyIdentifierIsDerivedFromKey = Lint(
        "subject_key_identifier_is_derived_from_key",
        citation: "RFC 5280 §4.2.1.2: \"For CA certificates, subject key identifiers SHOULD be derived from the "
            + "public key or a method that generates unique values.\", \"For end entity certificates, subject key "
            + "identifiers SHOULD be derived from the public key.\"",
        severity: .warning
    ) { certificate in
        guard let identifier = certificate.decoded.subjectKeyIdentifier, let key = certificate.publicKey else {
            return nil
        }
        return identifier.keyIdentifier.elementsEqual(key.keyIdentifier)
            ? nil : "subjectKeyIdentifier is not the first 160 bits of the key's SHA-256"
    }
}
