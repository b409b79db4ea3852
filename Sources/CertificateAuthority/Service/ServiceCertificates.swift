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
    private let responderKey: @Sendable (KeyDefinition) async throws -> SubjectPublicKey
    private let names: [AlternativeName]
    private let makeKey: @Sendable () -> P256.Signing.PrivateKey
    private let credentialsChanged: @Sendable (ServiceCredentials) -> Void
    private let sleep: @Sendable (Duration) async throws -> Void
    private let logger: Logger

    /// Prepares the service.
    ///
    /// - Parameters:
    ///   - responderKey: finds a responder's key on its token and checks it.
    ///   - names: names of the TLS certificate besides those of the hierarchy: where the daemon listens.
    ///   - makeKey: draws a fresh TLS key.
    ///   - credentialsChanged: hears of new TLS credentials after they are on disk.
    public init(
        authority: IssuingAuthority,
        hierarchy: HierarchyDefinition,
        layout: StateLayout,
        responderKey: @escaping @Sendable (KeyDefinition) async throws -> SubjectPublicKey,
        names: [AlternativeName],
        makeKey: @escaping @Sendable () -> P256.Signing.PrivateKey,
        credentialsChanged: @escaping @Sendable (ServiceCredentials) -> Void,
        sleep: @escaping @Sendable (Duration) async throws -> Void,
        logger: Logger
    ) {
        self.authority = authority
        self.hierarchy = hierarchy
        self.layout = layout
        self.responderKey = responderKey
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
        for (name, renew) in self.due {
            do {
                try await renew()
                renewed.append(name)
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return renewed
    }

    private var due: [(name: String, renew: () async throws -> Void)] {
        var due: [(name: String, renew: () async throws -> Void)] = []
        for responder in self.hierarchy.issuers.compactMap(\.responder)
        where self.isDue(self.layout.certificate(responder.key.label)) {
            due.append((responder.key.label, { try await self.renew(responder) }))
        }
        let path = self.layout.serviceCredentials
        if (try? ServiceCredentials(contentsOf: path)) == nil || self.isDue(path, names: self.names) {
            due.append(("service-tls", { try await self.renewTLS() }))
        }
        return due
    }

    private func renew(_ responder: ResponderDefinition) async throws {
        var application = CertificateApplication(
            profile: responder.profile,
            publicKey: try await self.responderKey(responder.key),
            requester: .system
        )
        application.subject = responder.subject
        let issued = try await self.authority.issueForService(application)
        let text = PEM.text(certificates: [issued.stored.certificate])
        try AtomicFile.write(text.utf8, to: self.layout.certificate(responder.key.label), mode: 0o644)
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
        let life = certificate.notValidAfter.timeIntervalSince(certificate.notValidBefore)
        return self.authority.now.date > certificate.notValidAfter.addingTimeInterval(-life / 3)
    }
}
