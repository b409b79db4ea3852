// The daemon: every service that runs for long, listed once, in start order. Shutdown goes the other way: first no more
// requests, then no more signatures, then no more writes.

import AtomicFiles
import AuditLog
import CertificateAuthority
import Crypto
import Foundation
import Glibc
import Logging
import Persistence
import RegistrationAuthority
import ServiceLifecycle
import Signing
import Telemetry
import TransparencyLog
import UnixSignals
import ValidationService
import WebAPI

/// A daemon on a state directory.
struct Daemon {
    /// How long the start waits for a token before it serves without: long enough for one that is there.
    private static let tokenPatience = Duration.seconds(3)
    /// How long the end waits for a module to let go, in seconds: over the longest signature that is waited for.
    private static let tokenFarewell = 10.0

    let layout: StateLayout
    let configuration: SignetConfiguration
    let metrics: MetricsRegistry
    let logger: Logger

    /// Serves until SIGTERM or SIGINT.
    func run() async throws {
        let lock = try StateDirectoryLock(directory: self.layout.directory)
        defer { withExtendedLifetime(lock) {} }
        let definitions = try Definitions(hierarchy: self.layout.hierarchy)
        let store = try SQLiteStore(path: self.layout.database, creating: false, clock: SystemEnvironment.clock)
        let access = TokenAccess(configuration: self.configuration, layout: self.layout, logger: self.logger)
        let opened = try access.open(definitions.hierarchy.daemonTokens)
        do {
            try await self.serve(store, definitions, opened)
        } catch {
            await store.close()
            try? await opened.close()
            throw error
        }
        // The store first: what was accepted is durable whatever a module does when it is let go.
        await store.close()
        Self.leaveIfTokensHang(logger: self.logger)
        try await opened.close()
    }

    /// Ends the process when a PKCS#11 module does not come back from C_Finalize: nothing is left to lose.
    private static func leaveIfTokensHang(logger: Logger) {
        Thread.detachNewThread {
            Thread.sleep(forTimeInterval: Self.tokenFarewell)
            logger.error("the PKCS#11 module does not let go; leaving without it")
            _exit(EXIT_SUCCESS)
        }
    }

    private func log(
        _ definitions: Definitions,
        _ opened: TokenAccess.Opened,
        _ store: SQLiteStore
    ) throws -> LogAssembly {
        try LogAssembly(
            try LogFiles(self.layout, definitions.hierarchy, publicURL: self.configuration.publicURL),
            definitions,
            tokens: opened.tokens,
            store: store,
            environment: RegistrationEnvironment(
                now: SystemEnvironment.now,
                sleep: SystemEnvironment.sleep,
                generator: SystemRandomNumberGenerator()
            ),
            raID: self.configuration.publicURL,
            witnesses: self.configuration.witnesses,
            settings: SequencerSettings(interval: .milliseconds(self.configuration.logBatching)),
            logger: self.logger
        )
    }

