// The extensions of good certificates.

import PKIX
import SwiftASN1
import X509

extension TBSFixture {
    static func extensions(
        of role: CertificateRole,
        publicKey: SubjectPublicKey,
        context: LintContext
    ) throws -> [Certificate.Extension] {
        var extensions: [Certificate.Extension] = []
        if role != .root {
            let issuer = AuthorityKeyIdentifier(keyIdentifier: context.issuerKeyIdentifier[...])
            extensions.append(try Certificate.Extension(issuer, critical: false))
        }
        let identifier = SubjectKeyIdentifier(keyIdentifier: publicKey.keyIdentifier[...])
        extensions.append(try Certificate.Extension(identifier, critical: false))
        return extensions + (try Self.usages(of: role)) + (try Self.names(of: role)) + (try Self.pointers(of: role))
    }

    private static func usages(of role: CertificateRole) throws -> [Certificate.Extension] {
        guard !role.isCertificationAuthority else {
            let length = role == .root ? nil : 0
            return [
                try Certificate.Extension(
                    BasicConstraints.isCertificateAuthority(maxPathLength: length),
                    critical: true
                ),
                try Certificate.Extension(KeyUsage(keyCertSign: true, cRLSign: true), critical: true),
            ]
        }
        let purposes: [ExtendedKeyUsage.Usage] =
            switch role {
            case .ocspResponder: [.ocspSigning]
            case .tls: [.serverAuth, .clientAuth]
            default: [.clientAuth]
            }
        return [
            try Certificate.Extension(KeyUsage(digitalSignature: true), critical: true),
            try Certificate.Extension(ExtendedKeyUsage(purposes), critical: false),
        ]
    }

    private static func names(of role: CertificateRole) throws -> [Certificate.Extension] {
        let names: [GeneralName] =
            switch role {
            case .tls:
                [.dnsName(Self.host), .ipAddress(ASN1OctetString(contentBytes: [192, 0, 2, 1]))]
            case .agentIdentity: [.uniformResourceIdentifier(Self.ansName)]
            default: []
            }
        return names.isEmpty ? [] : [try Certificate.Extension(SubjectAlternativeNames(names), critical: false)]
    }

    private static func pointers(of role: CertificateRole) throws -> [Certificate.Extension] {
        switch role {
        case .root: return []
        case .ocspResponder: return [MarkerExtension.ocspNoCheck.makeCertificateExtension()]
        case .issuingCA, .tls, .agentIdentity:
            let isForCA = role == .issuingCA
            let crls = CRLDistributionPoints(uris: ["http://ca.example.com/crl/\(isForCA ? "root" : "issuing").crl"])
            var access = AuthorityInformationAccess([
                .init(method: .issuingCA, location: .uniformResourceIdentifier("http://ca.example.com/ca/issuing.cer"))
            ])
            if !isForCA {
                let location = GeneralName.uniformResourceIdentifier("http://ca.example.com/ocsp")
                access.append(.init(method: .ocspServer, location: location))
            }
            let policies = CertificatePolicies(identifiers: [[1, 3, 6, 1, 4, 1, 99_999, 1, 1]])
            return [
                try policies.makeCertificateExtension(), try crls.makeCertificateExtension(),
                try Certificate.Extension(access, critical: false),
            ]
        }
    }
}
