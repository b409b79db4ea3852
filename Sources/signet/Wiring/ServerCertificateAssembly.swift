// Public certificates of a state directory: CAs with their accounts' keys, the ways of proving control, engine and service.

import ACME
import DNS
import Foundation
import Logging
import OutboundHTTP
import PKIX
import Persistence
import RegistrationAuthority
import ServerCertificates
import Signing

extension ACMEDefinition.Authority {
    /// Reads the files that the configuration names.
    ///
    /// - Throws: ``ConfigurationError``.
    func check(_ keys: AccountKeys) throws {
        try keys.check(self)
        _ = try self.rootsFile.map { try readText($0) }
        _ = try self.externalKey()
    }

    /// HTTP to the CA, whose own certificate is verified with the roots of the file, or the system's.
    fileprivate func exchange() throws -> PooledHTTPExchange {
        guard let file = self.rootsFile else { return PooledHTTPExchange() }
        let roots = try readText(file)
        do throws(HTTPExchangeFailure) { return try PooledHTTPExchange(rootsPEM: roots) } catch {
            throw ConfigurationError("\(file): \(error.reason)")
        }
    }

    /// The key that binds the account.
    fileprivate func externalKey() throws -> ExternalAccountKey? {
        guard let binding = self.binding else { return nil }
        let text = try DNSAssembly.secret(in: binding.file)
        do throws(ACMEError) { return try ExternalAccountKey(keyID: binding.keyID, hmacKey: text) } catch {
            throw ConfigurationError("\(binding.file): \(error.reason)")
        }
    }
}

/// What is needed to have public certificates issued.
struct ServerCertificateAssembly: Sendable {
    /// Takes orders to their end.
    let engine: OrderEngine
    private let exchanges: [PooledHTTPExchange]

    /// Puts it together; nobody is asked anything yet.
    ///
    /// - Throws: ``ConfigurationError``; the reason names the CA.
    init(
        _ definition: ACMEDefinition,
        keys: AccountKeys,
        tokens: [String: Token],
        store: SQLiteStore,
        dns: DNSAssembly,
        logger: Logger
    ) async throws {
        // A client that is let go without shutdown ends the process.
        var exchanges: [PooledHTTPExchange] = []
        var authorities: [ServerAuthority] = []
        do {
            for authority in definition.authorities {
                let exchange = try authority.exchange()
                exchanges.append(exchange)
                authorities.append(
                    try Self.authority(authority, exchange, signer: try keys.signer(for: authority, tokens: tokens))
                )
            }
        } catch {
            for exchange in exchanges { await exchange.shutdown() }
            let reason = (error as? ACMEError)?.reason ?? "\(error)"
            throw ConfigurationError("acme.authorities: \(reason)")
        }
        let environment = ServerCertificateEnvironment(
            now: SystemEnvironment.now,
            clock: SystemEnvironment.clock,
            generator: SystemRandomNumberGenerator(),
            logger: logger
        )
        var settings = ServerCertificateSettings()
        settings.failover = definition.failover
        self.exchanges = exchanges
        self.engine = OrderEngine(
            orders: store,
            certificates: store,
            authorities: AuthorityList(authorities, accounts: store, limits: store, environment: environment),
            ways: Self.ways(definition, dns),
            environment: environment,
            settings: settings,
            node: UUID().uuidString.lowercased(),
            onMoment: Failpoint.onOrderMoment
        )
    }

    private static func authority(
        _ definition: ACMEDefinition.Authority,
        _ exchange: PooledHTTPExchange,
        signer: any AccountSigner
    ) throws -> ServerAuthority {
        var authority = ServerAuthority(
            name: definition.name,
            configuration: definition.configuration,
            exchange: exchange,
            signer: signer
        )
        authority.contacts = definition.contacts
        authority.agreesToTerms = definition.agreesToTerms
        authority.externalKey = try definition.externalKey()
        authority.profile = definition.profile
        authority.preferredRoot = definition.preferredRoot
        authority.challengeTypes = definition.challengeTypes
        return authority
    }

    private static func ways(_ definition: ACMEDefinition, _ dns: DNSAssembly) -> ChallengeWays {
        ChallengeWays(
            zone: { name in
                dns.zones.zone(of: name).map { zone in
                    ChallengeZone(apex: zone.apex, provider: zone.provider, servers: zone.servers)
                }
            },
            leadsHere: { definition.hosts.contains($0) },
            resolver: dns.resolver,
            clock: SystemEnvironment.clock,
            files: OwnersFiles(dns: dns),
            placing: definition.command,
            delegations: definition.delegations
        )
    }

    /// The port of the registration authority.
    ///
    /// - Parameter chains: judges certificates that are brought.
    func service(chains: any ChainChecking) -> ServerCertificateService {
        ServerCertificateService(engine: self.engine, chains: chains)
    }

    /// Lets connections go.
    func shutdown() async {
        for exchange in self.exchanges { await exchange.shutdown() }
    }
}

/// Files that owners have placed, fetched as proofs of control are: from addresses that the policy admits, no redirects.
private struct OwnersFiles: ChallengeFiles {
    let dns: DNSAssembly

    func content(at path: String, of host: String) async throws -> String? {
        try await self.dns.proofs.content(
            at: path,
            of: try DomainName(host),
            resolver: self.dns.resolver,
            clock: SystemEnvironment.clock
        )
    }
}
