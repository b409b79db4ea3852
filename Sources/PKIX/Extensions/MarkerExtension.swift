// Extensions whose presence is all they say: their value is NULL.

public import X509

/// An extension with the value NULL.
public enum MarkerExtension: Hashable, Sendable, CaseIterable {
    /// No revocation information is published: the certificate lives too short (RFC 9608 §2).
    case noRevocationAvailable
    /// A responder's certificate whose own revocation need not be asked (RFC 6960 §4.2.2.2.1).
    case ocspNoCheck
}

extension MarkerExtension: CertificateExtensionConvertible {
    /// The extension, never critical.
    ///
    /// RFC 9608 §2: "conforming CAs MUST mark this extension as non-critical". RFC 6960 §4.2.2.2.1: "This SHOULD be a
    /// non-critical extension."
    public func makeCertificateExtension() -> Certificate.Extension {
        Certificate.Extension(
            oid: self == .ocspNoCheck ? ExtensionIdentifier.ocspNoCheck : ExtensionIdentifier.noRevocationAvailable,
            critical: false,
            value: [0x05, 0x00]
        )
    }
}
