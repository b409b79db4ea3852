// What RFC 5280 obliges issuers to, as far as breaking it shows a certificate to be ambiguous or not what it says.

import PKIX
import SwiftASN1
import X509

extension PathRule {
    /// Extensions decode and stand as they must; names and serial number are there.
    static let wellFormed = PathRule("well_formed", citation: "RFC 5280 §4.1, §4.2") { path in
        for certificate in path.certificates {
            if let reason = Self.undecodable(certificate) { return "\(certificate.label) \(reason)" }
        }
        for certificate in path.presented {
            if let reason = Self.malformed(certificate) { return "\(certificate.label) \(reason)" }
        }
        return nil
    }

    private static func undecodable(_ certificate: PathCertificate) -> String? {
        if let extensionID = certificate.extensions.undecodable.first {
            return "has an extension \(extensionID) that cannot be decoded"
        }
        // RFC 5280 §4.1.2.1: "When extensions are used, as expected in this profile, version MUST be 3".
        if certificate.fields.version != .v3, !certificate.fields.extensions.isEmpty {
            return "has extensions and is not of version 3"
        }
        // RFC 5280 §4.1.2.4: "The issuer field MUST contain a non-empty distinguished name (DN)."
        if certificate.fields.issuer.isEmpty { return "names no issuer" }
        // RFC 5280 §4.2.1.10: "conforming CAs MUST NOT issue certificates where name constraints is an empty sequence."
        if let constraints = certificate.extensions.nameConstraints,
            constraints.permittedSubtrees.isEmpty, constraints.excludedSubtrees.isEmpty
        {
            return "has name constraints without a subtree"
        }
        return nil
    }

    private static func malformed(_ certificate: PathCertificate) -> String? {
        // RFC 5280 §4.1.2.2: positive, and not longer than 20 octets; a negative one is not even read.
        let magnitude = certificate.fields.serialNumber.bytes.drop { $0 == 0 }
        guard !magnitude.isEmpty, magnitude.count <= 20 else {
            return "has a serial number that is zero or has more than 20 octets"
        }
        if let identifier = Self.neverCritical.first(where: { certificate.isCritical($0) }) {
            return "has the extension \(identifier) as critical, which it must not be"
        }
        // RFC 5280 §4.2.1.6: "If the subject field contains an empty sequence, then the issuing CA MUST include a
        // subjectAltName extension that is marked as critical."
        if certificate.fields.subject.isEmpty, !certificate.isCritical(.X509ExtensionID.subjectAlternativeName) {
            return "has no subject, and its alternative names are not critical"
        }
        if certificate.extensions.subjectAlternativeNames?.isEmpty == true { return "has an empty list of names" }
        // RFC 5280 §4.2.1.11: "Conforming CAs MUST mark this extension as critical."
        if certificate.has(Self.policyConstraints), !certificate.isCritical(Self.policyConstraints) {
            return "has policy constraints that are not critical"
        }
        // RFC 5280 §4.2.1.10: the extension "MUST be used only in a CA certificate".
        if certificate.extensions.nameConstraints != nil, !certificate.isCertificationAuthority {
            return "has name constraints and is not a CA's"
        }
        return nil
    }

    // RFC 5280 §4.2.1.1, §4.2.1.2, §4.2.2.1: "Conforming CAs MUST mark this extension as non-critical."
    private static let neverCritical: [ASN1ObjectIdentifier] = [
        .X509ExtensionID.authorityKeyIdentifier, .X509ExtensionID.subjectKeyIdentifier,
        .X509ExtensionID.authorityInformationAccess,
    ]

    private static let policyConstraints: ASN1ObjectIdentifier = [2, 5, 29, 36]
}

extension PathCertificate {
    func has(_ identifier: ASN1ObjectIdentifier) -> Bool { self.fields.extensions[oid: identifier] != nil }

    func isCritical(_ identifier: ASN1ObjectIdentifier) -> Bool {
        self.fields.extensions[oid: identifier]?.critical ?? false
    }
}
