import SwiftASN1
import X509

extension Lint {
    /// Critical extensions are of the kinds that every relying party knows.
    static let criticalExtensionsAreKnown = Lint(
        "critical_extensions_are_known",
        citation: "RFC 5280 §4.2: \"A certificate-using system MUST reject the certificate if it encounters a "
            + "critical extension it does not recognize\"",
        severity: .error
    ) { certificate in
        let unknown = certificate.extensions.first { $0.critical && !Self.knownExtensions.contains($0.oid) }
        return unknown.map { "the critical extension \($0.oid) is not known here" }
    }

    /// The extensions that relying parties here process: those of RFC 5280 §4.2, RFC 6960 and RFC 9608 that we
    /// issue.
    private static let knownExtensions: [ASN1ObjectIdentifier] = [
        .X509ExtensionID.basicConstraints, .X509ExtensionID.keyUsage, .X509ExtensionID.extendedKeyUsage,
        .X509ExtensionID.subjectAlternativeName, .X509ExtensionID.nameConstraints,
        .X509ExtensionID.authorityKeyIdentifier, .X509ExtensionID.subjectKeyIdentifier,
        .X509ExtensionID.authorityInformationAccess, ExtensionIdentifier.crlDistributionPoints,
        ExtensionIdentifier.certificatePolicies, ExtensionIdentifier.noRevocationAvailable,
        ExtensionIdentifier.ocspNoCheck,
    ]
}
