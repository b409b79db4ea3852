// The daemon's own certificates: TLS and OCSP responders, renewed ahead of expiry without a restart.

import AtomicFiles
public import Crypto
import Foundation
public import Logging
import Metrics
public import PKIX
public import ServiceLifecycle
import Signing
import SwiftASN1
import X509

/// Renews what the daemon itself needs, when two thirds of its life are over.
public struct ServiceCertificates: Service {
    /// How often it looks.
    public static let interval = Duration.seconds(60)

    private let authority: IssuingAuthority
    private let hierarchy: HierarchyDefinition
    private let layout: StateLayout
    private let responderKeys: ResponderKeys
    private let responders: ResponderRegister
    private let backoff = RenewalBackoff()
    private let names: [AlternativeName]
    private let makeKey: @Sendable () -> P256.Signing.PrivateKey
    private let credentialsChanged: @Sendable (ServiceCredentials) -> Void
    private let sleep: @Sendable (Duration) async throws -> Void
    private let logger: Logger

    /// Prepares the service.
    ///
    /// - Parameters:
    ///   - responderKeys: where responders' keys live.
    ///   - responders: learns of each responder that can sign.
    ///   - names: names of the TLS certificate besides those of the hierarchy: where the daemon listens.
    ///   - makeKey: draws a fresh TLS key.
    ///   - credentialsChanged: hears of new TLS credentials after they are on disk.
    public init(
        authority: IssuingAuthority,
        hierarchy: HierarchyDefinition,
        layout: StateLayout,
        responderKeys: ResponderKeys,
        responders: ResponderRegister,
        names: [AlternativeName],
        makeKey: @escaping @Sendable () -> P256.Signing.PrivateKey,
        credentialsChanged: @escaping @Sendable (ServiceCredentials) -> Void,
        sleep: @escaping @Sendable (Duration) async throws -> Void,
        logger: Logger
    ) {
        self.authority = authority
        self.hierarchy = hierarchy
        self.layout = layout
        self.responderKeys = responderKeys
        self.responders = responders
        self.names = hierarchy.service.names + names.filter { !hierarchy.service.names.contains($0) }
        self.makeKey = makeKey
        self.credentialsChanged = credentialsChanged
        self.sleep = sleep
        self.logger = logger
    }