    private func serve(_ store: SQLiteStore, _ definitions: Definitions, _ opened: TokenAccess.Opened) async throws {
        try AtomicFile.createDirectory(self.layout.crls, mode: 0o755)
        let publicSide = PublicSide(
            configuration: self.configuration,
            layout: self.layout,
            issuers: definitions.hierarchy.issuers.map(\.name),
            logger: self.logger
        )
        let resolutions = ResolutionCache()
        let assembly = try AuthorityAssembly(
            layout: self.layout,
            definitions: definitions,
            tokens: opened.tokens,
            publicURL: self.configuration.publicURL,
            apiHost: self.configuration.api.host,
            store: store,
            onStatusChange: { changed in
                for certificate in changed {
                    publicSide.forget(certificate.serialNumber, of: certificate.issuer)
                    if let host = certificate.agent { resolutions.forget(host: host) }
                }
            },
            logger: self.logger
        )
        let keys = KeyCheck(signers: assembly.signers, tokens: Array(opened.tokens.values), logger: self.logger)
        try await keys.checkAtStart(patience: Self.tokenPatience)
        let recovery = try await IssuanceRecovery(
            authority: assembly.authority,
            pause: { try await SystemEnvironment.sleep(.seconds(1)) },
            logger: self.logger
        )
        if recovery.count > 0 {
            self.logger.notice("issuances left over by a crash", metadata: ["count": "\(recovery.count)"])
        }
        // Whoever holds the directory's lock is alone with its store.
        try await store.releaseLeases(at: SystemEnvironment.now())
        try await store.releaseWebhookLeases()
        try await store.releaseLogLease()
        try await store.releaseServerOrderLeases(at: SystemEnvironment.now())
        let cardSigner = RegistryCardSigner(credentials: self.layout.serviceCredentials, logger: self.logger)
        let (transport, certificates) = try self.transport(assembly, publicSide.responders, cardSigner)
        certificates.installResponders()
        let announcement = Announcement(self.configuration) { await self.announce($0, $1, store: store) }
        let log = try self.log(definitions, opened, store)
        let (publicServices, selfCheck) = try publicSide.services(
            assembly,
            store,
            announcement,
            ResourceLoaders([
                LogResources(log: log.publicLog),
                LogPageResources(
                    pages: LogPages(
                        log: log.publicLog,
                        witnesses: self.configuration.witnesses.endpoints.map(\.key)
                    )
                ),
            ])
        )
        for path in [self.layout.dns, self.layout.policy, self.layout.webhookKey] where !AtomicFile.exists(path) {
            throw ConfigurationError(
                "\(path): no such file; run 'signet init --state \(self.layout.directory)' again: it adds what is missing"
            )
        }
        let dns = try await DNSAssembly(DNSDefinition(file: self.layout.dns, directory: self.layout.directory))
        let publicCertificates: ServerCertificateAssembly
        do {
            publicCertificates = try await ServerCertificateAssembly(
                self.configuration.acme,
                keys: AccountKeys(layout: self.layout, hierarchy: definitions.hierarchy),
                tokens: opened.tokens,
                store: store,
                dns: dns,
                logger: self.logger
            )
        } catch {
            await dns.shutdown()
            throw error
        }
        do {
            let trust = try PublicTrustAssembly(self.configuration.verification, dns: dns, logger: self.logger)
            let servers = publicCertificates.service(chains: BroughtChains(trust: trust))
            let registration = try self.registration(assembly, store, dns, cardSigner, resolutions, servers)
            let verification = try self.verification(assembly, store, dns, trust, servers)
            try await self.loadZones(registration.zones)
            let server = try ManagementServer(
                api: try self.api(assembly, store, opened, selfCheck, registration, verification, log),
                host: self.configuration.api.host,
                port: self.configuration.api.port,
                transport: transport,
                limits: self.limits,
                onBound: { port in await announcement.api(port: port) }
            )
            let housekeeping = StoreHousekeeping(store: store, logger: self.logger)
            let inner: [any Service] = [keys, recovery, certificates, housekeeping]
            let group = ServiceGroup(
                services: inner + publicServices + log.services + [publicCertificates.engine] + registration.services
                    + [server],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: self.logger
            )
            try await group.run()
            await publicCertificates.shutdown()
            await dns.shutdown()
        } catch {
            await publicCertificates.shutdown()
            await dns.shutdown()
            throw error
        }
        try? await store.append([
            AuditEvent(at: SystemEnvironment.now(), actor: "system", action: .stopAuthority, object: "authority")
        ])
        self.logger.notice("stopped")
    }

    /// TLS with the credentials of the state directory, or plain HTTP on loopback.
    private func transport(
        _ assembly: AuthorityAssembly,
        _ responders: ResponderRegister,
        _ cardSigner: RegistryCardSigner
    ) throws -> (ManagementServer.Transport, ServiceCertificates) {
        let path = self.layout.serviceCredentials
        let credentials =
            try self.configuration.api.isTLS
            ? ServerCredentials(
                try ServiceCredentials(contentsOf: path),
                clientRoots: [try PEM.certificate(in: self.layout.certificate("root"))]
            ) : nil
        let certificates = assembly.serviceCertificates(
            layout: self.layout,
            api: self.configuration.api,
            responderKeys: self.configuration.ocsp.keyPlace,
            responders: responders,
            logger: self.logger
        ) { renewed in
            cardSigner.use(renewed)
            do {
                try credentials?.replace(renewed)
            } catch {
                self.logger.error("renewed TLS credentials cannot be used", metadata: ["error": "\(error)"])
            }
        }
        return (credentials.map { .tls($0) } ?? .plain, certificates)
    }

