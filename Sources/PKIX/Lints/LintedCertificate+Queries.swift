// Questions that several lints ask, so that each lint reads as its rule.

import SwiftASN1
import X509

extension LintedCertificate {
    /// What the certificate is for.
    var role: CertificateRole { self.context.role }

    /// Whether the subject is none of our authorities.
    var isEndEntity: Bool { !self.role.isCertificationAuthority }

    /// Whether an extension is there.
    func has(_ identifier: ASN1ObjectIdentifier) -> Bool {
        self.extensions.contains { $0.oid == identifier }
    }

    /// Whether an extension is there and critical.
    func isCritical(_ identifier: ASN1ObjectIdentifier) -> Bool {
        self.extensions.contains { $0.critical && $0.oid == identifier }
    }

    /// Whether basicConstraints asserts `cA`.
    var assertsCA: Bool {
        if case .isCertificateAuthority = self.decoded.basicConstraints { true } else { false }
    }

    /// The path length constraint, if there is one.
    var pathLength: Int? {
        guard case .isCertificateAuthority(let length) = self.decoded.basicConstraints else { return nil }
        return length
    }

    /// Whether extendedKeyUsage has a purpose.
    func hasPurpose(_ purpose: ExtendedKeyUsage.Usage) -> Bool {
        self.decoded.extendedKeyUsage?.contains(purpose) ?? false
    }

    /// Whether the subject's key is of this algorithm, strong or not.
    func hasKey(of algorithm: ASN1ObjectIdentifier) -> Bool { self.publicKeyInfo?.algorithm == algorithm }
}

extension LintedCertificate {
    /// The first dNSName for which a predicate over its octets holds, in quotes.
    func firstDNSName(where isBroken: (Substring.UTF8View) -> Bool) -> String? {
        for case .dnsName(let name) in self.decoded.subjectAlternativeNames ?? SubjectAlternativeNames()
        where isBroken(name[...].utf8) {
            return name.quotedForMessage
        }
        return nil
    }

    /// The first uniformResourceIdentifier for which a predicate holds, in quotes.
    func firstURI(where isBroken: (String) -> Bool) -> String? {
        for case .uniformResourceIdentifier(let uri) in self.decoded.subjectAlternativeNames
            ?? SubjectAlternativeNames()
        where isBroken(uri) {
            return uri.quotedForMessage
        }
        return nil
    }

    /// The first subject attribute for which a predicate holds, by its type.
    func firstSubjectAttribute(where isBroken: (NameAttribute) -> Bool) -> String? {
        self.subjectAttributes.first(where: isBroken).map { "\($0.type)" }
    }

    /// Whether authorityInfoAccess names an OCSP responder.
    var pointsToResponder: Bool {
        self.decoded.authorityInformationAccess?.contains { $0.method == .ocspServer } ?? false
    }
}

/// Algorithms of public keys.
enum KeyAlgorithm {
    /// id-ecPublicKey (RFC 5480 §2.1.1).
    static let ellipticCurve: ASN1ObjectIdentifier = [1, 2, 840, 10_045, 2, 1]
    /// id-Ed25519 (RFC 8410 §3).
    static let ed25519: ASN1ObjectIdentifier = [1, 3, 101, 112]
    /// rsaEncryption (RFC 8017 appendix A.1).
    static let rsa: ASN1ObjectIdentifier = [1, 2, 840, 113_549, 1, 1, 1]
}
