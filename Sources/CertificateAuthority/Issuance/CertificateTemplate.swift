// From a profile and an issuer to the to-be-signed certificate. What does not depend on the request is made once.

import PKIX
import SwiftASN1
import X509

/// A profile bound to the issuer that signs for it.
struct CertificateTemplate: Sendable {
    let profile: CertificateProfile
    /// What the lints know of the issuer and the purpose.
    let context: LintContext
    /// Into how many shards the issuer's certificates are put for CRLs.
    let shards: Int
    private let validity: ValidityRule
    private let keyUsage: Certificate.Extension
    private let before: [Certificate.Extension]
    /// Of each shard of the issuer's CRLs.
    private let pointers: [[Certificate.Extension]]
    private let after: [Certificate.Extension]

    /// - Parameters:
    ///   - issuer: who signs; for a root, the root itself.
    init(
        profile: CertificateProfile,
        issuer: LintContext,
        issuerName: String,
        notBefore: CertificateTime?,
        addresses: PublicAddresses,
        shards: Int = 1
    ) throws {
        self.profile = profile
        self.context = issuer
        self.validity = ValidityRule(
            profile: profile,
            issuerNotBefore: notBefore,
            issuerNotAfter: issuer.issuerNotAfter
        )
        self.keyUsage = try Certificate.Extension(profile.keyUsage, critical: true)
        self.before = try Self.extensionsBefore(profile, issuer)
        self.shards = shards
        self.pointers = try (0..<max(shards, 1)).map { shard in
            try Self.pointers(profile, addresses, CRLPartition(issuer: issuerName, shard: shards > 1 ? shard : nil))
        }
        self.after = try Self.extensionsAfter(profile)
    }

    /// The certificate for an application.
    ///
    /// - Throws: `PKIXError` when key or names are not admitted; ``AuthorityError`` for the lifetime.
    func toBeSigned(
        _ application: CertificateApplication,
        serialNumber: SerialNumber,
        at instant: CertificateTime
    ) throws -> ToBeSignedCertificate {
        guard self.profile.keys.contains(where: { $0.admits(application.publicKey.type) }) else {
            throw PKIXError(
                .unsupportedKey,
                "profile '\(self.profile.name)' admits \(self.profile.keys.map(\.description).joined(separator: ", "));"
                    + " the request's key is \(application.publicKey.type)"
            )
        }
        try self.profile.names.check(application.names, profile: self.profile.name)
        let (notBefore, notAfter) = try self.validity.period(
            at: instant,
            asked: application.lifetime,
            until: application.notAfter
        )
        let subject = try self.subject(application)
        return ToBeSignedCertificate(
            serialNumber: serialNumber,
            scheme: self.context.scheme,
            issuer: self.profile.role == .root ? subject : self.context.issuer,
            notBefore: notBefore,
            notAfter: notAfter,
            subject: subject,
            publicKey: application.publicKey,
            extensions: try self.extensions(
                application,
                subject,
                shard: CRLPartition.shard(of: serialNumber, among: self.shards),
                seconds: notAfter.secondsSinceEpoch - notBefore.secondsSinceEpoch + 1
            )
        )
    }

    private func subject(_ application: CertificateApplication) throws -> DistinguishedName {
        switch self.profile.commonName {
        case .none: return DistinguishedName()
        case .hierarchy: return application.subject ?? DistinguishedName()
        case .host:
            // RFC 5280 appendix A.1: ub-common-name is 64. A longer host stands in the alternative name alone.
            guard let host = application.names.lazy.compactMap(\.host).first,
                host.count <= PKIX.Budget.commonNameCharacters
            else { return DistinguishedName() }
            return try DistinguishedName { CommonName(host) }
        }
    }

    private func extensions(
        _ application: CertificateApplication,
        _ subject: DistinguishedName,
        shard: Int,
        seconds: Int64
    ) throws -> [Certificate.Extension] {
        var extensions = self.before
        extensions.append(self.keyUsage)
        extensions.append(
            try Certificate.Extension(
                SubjectKeyIdentifier(keyIdentifier: application.publicKey.keyIdentifier[...]),
                critical: false
            )
        )
        if !application.names.isEmpty {
            // RFC 5280 §4.2.1.6: "If the subject field contains an empty sequence, then the issuing CA MUST include a
            // subjectAltName extension that is marked as critical."
            let names = SubjectAlternativeNames(application.names.map(\.generalName))
            extensions.append(try Certificate.Extension(names, critical: subject.isEmpty))
        }
        if self.profile.revocation == .noneIfShortLived, seconds <= CertificateProfile.shortLivedSeconds {
            extensions.append(MarkerExtension.noRevocationAvailable.makeCertificateExtension())
        } else {
            extensions += self.pointers[shard]
        }
        if self.profile.serverKeyLink, let hash = application.serverKeyHash {
            extensions.append(try ServerKeyLink(keyHash: hash).makeCertificateExtension())
        }
        return extensions + self.after
    }

    private static func extensionsBefore(
        _ profile: CertificateProfile,
        _ issuer: LintContext
    ) throws -> [Certificate.Extension] {
        let constraints: BasicConstraints =
            profile.role.isCertificationAuthority
            ? .isCertificateAuthority(maxPathLength: profile.pathLength) : .notCertificateAuthority
        var extensions = [try Certificate.Extension(constraints, critical: true)]
        if profile.role != .root {
            let identifier = AuthorityKeyIdentifier(keyIdentifier: issuer.issuerKeyIdentifier[...])
            extensions.append(try Certificate.Extension(identifier, critical: false))
        }
        if !profile.extendedKeyUsage.isEmpty {
            extensions.append(
                try Certificate.Extension(try ExtendedKeyUsage(profile.extendedKeyUsage), critical: false)
            )
        }
        return extensions
    }

    private static func pointers(
        _ profile: CertificateProfile,
        _ addresses: PublicAddresses,
        _ partition: CRLPartition
    ) throws -> [Certificate.Extension] {
        guard profile.revocation != .none else { return [] }
        var descriptions = [
            AuthorityInformationAccess.AccessDescription(
                method: .issuingCA,
                location: .uniformResourceIdentifier(addresses.certificate(of: partition.issuer))
            )
        ]
        if profile.revocation != .crlOnly {
            descriptions.insert(
                .init(method: .ocspServer, location: .uniformResourceIdentifier(addresses.ocsp)),
                at: 0
            )
        }
        return [
            try CRLDistributionPoints(uris: [addresses.crl(of: partition.issuer, shard: partition.shard)])
                .makeCertificateExtension(),
            try Certificate.Extension(AuthorityInformationAccess(descriptions), critical: false),
        ]
    }

    private static func extensionsAfter(_ profile: CertificateProfile) throws -> [Certificate.Extension] {
        var extensions: [Certificate.Extension] = []
        if !profile.policies.isEmpty {
            extensions.append(try CertificatePolicies(identifiers: profile.policies).makeCertificateExtension())
        }
        if profile.role == .ocspResponder {
            extensions.append(MarkerExtension.ocspNoCheck.makeCertificateExtension())
        }
        return extensions
    }
}

extension AlternativeName {
    /// The host that a name stands for: of an ANS name, the agent's host without the version.
    var host: String? {
        switch self {
        case .dns(let host), .wildcard(let host): host.description
        case .uri(let uri):
            if uri.scheme == "ans", let name = try? ANSName(uri.description) {
                name.host.description
            } else {
                uri.host.description
            }
        case .ip: nil
        }
    }
}
