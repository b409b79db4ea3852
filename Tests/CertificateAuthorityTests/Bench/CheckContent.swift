// What a certificate of a profile must hold, derived from the profile alone, and read with swift-certificates.

import Foundation
import PKIX
import SwiftASN1
import Testing
import X509

@testable import CertificateAuthority

/// Checks a certificate, field by field, against its profile, its application and its issuer.
func checkContent(
    _ stored: StoredCertificate,
    _ application: CertificateApplication,
    profile: CertificateProfile,
    issuer: Issuer?,
    at instant: CertificateTime
) throws {
    let certificate = try Certificate(reading: stored.certificate)
    #expect(certificate.version == .v3)
    #expect(Array(certificate.serialNumber.bytes) == stored.serialNumber.bytes)
    #expect(stored.serialNumber.bytes.count <= 20)
    #expect(certificate.issuer == issuer?.certificate.subject ?? certificate.subject)
    #expect(try SubjectPublicKey(certificate.publicKey) == application.publicKey)
    try checkValidity(certificate, stored, profile, issuer, application.lifetime, at: instant)
    try checkNames(certificate, application, profile)
    try checkPurpose(certificate, profile)

    let extensions = certificate.extensions
    let keyIdentifier = try extensions.subjectKeyIdentifier?.keyIdentifier
    #expect(keyIdentifier.map { Array($0) } == application.publicKey.keyIdentifier)
    let authority = try extensions.authorityKeyIdentifier
    #expect(authority?.keyIdentifier.map { Array($0) } == issuer?.publicKey.keyIdentifier)
    #expect(authority?.authorityCertIssuer == nil && authority?.authorityCertSerialNumber == nil)
    try checkPointers(certificate, stored, profile, issuer)
    #expect(Set(extensions.map(\.oid)) == expectedExtensions(stored, application, profile))
    #expect(extensions.count == Set(extensions.map(\.oid)).count)
}

private func checkValidity(
    _ certificate: Certificate,
    _ stored: StoredCertificate,
    _ profile: CertificateProfile,
    _ issuer: Issuer?,
    _ lifetime: Int64?,
    at instant: CertificateTime
) throws {
    #expect(CertificateTime(certificate.notValidBefore) == stored.notBefore)
    #expect(CertificateTime(certificate.notValidAfter) == stored.notAfter)
    let notBefore = issuer.map { max($0.notBefore, instant + -profile.backdate) } ?? instant + -profile.backdate
    #expect(stored.notBefore == notBefore)
    let end = notBefore + ((lifetime ?? profile.lifetime) - 1)
    #expect(stored.notAfter == issuer.map { min($0.notAfter, end) } ?? end)
}

private func checkNames(
    _ certificate: Certificate,
    _ application: CertificateApplication,
    _ profile: CertificateProfile
) throws {
    let subject: DistinguishedName
    switch profile.commonName {
    case .none: subject = DistinguishedName()
    case .hierarchy: subject = try #require(application.subject)
    case .host:
        guard case .uri(let name)? = application.names.first else { throw MissingName() }
        let host = try ANSName(name.description).host.description
        subject = host.count > 64 ? DistinguishedName() : try DistinguishedName { CommonName(host) }
    }
    #expect(certificate.subject == subject)
    let names = try certificate.extensions.subjectAlternativeNames
    #expect(names.map { Array($0) } == (application.names.isEmpty ? nil : application.names.map(\.generalName)))
    if !application.names.isEmpty {
        // RFC 5280 §4.2.1.6.
        let isCritical = certificate.extensions[oid: .X509ExtensionID.subjectAlternativeName]?.critical
        #expect(isCritical == subject.isEmpty)
    }
}

struct MissingName: Error {}

private func checkPurpose(_ certificate: Certificate, _ profile: CertificateProfile) throws {
    let extensions = certificate.extensions
    #expect(try extensions.keyUsage == profile.keyUsage)
    #expect(extensions[oid: .X509ExtensionID.keyUsage]?.critical == true)
    #expect(try extensions.extendedKeyUsage.map { Array($0) } ?? [] == profile.extendedKeyUsage)
    let constraints: BasicConstraints =
        profile.role.isCertificationAuthority
        ? .isCertificateAuthority(maxPathLength: profile.pathLength) : .notCertificateAuthority
    #expect(try extensions.basicConstraints == constraints)
    #expect(extensions[oid: .X509ExtensionID.basicConstraints]?.critical == true)
    let policies = try extensions[oid: ExtensionIdentifier.certificatePolicies].map(CertificatePolicies.init)
    #expect(policies?.identifiers ?? [] == profile.policies)
}

private func checkPointers(
    _ certificate: Certificate,
    _ stored: StoredCertificate,
    _ profile: CertificateProfile,
    _ issuer: Issuer?
) throws {
    let extensions = certificate.extensions
    let crl = try extensions[oid: ExtensionIdentifier.crlDistributionPoints].map(CRLDistributionPoints.init)
    let access = try extensions.authorityInformationAccess
    guard let issuer, profile.hasPointers(stored) else {
        #expect(crl == nil && access == nil)
        return
    }
    #expect(crl?.uris == ["http://pki.example/crl/\(issuer.name).crl"])
    var expected: [AuthorityInformationAccess.AccessDescription] = [
        .init(method: .issuingCA, location: .uniformResourceIdentifier("http://pki.example/ca/\(issuer.name).cer"))
    ]
    if profile.revocation != .crlOnly {
        expected.append(.init(method: .ocspServer, location: .uniformResourceIdentifier("http://pki.example/ocsp")))
    }
    #expect(Set(access ?? .init()) == Set(expected))
}

extension CertificateProfile {
    fileprivate func hasPointers(_ stored: StoredCertificate) -> Bool {
        switch self.revocation {
        case .published, .crlOnly: true
        case .none: false
        case .noneIfShortLived:
            stored.notAfter.secondsSinceEpoch - stored.notBefore.secondsSinceEpoch + 1 > 7 * 86_400
        }
    }
}

private func expectedExtensions(
    _ stored: StoredCertificate,
    _ application: CertificateApplication,
    _ profile: CertificateProfile
) -> Set<ASN1ObjectIdentifier> {
    var expected: Set<ASN1ObjectIdentifier> = [
        .X509ExtensionID.basicConstraints, .X509ExtensionID.keyUsage, .X509ExtensionID.subjectKeyIdentifier,
    ]
    if profile.role != .root { expected.insert(.X509ExtensionID.authorityKeyIdentifier) }
    if !profile.extendedKeyUsage.isEmpty { expected.insert(.X509ExtensionID.extendedKeyUsage) }
    if !application.names.isEmpty { expected.insert(.X509ExtensionID.subjectAlternativeName) }
    if !profile.policies.isEmpty { expected.insert(ExtensionIdentifier.certificatePolicies) }
    if profile.role == .ocspResponder { expected.insert(ExtensionIdentifier.ocspNoCheck) }
    if profile.hasPointers(stored) {
        expected.formUnion([ExtensionIdentifier.crlDistributionPoints, .X509ExtensionID.authorityInformationAccess])
    } else if profile.revocation == .noneIfShortLived {
        expected.insert(ExtensionIdentifier.noRevocationAvailable)
    }
    return expected
}