    private func api(
        _ assembly: AuthorityAssembly,
        _ store: SQLiteStore,
        _ opened: TokenAccess.Opened,
        _ selfCheck: StatusSelfCheck,
        _ registration: Registrations,
        _ verification: VerificationCalls?,
        _ log: LogAssembly
    ) throws -> ManagementAPI {
        let metrics = self.metrics
        let authenticator = Authenticator(store: store)
        return try ManagementAPI(
            authority: assembly.authority,
            authenticator: authenticator,
            denials: store,
            readiness: Readiness.checks(
                tokens: opened.tokens,
                store: store,
                issuers: assembly.authority.issuers,
                credentials: self.configuration.api.isTLS ? self.layout.serviceCredentials : nil,
                selfCheck: selfCheck
            ) + log.readiness(self.configuration.witnesses),
            registrations: registration.service,
            resolver: registration.resolver,
            catalogs: registration.catalogs,
            cards: registration.cards,
            zones: registration.zones,
            accounts: AccountCalls(
                accounts: registration.accounts,
                registrations: registration.service,
                tokens: APITokenService(
                    store: store,
                    authenticator: authenticator,
                    generator: SystemRandomNumberGenerator(),
                    now: SystemEnvironment.now
                )
            ),
            webhooks: registration.webhooks,
            identities: registration.identities,
            metadata: registration.metadata,
            verification: verification,
            log: LogCalls(log: log.publicLog, integration: log.integration),
            signatureAuthorities: self.signatureAuthorities(assembly.definitions),
            exposition: { metrics.exposition() },
            build: BuildInformation(version: Version.current, swift: Version.swift),
            now: SystemEnvironment.now,
            logger: self.logger
        )
    }

    /// Under which names signed requests reach us; any where the system chooses the port.
    private func signatureAuthorities(_ definitions: Definitions) -> Set<String>? {
        let api = self.configuration.api
        guard api.port != 0 else { return nil }
        let hosts = [api.host] + definitions.hierarchy.service.names.map(\.hostText)
        let isUsual = api.port == (api.isTLS ? 443 : 80)
        return Set(hosts.flatMap { isUsual ? [$0, "\($0):\(api.port)"] : ["\($0):\(api.port)"] })
    }

    private var limits: ServerLimits {
        var limits = ServerLimits()
        limits.connections = FileLimit.connections(
            atMost: self.configuration.maximumConnections,
            besides: 0,
            logger: self.logger
        )
        return limits
    }

    /// Says where both sides listen, on standard output for scripts, and records the start.
    private func announce(_ api: ListenAddress, _ publicSide: ListenAddress, store: SQLiteStore) async {
        let lines = "signet \(Version.current) serves \(api)\nsignet \(Version.current) publishes \(publicSide)\n"
        FileHandle.standardOutput.write(Data(lines.utf8))
        self.logger.notice("serving", metadata: ["address": "\(api)", "public": "\(publicSide)"])
        do {
            try await store.append([
                AuditEvent(
                    at: SystemEnvironment.now(),
                    actor: "system",
                    action: .startAuthority,
                    object: "authority",
                    details: ["version": Version.current, "address": "\(api)", "public": "\(publicSide)"]
                )
            ])
        } catch {
            self.logger.error("the start could not be recorded", metadata: ["error": "\(error)"])
        }
    }
}

extension ServerCredentials {
    convenience init(_ credentials: ServiceCredentials, clientRoots: [[UInt8]]) throws {
        try self.init(
            certificateChainPEM: Array(PEM.text(certificates: credentials.chain).utf8),
            privateKeyPEM: Array(credentials.privateKey.pemRepresentation.utf8),
            clientRoots: clientRoots
        )
    }

    fileprivate func replace(_ credentials: ServiceCredentials) throws {
        try self.replace(
            certificateChainPEM: Array(PEM.text(certificates: credentials.chain).utf8),
            privateKeyPEM: Array(credentials.privateKey.pemRepresentation.utf8)
        )
    }
}