    /// Looks and renews until shutdown.
    ///
    /// A renewal that fails is tried again at the next look; until then what there is serves on.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            repeat {
                do {
                    try await self.renewDue()
                } catch {
                    self.logger.error("own certificates could not be renewed", metadata: ["error": "\(error)"])
                }
            } while (try? await self.sleep(Self.interval)) != nil
        }
    }

    /// Renews each certificate that is due, or missing.
    ///
    /// One that fails keeps none of the others from it.
    ///
    /// - Returns: the names of those renewed.
    /// - Throws: the first error, after all have been tried.
    @discardableResult
    public func renewDue() async throws -> [String] {
        var renewed: [String] = []
        var failure: (any Error)?
        self.installResponders()
        for (name, renew) in await self.due() where self.backoff.admits(name, at: self.authority.now.date) {
            do {
                try await renew()
                renewed.append(name)
                self.backoff.note(name, failed: false, at: self.authority.now.date)
            } catch {
                failure = failure ?? error
                self.backoff.note(name, failed: true, at: self.authority.now.date)
            }
        }
        if let failure { throw failure }
        return renewed
    }

    private func due() async -> [(name: String, renew: () async throws -> Void)] {
        var due: [(name: String, renew: () async throws -> Void)] = []
        for issuer in self.authority.issuers {
            guard let responder = self.hierarchy.issuers.first(where: { $0.name == issuer.name })?.responder else {
                continue
            }
            if let current = self.responders.responder(of: issuer.name), !self.isDue(current, of: responder),
                await !self.isRevoked(current.certificate)
            {
                continue
            }
            due.append((responder.key.label, { try await self.renew(responder, of: issuer) }))
        }
        let path = self.layout.serviceCredentials
        let credentials = try? ServiceCredentials(contentsOf: path)
        let isRevoked = if let leaf = credentials?.chain.first { await self.isRevoked(leaf) } else { false }
        if credentials == nil || isRevoked || self.isDue(path, names: self.names) {
            due.append(("service-tls", { try await self.renewTLS() }))
        }
        return due
    }

    /// Has the responders sign whose certificates lie in their files: right after a start, also while their tokens are away.
    public func installResponders() {
        guard case .token(_, let signer) = self.responderKeys else { return }
        for issuer in self.authority.issuers where self.responders.responder(of: issuer.name) == nil {
            guard let key = self.hierarchy.issuers.first(where: { $0.name == issuer.name })?.responder?.key,
                let bytes = try? PEM.certificate(in: self.layout.certificate(key.label)),
                // A CA that was given another key has not certified it (RFC 6960 §4.2.2.2).
                (try? issuer.verifier.check(bytes)) != nil,
                let publicKey = try? SubjectPublicKey(try Certificate(reading: bytes).publicKey),
                let responder = try? DelegatedResponder(certificate: bytes, signer: try signer(key, publicKey)),
                self.authority.now < responder.notAfter
            else { continue }
            self.responders.install(responder, for: issuer.name)
        }
    }

    private func renew(_ responder: ResponderDefinition, of issuer: Issuer) async throws {
        // RFC 6960 §4.2.2.2: the responder's certificate is issued by the CA that the answers are about.
        guard self.authority.issuer(ofProfile: responder.profile) == issuer.name else {
            throw AuthorityError(
                .invalidHierarchy,
                "the responder of CA '\(issuer.name)' has profile '\(responder.profile)', which another CA issues; give it one of its own"
            )
        }
        let (publicKey, signer): (SubjectPublicKey, any CertificateSigner)
        switch self.responderKeys {
        case .token(let find, let makeSigner):
            publicKey = try await find(responder.key)
            signer = try makeSigner(responder.key, publicKey)
        case .memory(let makeKey):
            signer = try MemorySigner(makeKey())
            publicKey = signer.subjectPublicKey
        }
        var application = CertificateApplication(
            profile: responder.profile,
            publicKey: publicKey,
            requester: .system
        )
        application.subject = responder.subject
        if self.responderKeys.areInMemory { application.lifetime = Budget.memoryResponderSeconds }
        let issued = try await self.authority.issueForService(application)
        let certificate = issued.stored.certificate
        if !self.responderKeys.areInMemory {
            let text = PEM.text(certificates: [certificate])
            try AtomicFile.write(text.utf8, to: self.layout.certificate(responder.key.label), mode: 0o644)
        }
        self.responders.install(try DelegatedResponder(certificate: certificate, signer: signer), for: issuer.name)
        self.logger.notice("OCSP responder certificate renewed", metadata: ["responder": "\(responder.key.label)"])
    }

    private func renewTLS() async throws {
        let key = self.makeKey()
        let application = CertificateApplication(
            profile: self.hierarchy.service.profile,
            publicKey: try SubjectPublicKey(Certificate.PublicKey(key.publicKey)),
            names: self.names,
            requester: .system
        )
        let issued = try await self.authority.issueForService(application)
        let credentials = ServiceCredentials(chain: [issued.stored.certificate] + issued.chain, privateKey: key)
        try credentials.write(to: self.layout.serviceCredentials)
        self.credentialsChanged(credentials)
        self.logger.notice("TLS certificate renewed", metadata: ["serial": "\(issued.stored.serialNumber)"])
    }

    /// Whether the first certificate in a file has less than a third of its life left, is for other names, or is not there.
    private func isDue(_ path: String, names: [AlternativeName] = []) -> Bool {
        guard let bytes = try? PEM.certificate(in: path), let certificate = try? Certificate(reading: bytes) else {
            return true
        }
        if !names.isEmpty,
            (try? certificate.extensions.subjectAlternativeNames?.elementsEqual(names.map(\.generalName))) != true
        {
            return true
        }
        return self.isDue(CertificateTime(certificate.notValidBefore), CertificateTime(certificate.notValidAfter))
    }

    /// Whether a certificate of our own was revoked: it is of no use any more, whatever is left of its life.
    private func isRevoked(_ certificate: [UInt8]) async -> Bool {
        guard let parsed = try? Certificate(reading: certificate),
            let serialNumber = try? SerialNumber(bytes: parsed.serialNumber.bytes),
            let found = try? await self.authority.certificate(serialNumber)
        else { return false }
        return found.stored.revocation != nil
    }

    private func isDue(_ responder: DelegatedResponder, of definition: ResponderDefinition) -> Bool {
        let path = self.layout.certificate(definition.key.label)
        return self.isDue(responder.notBefore, responder.notAfter)
            || !self.responderKeys.areInMemory && (try? PEM.certificate(in: path)) != responder.certificate
    }

    private func isDue(_ notBefore: CertificateTime, _ notAfter: CertificateTime) -> Bool {
        let life = notAfter.secondsSinceEpoch - notBefore.secondsSinceEpoch
        let left = notAfter.secondsSinceEpoch - self.authority.now.secondsSinceEpoch
        return 3 * left < life
    }
}
