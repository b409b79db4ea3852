// The registration authority of a state directory: rules, engine and service put together.

import CertificateAuthority
import Foundation
import Logging
import PKIX
import Persistence
import RegistrationAuthority
import ServiceLifecycle

/// The registration authority, and what of it runs for long.
struct Registrations {
    let service: RegistrationService
    let resolver: AgentResolver
    let catalogs: AgentCatalogService
    let cards: AgentCardService
    let zones: ZoneService
    let accounts: AccountService
    let webhooks: WebhookService
    let identities: IdentityService
    let metadata: MetadataService
    let services: [any Service]
}

extension Daemon {
    /// The registration authority, and what of it runs for long.
    func registration(
        _ assembly: AuthorityAssembly,
        _ store: SQLiteStore,
        _ dns: DNSAssembly,
        _ signer: RegistryCardSigner,
        _ resolutions: ResolutionCache,
        _ servers: any ServerCertificateObtaining
    ) throws -> Registrations {
        let environment = RegistrationEnvironment(
            now: SystemEnvironment.now,
            sleep: SystemEnvironment.sleep,
            generator: SystemRandomNumberGenerator()
        )
        let rules = RegistrationRules(policy: try PolicyFile.read(self.layout.policy), zones: dns.zones)
        let engine = RegistrationEngine(
            store: ChangeNotingStore(store, cache: resolutions),
            issuing: assembly.authority,
            serverCertificates: servers,
            serverOrderLimits: ServerOrderLimits(store: store, rules: rules),
            observer: AuthoritativeObserver(
                resolver: dns.resolver,
                clock: SystemEnvironment.clock,
                proofs: dns.proofs,
                caaIdentities: dns.caaIdentities
            ),
            zones: dns.zones,
            environment: environment,
            settings: RegistrationSettings(
                logURL: self.configuration.publicURL,
                admitsPlainHTTP: self.configuration.api.isLoopback
            ),
            node: UUID().uuidString.lowercased(),
            onStep: Failpoint.onRegistrationStep,
            logger: self.logger
        )
        let watch = PolicyWatch(path: self.layout.policy, rules: rules, audit: store, logger: self.logger)
        let zones = ZoneService(
            directory: dns.zones,
            store: store,
            registrations: store,
            resolver: dns.resolver,
            environment: environment
        )
        let service = RegistrationService(engine: engine, limits: store, rules: rules, accounts: store)
        let cards = AgentCardService(registrations: service, store: store, signing: signer, resolutions: resolutions)
        let webhooks = try self.webhooks(store, dns)
        let documents = DocumentFetcher(
            targets: TargetPolicy(addresses: dns.addresses),
            sleep: SystemEnvironment.sleep,
            resolver: dns.resolver
        )
        return Registrations(
            service: service,
            resolver: AgentResolver(
                registrations: service,
                lookup: dns.resolver,
                cards: cards,
                signing: signer,
                cache: resolutions
            ),
            catalogs: AgentCatalogService(registrations: service, signing: signer),
            cards: cards,
            zones: zones,
            accounts: AccountService(store: store, limits: store, rules: rules, environment: environment),
            webhooks: webhooks.service,
            identities: IdentityService(
                registrations: service,
                store: store,
                documents: documents,
                raID: self.configuration.publicURL
            ),
            metadata: MetadataService(registrations: service, documents: documents),
            services: [engine, watch, webhooks.dispatcher]
        )
    }

    /// Takes up the zones that were connected before.
    func loadZones(_ zones: ZoneService) async throws {
        for zone in try await zones.load() {
            self.logger.warning(
                "a connected zone is not served: dns.yaml has it as its own, or lacks its provider",
                metadata: ["zone": "\(zone.apex)", "provider": "\(zone.provider)"]
            )
        }
    }
}

extension AlternativeName {
    /// The name as an authority has it.
    var hostText: String {
        switch self {
        case .dns(let host): host.description
        case .wildcard(let host): "*.\(host)"
        case .uri(let uri): uri.description
        case .ip(let octets): octets.count == 16 ? "[\(IPAddress.text(of: octets))]" : IPAddress.text(of: octets)
        }
    }
}
