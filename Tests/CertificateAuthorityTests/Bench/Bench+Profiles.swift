// Issuance by any profile, whoever may ask for it.

import PKIX
import Testing
import X509

@testable import CertificateAuthority

extension Bench {
    /// Issues a certificate of a profile the way its requester would.
    func issueAny(
        _ profile: CertificateProfile,
        key: SubjectPublicKey
    ) async throws -> (stored: StoredCertificate, application: CertificateApplication, issuer: Issuer?) {
        var application = self.application(profile.name, key: key, names: try Self.names(of: profile))
        if profile.commonName == .hierarchy {
            application.subject = try DistinguishedName {
                OrganizationName("Test")
                CommonName("Subject of \(profile.name)")
            }
        }
        switch profile.requestedBy {
        case .api: return (try await self.authority.issue(application).stored, application, self.issuer)
        case .daemon: return (try await self.authority.issueForService(application).stored, application, self.issuer)
        case .ceremony: break
        }
        let pipeline = IssuancePipeline(store: self.store, environment: self.environment, logger: .silent)
        if profile.role == .root { throw OnlyByItself() }
        let template = try CertificateTemplate(profile: profile, issuer: self.root)
        let party = SigningParty(self.root)
        return (try await pipeline.issue(application, from: template, by: party).certificate, application, self.root)
    }

    /// Names that a profile admits.
    static func names(of profile: CertificateProfile) throws -> [AlternativeName] {
        switch profile.name {
        case "agent-identity": [.uri(try URIName("ans://v1.2.3.agent.example.com"))]
        case "agent-tls": [.dns(try HostName("a.example.com")), .dns(try HostName("b.example.com"))]
        case "service-tls": ["localhost", "127.0.0.1", "::1"].compactMap { AlternativeName(hostOrAddress: $0) }
        default: []
        }
    }
}

/// A root is signed by itself, with its own key.
struct OnlyByItself: Error {}

/// A profile with a kind of key that it admits.
struct ProfileAndKey: Sendable, CustomTestStringConvertible {
    let profile: CertificateProfile
    let type: KeyType

    var testDescription: String { "\(self.profile.name), \(self.type)" }

    /// Every shipped profile with every kind of key that it admits.
    static let all: [ProfileAndKey] = Shipped.profiles.flatMap { profile in
        profile.keys.flatMap { key -> [KeyType] in
            switch key {
            case .type(let type): [type]
            case .rsaAtLeast: [.rsa(bits: 2_048), .rsa(bits: 3_072)]
            }
        }.map { ProfileAndKey(profile: profile, type: $0) }
    }
}
