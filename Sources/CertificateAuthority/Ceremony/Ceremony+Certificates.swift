// The ceremony's certificates: the root signs itself, then the issuing CAs.

import AtomicFiles
import PKIX
import Signing
import SwiftASN1
import X509

extension Ceremony {
    /// Finds the root's certificate or makes it, and returns the root as an issuer.
    func certifyRoot(_ key: TokenKey) async throws -> Issuer {
        let path = self.layout.certificate("root")
        let publicKey = try key.subjectPublicKey
        let signer = TokenSigner(token: key.token, label: key.label, publicKey: publicKey)
        if !AtomicFile.exists(path) {
            let definition = self.hierarchy.root
            let scheme = definition.scheme ?? .default(for: publicKey.type)
            let context = LintContext(
                role: .root,
                issuer: definition.subject,
                issuerKeyIdentifier: publicKey.keyIdentifier,
                issuerKey: publicKey,
                issuerNotAfter: nil,
                issuerPathLength: nil,
                scheme: scheme
            )
            let template = try CertificateTemplate(
                profile: try self.profile(definition.profile, role: .root),
                issuer: context,
                issuerName: definition.name,
                notBefore: nil,
                addresses: self.addresses
            )
            let party = SigningParty(
                name: definition.name,
                signer: signer,
                scheme: scheme,
                verifier: try IndependentVerifier(issuerKey: publicKey)
            )
            try await self.issue(definition, key: publicKey, template: template, by: party)
        }
        return try Issuer(
            name: self.hierarchy.root.name,
            certificate: try PEM.certificate(in: path),
            isRoot: true,
            signer: signer,
            scheme: self.hierarchy.root.scheme,
            addresses: self.addresses
        )
    }

    /// Certifies an issuing CA by the root.
    func certify(_ definition: AuthorityDefinition, key: SubjectPublicKey, by root: Issuer) async throws {
        let template = try CertificateTemplate(
            profile: try self.profile(definition.profile, role: .issuingCA),
            issuer: root
        )
        try await self.issue(definition, key: key, template: template, by: SigningParty(root))
    }

    /// Issues a CA's certificate, unless an interrupted ceremony has, and puts it in its file.
    private func issue(
        _ definition: AuthorityDefinition,
        key: SubjectPublicKey,
        template: CertificateTemplate,
        by party: SigningParty
    ) async throws {
        var certificate = try await self.issuedBefore(key, profile: definition.profile)
        if certificate == nil {
            var application = CertificateApplication(
                profile: definition.profile,
                publicKey: key,
                requester: self.requester
            )
            application.subject = definition.subject
            certificate = try await self.pipeline.issue(application, from: template, by: party).certificate.certificate
        }
        let path = self.layout.certificate(definition.name)
        try AtomicFile.write(PEM.text(certificates: [certificate ?? []]).utf8, to: path, mode: 0o644)
    }

    /// The certificate that an earlier ceremony recorded for a key and could not write to its file.
    private func issuedBefore(_ key: SubjectPublicKey, profile: String) async throws -> [UInt8]? {
        var query = CertificateQuery(at: CertificateTime(self.environment.now()))
        query.profile = profile
        query.status = .valid
        let found = try await self.store.certificates(query).certificates.first { stored in
            (try? Certificate(reading: stored.certificate).publicKey) == key.certificateKey
        }
        return found?.certificate
    }

    private func profile(_ name: String, role: CertificateRole) throws(AuthorityError) -> CertificateProfile {
        guard let profile = self.profiles.first(where: { $0.name == name }), profile.role == role else {
            throw AuthorityError(
                .invalidHierarchy,
                "the hierarchy asks for profile '\(name)' of role '\(role.rawValue)', which is not among the profiles"
            )
        }
        return profile
    }

    /// Writes `chain.pem` (issuing CAs, then the root) and `issuing.pem` (the first issuing CA).
    func writeChain() throws {
        let issuers = try self.hierarchy.issuers.map { try PEM.certificate(in: self.layout.certificate($0.name)) }
        let root = try PEM.certificate(in: self.layout.certificate("root"))
        try self.write(PEM.text(certificates: issuers + [root]), to: self.layout.chain)
        try self.write(PEM.text(certificates: Array(issuers.prefix(1))), to: self.layout.certificate("issuing"))
    }

    /// Writes the log's public keys to `log.pem` and `log-es256.pem`.
    func writeLogKeys(_ record: CeremonyRecord) throws {
        for definition in self.hierarchy.logKeys {
            guard let key = record.key(definition.label, token: definition.token) else { continue }
            let document = PEMDocument(type: "PUBLIC KEY", derBytes: key.subjectPublicKeyInfo)
            try self.write(document.pemString + "\n", to: self.layout.certificate(definition.label))
        }
    }

    private func write(_ text: String, to path: String) throws {
        guard (try? AtomicFile.read(path)) != Array(text.utf8) else { return }
        try AtomicFile.write(text.utf8, to: path, mode: 0o644)
    }
}
