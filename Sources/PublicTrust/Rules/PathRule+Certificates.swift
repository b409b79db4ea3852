// Rules about each certificate for itself: validity, critical extensions.

import PKIX
import SwiftASN1
import X509

extension PathRule {
    /// Every certificate of the path is valid at the time, the trust root as well.
    static let validity = PathRule("validity", citation: "RFC 5280 §6.1.3 (a) (2)") { path in
        for certificate in path.certificates {
            let (from, to) = (certificate.notBefore, certificate.notAfter)
            if path.judgement.time < from { return "\(certificate.label) is valid from \(from) on" }
            if path.judgement.time > to { return "\(certificate.label) has expired at \(to)" }
        }
        return nil
    }

    // RFC 5280 §4.2: "A certificate-using system MUST reject the certificate if it encounters a critical extension it does
    // not recognize or a critical extension that contains information that it cannot process."
    static let criticalExtensions = PathRule("critical_extensions", citation: "RFC 5280 §4.2, §6.1.4 (o)") { path in
        for certificate in path.certificates {
            if let unknown = certificate.fields.extensions.first(where: {
                $0.critical && !Self.processed.contains($0.oid)
            }) {
                return "\(certificate.label) has the critical extension \(unknown.oid), which is not known here"
            }
        }
        return nil
    }

    /// What the rules here process.
    ///
    /// certificatePolicies is: with any policy acceptable and none demanded it changes nothing
    /// (RFC 5280 §6.1.1 (c), (e)).
    private static let processed: Set<ASN1ObjectIdentifier> = [
        .X509ExtensionID.basicConstraints, .X509ExtensionID.keyUsage, .X509ExtensionID.extendedKeyUsage,
        .X509ExtensionID.subjectAlternativeName, .X509ExtensionID.nameConstraints,
        ExtensionIdentifier.certificatePolicies, ExtensionIdentifier.noRevocationAvailable,
    ]
}

extension PathCertificate {
    var notBefore: CertificateTime { CertificateTime(self.fields.notValidBefore) }
    var notAfter: CertificateTime { CertificateTime(self.fields.notValidAfter) }
}
