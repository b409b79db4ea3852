// Zones, their hosts and the resolver, as dns.yaml has them.

import AsyncHTTPClient
import AtomicFiles
import DNS
import Foundation
import NIOCore
import OutboundHTTP
import RegistrationAuthority

/// What is needed to look at names and to write records.
struct DNSAssembly: Sendable {
    let resolver: Resolver
    /// Asks resolvers that are trusted to validate, and nobody else; nil where none is configured.
    let validator: Resolver?
    let zones: ZoneDirectory
    let proofs: HTTPProofs
    /// To which addresses what strangers name may lead.
    let addresses: AddressPolicy
    let caaIdentities: [String]
    private let exchange: PooledHTTPExchange
    private let client: HTTPClient

    /// Puts it together; nobody is asked anything yet.
    ///
    /// - Throws: ``ConfigurationError``; the reason names the provider or zone.
    init(_ definition: DNSDefinition) async throws {
        // A client that is let go without shutdown ends the process.
        let exchange = PooledHTTPExchange()
        do {
            try self.init(definition, exchange)
        } catch {
            await exchange.shutdown()
            throw error
        }
    }

    private init(_ definition: DNSDefinition, _ exchange: PooledHTTPExchange) throws {
        let dnsClient = DNSClient(generator: SystemRandomNumberGenerator())
        let surroundings = ProviderEnvironment(
            exchange: exchange,
            clock: SystemEnvironment.clock,
            now: { Int64(SystemEnvironment.now().timeIntervalSince1970) },
            jitter: { Double.random(in: 0..<1) }
        )
        var providers: [String: any DNSProvider] = [:]
        for provider in definition.providers {
            do {
                providers[provider.name] = try Self.provider(provider.settings, dnsClient, surroundings)
            } catch {
                throw ConfigurationError("dns.yaml: providers.\(provider.name): \(Self.reason(error))")
            }
        }
        var overrides: [DomainName: [ServerAddress]] = [:]
        do {
            for zone in definition.zones where !zone.servers.isEmpty {
                overrides[zone.apex] = try zone.servers.map { try ServerAddress($0) }
            }
            self.zones = ZoneDirectory(
                definition.zones.compactMap { zone in
                    providers[zone.provider].map { provider in
                        HostedZone(
                            apex: zone.apex,
                            provider: provider,
                            isOurs: zone.isOurs,
                            providerName: zone.provider,
                            servers: overrides[zone.apex] ?? []
                        )
                    }
                },
                providers: providers
            )
            self.resolver = Resolver(
                client: dnsClient,
                servers: try Self.servers(definition.resolvers),
                overrides: overrides
            )
            self.validator =
                definition.validatingResolvers.isEmpty
                ? nil : Resolver(client: dnsClient, servers: try Self.servers(definition.validatingResolvers))
            self.caaIdentities = definition.caaIdentities
            self.addresses = AddressPolicy(allowed: try definition.admittedAddresses.map { try AddressBlock($0) })
            self.client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: Self.clientConfiguration)
            self.proofs = HTTPProofs(
                client: self.client,
                addresses: self.addresses,
                port: definition.httpProofPort
            )
        } catch {
            throw ConfigurationError("dns.yaml: \(Self.reason(error))")
        }
        self.exchange = exchange
    }

    /// Lets connections go.
    func shutdown() async {
        await self.exchange.shutdown()
        try? await self.client.shutdown()
    }

    private static var clientConfiguration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout = .init(connect: .seconds(5), read: .seconds(5))
        return configuration
    }

    /// The configured resolvers, or those of the system.
    private static func servers(_ texts: [String]) throws -> [ServerAddress] {
        if !texts.isEmpty { return try texts.map { try ServerAddress($0) } }
        let text = (try? AtomicFile.read("/etc/resolv.conf", limit: 65_536)) ?? []
        return Resolver.servers(inResolvConf: String(decoding: text, as: UTF8.self))
    }

    private static func provider(
        _ settings: DNSDefinition.Provider.Settings,
        _ client: DNSClient,
        _ surroundings: ProviderEnvironment
    ) throws -> any DNSProvider {
        switch settings {
        case .rfc2136(let server, let name, let algorithm, let file):
            guard let algorithm = TSIGAlgorithm(rawValue: algorithm) else {
                let known = TSIGAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")
                throw ConfigurationError("algorithm: '\(algorithm)' is not one of \(known)")
            }
            let key = try TSIGKey(
                name: try DomainName(name),
                algorithm: algorithm,
                base64Secret: try self.secret(in: file)
            )
            return RFC2136Provider(
                RFC2136Provider.Configuration(server: try ServerAddress(server), key: key),
                client: client,
                clock: SystemEnvironment.clock,
                now: SystemEnvironment.now
            )
        case .cloudflare(let file, let url):
            return CloudflareProvider(
                token: try ProviderSecret(try self.secret(in: file)),
                endpoint: try url.map { try ProviderEndpoint($0) } ?? .cloudflare,
                environment: surroundings
            )
        case .route53(let accessKey, let file, let sessionFile, let url):
            return Route53Provider(
                credentials: try AWSCredentials(
                    accessKeyID: accessKey,
                    secretAccessKey: try ProviderSecret(try self.secret(in: file)),
                    sessionToken: try sessionFile.map { try ProviderSecret(try self.secret(in: $0)) }
                ),
                endpoint: try url.map { try ProviderEndpoint($0) } ?? .route53,
                environment: surroundings
            )
        case .powerDNS(let url, let server, let file):
            return PowerDNSProvider(
                endpoint: try ProviderEndpoint(url, allowsPlaintext: true),
                server: server,
                key: try ProviderSecret(try self.secret(in: file)),
                environment: surroundings
            )
        case .manual: return ManualProvider()
        }
    }

    /// A secret's text; the file must be its owner's alone.
    static func secret(in path: String) throws -> String {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let mode = (attributes?[.posixPermissions] as? NSNumber)?.intValue else {
            throw ConfigurationError("\(path): no such file")
        }
        guard mode & 0o077 == 0 else {
            throw ConfigurationError("\(path): others may read it; chmod 600 it, and make a new secret")
        }
        return String(decoding: try AtomicFile.read(path, limit: 65_536), as: UTF8.self)
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as DNSError: error.reason
        case let error as ProviderFailure: error.reason
        case let error as RegistrationError: error.reason
        default: "\(error)"
        }
    }
}
