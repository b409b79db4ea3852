// The management API as a value: dependencies in, a responder out.

public import AuditLog
public import CertificateAuthority
public import CoreMetrics
public import Foundation
import HTTPSignatures
import Hummingbird
public import Logging
public import RegistrationAuthority

/// What the program was built from.
public struct BuildInformation: Hashable, Sendable {
    /// The version, as in the change log.
    public let version: String
    /// The version of the compiler.
    public let swift: String

    /// Creates the value.
    public init(version: String, swift: String) {
        self.version = version
        self.swift = swift
    }
}

/// The HTTPS management API: routes, authentication, problem documents.
///
/// It holds nothing that changes but metrics; any number of servers may serve it at once.
public struct ManagementAPI: Sendable {
    let table: RouteTable
    /// Answers requests to all routes.
    let responder: RouterResponder<ManagementContext>
    let metrics: RequestMetrics
    let logger: Logger

    /// Puts the API together.
    ///
    /// - Parameters:
    ///   - denials: where refused authorizations are recorded.
    ///   - readiness: what `/readyz` asks.
    ///   - registrations: the registration authority; nil leaves its routes out.
    ///   - resolver: finds agents by name; nil leaves its routes out.
    ///   - catalogs: catalogues of agents; nil leaves their routes out.
    ///   - cards: agents' cards; nil leaves their routes out.
    ///   - zones: its zones; nil leaves their routes out.
    ///   - accounts: who answers for agents; nil leaves their routes out.
    ///   - webhooks: owners' webhooks; nil leaves their routes out.
    ///   - identities: who is behind agents; nil leaves their routes out.
    ///   - metadata: compares agents' metadata with their hashes; nil leaves its route out.
    ///   - verification: verifies agents for anyone; nil leaves its route out.
    ///   - log: the transparency log; nil leaves its routes out, and nobody waits for it.
    ///   - signatureAuthorities: under which `host:port` signed requests are taken; nil for any.
    ///   - exposition: the text of `/metrics`.
    ///   - metricsFactory: where the API's own metrics are made; the process's, once it is set up.
    ///   - now: the clock, for tokens and durations.
    /// - Throws: ``WebAPIError`` with `.invalidAuthority`.
    public init(
        authority: IssuingAuthority,
        authenticator: Authenticator,
        denials: any AuditStore,
        readiness: [ReadinessCheck],
        registrations: RegistrationService? = nil,
        resolver: AgentResolver? = nil,
        catalogs: AgentCatalogService? = nil,
        cards: AgentCardService? = nil,
        zones: ZoneService? = nil,
        accounts: AccountCalls? = nil,
        webhooks: WebhookService? = nil,
        identities: IdentityService? = nil,
        metadata: MetadataService? = nil,
        verification: VerificationCalls? = nil,
        log: LogCalls? = nil,
        signatureAuthorities: Set<String>? = nil,
        exposition: @escaping @Sendable () -> String,
        build: BuildInformation,
        metricsFactory: any MetricsFactory = MetricsSystem.factory,
        now: @escaping @Sendable () -> Date,
        logger: Logger
    ) throws(WebAPIError) {
        let metrics = RequestMetrics(factory: metricsFactory, build: build)
        let gatekeeper = Gatekeeper(
            authenticator: authenticator,
            denials: DenialLog(store: denials),
            metrics: metrics,
            signatures: registrations.map {
                MessageAuthenticator(service: $0, profile: SignatureProfile(authorities: signatureAuthorities))
            },
            registrations: registrations,
            now: now
        )
        let chains = IssuerChains(authority.issuers)
        self.table = RouteTable(
            routes: [
                .issueCertificate(authority, chains, registrations, gatekeeper, log),
                .listCertificates(authority),
                .showCertificate(authority, chains),
                .revokeCertificate(authority, chains, gatekeeper, log),
                .releaseCertificate(authority, chains),
                .revokeSelection(authority),
                .proveKeyCompromise(authority),
                .showAuthority(try AuthorityDocument(authority, chains: chains)),
                .showHealth(build),
                .showReadiness(readiness),
                .showMetrics(exposition),
                .showOpenAPI(),
            ] + (registrations.map { Route.agents($0, log) + Route.names($0) + [.renewal($0)] } ?? [])
                + (resolver.map { Route.resolution($0) } ?? [])
                + (catalogs.map { Route.catalogs($0) } ?? [])
                + (cards.map { Route.cards($0) } ?? [])
                + (zones.map { Route.zones($0) } ?? [])
                + (accounts.map { Route.accounts($0) } ?? [])
                + (webhooks.map { Route.webhooks($0) } ?? [])
                + (identities.map { Route.identities($0, log) } ?? [])
                + (metadata.map { [.verifyMetadata($0)] } ?? [])
                + (verification.map { [.verify($0, now: now)] } ?? [])
                + (log.map { Route.log($0) } ?? [])
        )
        let frame = RequestFrame(metrics: metrics, now: now)
        self.responder = self.table.router(frame: frame, gatekeeper: gatekeeper).buildResponder()
        self.metrics = metrics
        self.logger = logger
    }
}
