// What callers ask of zones. Every change is durable, with its audit entry, before it is answered.
//
// A zone is connected by its name and the name of a provider that the configuration has: credentials never pass here.

import AuditLog
public import DNS
import FoundationEssentials

/// A zone as callers see it.
public struct ZoneDescription: Hashable, Sendable {
    /// The zone's apex.
    public let apex: DomainName
    /// What the configuration calls its host.
    public let provider: String
    /// The kind of the host; nil when the configuration does not have it any more.
    public let kind: String?
    /// Whether its names are given out to whoever comes first.
    public let isOurs: Bool
    /// Servers that are asked in the place of those that the zone's NS records name.
    public let servers: [ServerAddress]
    /// Who connected it; nil for a zone of the configuration.
    public let connection: ZoneConnection?

    init(_ zone: HostedZone) {
        self.apex = zone.apex
        self.provider = zone.providerName
        self.kind = zone.provider.kind
        self.isOurs = zone.isOurs
        self.servers = zone.servers
        self.connection = zone.connection
    }

    init(unserved zone: StoredZone) {
        self.apex = zone.apex
        self.provider = zone.provider
        self.kind = nil
        self.isOurs = zone.isOurs
        self.servers = zone.servers
        self.connection = zone.connection
    }
}

/// Connects zones and writes records into them, for callers who may.
public struct ZoneService: Sendable {
    let directory: ZoneDirectory
    let store: any ZoneStore
    let registrations: any RegistrationStore
    let resolver: Resolver
    let environment: RegistrationEnvironment

    /// Creates the service.
    ///
    /// - Parameter resolver: looks at delegations; learns the servers of zones that are connected with them.
    public init(
        directory: ZoneDirectory,
        store: any ZoneStore,
        registrations: any RegistrationStore,
        resolver: Resolver,
        environment: RegistrationEnvironment
    ) {
        self.directory = directory
        self.store = store
        self.registrations = registrations
        self.resolver = resolver
        self.environment = environment
    }

    /// Takes up the zones that were connected before: once, at the start.
    ///
    /// - Returns: zones whose provider the configuration does not have any more, or which it has as its own.
    public func load() async throws -> [StoredZone] {
        try await self.store.zones().filter { stored in !self.takeUp(stored) }
    }

    /// All zones, by name.
    ///
    /// - Throws: ``RegistrationError``: `.permissionDenied`.
    public func zones(for principal: Principal) async throws -> [ZoneDescription] {
        try principal.require(.read)
        let served = self.directory.zones.map(ZoneDescription.init)
        let others = try await self.store.zones().filter { stored in !served.contains { $0.apex == stored.apex } }
        return (served + others.map(ZoneDescription.init(unserved:))).sorted { $0.apex < $1.apex }
    }

    /// A zone.
    ///
    /// - Throws: ``RegistrationError``: `.permissionDenied`, `.zoneNotFound`.
    public func zone(_ name: String, for principal: Principal) async throws -> ZoneDescription {
        let zones = try await self.zones(for: principal)
        guard let apex = try? DomainName(name), let found = zones.first(where: { $0.apex == apex }) else {
            throw Self.notFound
        }
        return found
    }

    /// Connects a zone, once its provider has confirmed that it has it.
    ///
    /// - Parameters:
    ///   - provider: a name that the configuration gives.
    ///   - servers: `HOST:PORT`, asked in the place of those that the zone's NS records name.
    /// - Returns: the zone, and the name servers to delegate it to; none where the provider cannot say.
    /// - Throws: ``RegistrationError``: `.permissionDenied`, `.invalidZone`, `.unknownProvider`, `.zoneExists`, and what the
    ///   provider refuses.
    public func connect(
        _ name: String,
        provider providerName: String,
        isOurs: Bool,
        servers: [String],
        by principal: Principal,
        from origin: RequestOrigin
    ) async throws -> (zone: ZoneDescription, nameServers: [DomainName]) {
        try principal.require(.manageZones)
        let (apex, addresses) = try Self.checked(name, servers)
        guard let provider = self.directory.providers[providerName] else {
            let known = self.directory.providers.keys.sorted().joined(separator: ", ")
            throw RegistrationError(
                .unknownProvider,
                "provider: the configuration has no provider of this name; it has: \(known.isEmpty ? "none" : known)"
            )
        }
        guard self.directory.zone(at: apex) == nil else { throw Self.exists(apex) }
        let nameServers: [DomainName]
        do {
            nameServers = try await provider.nameServers(of: apex)
        } catch {
            throw RegistrationError(error)
        }
        let stored = StoredZone(
            apex: apex,
            provider: providerName,
            isOurs: isOurs,
            servers: addresses,
            connection: ZoneConnection(by: principal.actor, at: self.environment.instant)
        )
        let details = ["provider": providerName, "ours": "\(isOurs)"]
        let audit = self.event(.connectZone, apex, principal, origin, details: details)
        guard try await self.store.connect(stored, audit: audit), self.takeUp(stored) else { throw Self.exists(apex) }
        return (try await self.zone(name, for: principal), nameServers)
    }

    /// Disconnects a zone; what was written into it stays there, and stays ours should it be connected again.
    ///
    /// - Throws: ``RegistrationError``: `.permissionDenied`, `.zoneNotFound`, `.zoneConfigured`, `.zoneInUse`.
    public func disconnect(_ name: String, by principal: Principal, from origin: RequestOrigin) async throws {
        try principal.require(.manageZones)
        guard let apex = try? DomainName(name) else { throw Self.notFound }
        if let zone = self.directory.zone(at: apex), zone.connection == nil {
            throw RegistrationError(
                .zoneConfigured,
                "the zone \(apex) is of the configuration file; take it out there"
            )
        }
        let inner = self.directory.zones.map(\.apex).filter { $0 != apex && $0.isWithin(apex) }
        let audit = self.event(.disconnectZone, apex, principal, origin)
        switch try await self.store.disconnect(apex, sparing: inner, audit: audit) {
        case .unknown: throw Self.notFound
        case .inUse(let count):
            throw RegistrationError(
                .zoneInUse,
                "\(count) registrations in the zone \(apex) are live or being worked on; revoke them first"
            )
        case .done:
            self.directory.remove(apex)
            self.resolver.known.set([], of: apex)
        }
    }

    /// The registration of an agent, for the state of its records.
    ///
    /// - Throws: ``RegistrationError``: `.permissionDenied`, `.agentNotFound`.
    public func registration(_ id: AgentID, for principal: Principal) async throws -> Registration {
        guard let stored = try await self.registrations.registration(id) else { throw RegistrationError.noAgent(id) }
        try stored.registration.require(principal, .reading)
        return stored.registration
    }
}

extension ZoneService {
    /// Puts a zone into the directory; false when its provider is not there, or the configuration has the zone.
    private func takeUp(_ stored: StoredZone) -> Bool {
        guard let provider = self.directory.providers[stored.provider] else { return false }
        let zone = HostedZone(
            apex: stored.apex,
            provider: provider,
            isOurs: stored.isOurs,
            providerName: stored.provider,
            servers: stored.servers,
            connection: stored.connection
        )
        guard self.directory.add(zone) else { return false }
        if !stored.servers.isEmpty { self.resolver.known.set(stored.servers, of: stored.apex) }
        return true
    }

    /// A zone that can be worked with.
    func hosted(_ name: String) async throws -> HostedZone {
        guard let apex = try? DomainName(name) else { throw Self.notFound }
        if let zone = self.directory.zone(at: apex) { return zone }
        guard let stored = try await self.store.zones().first(where: { $0.apex == apex }) else {
            throw Self.notFound
        }
        throw RegistrationError(
            .unknownProvider,
            "the configuration has no provider '\(stored.provider)' any more, which hosts the zone \(apex)"
        )
    }

    private static func checked(
        _ name: String,
        _ servers: [String]
    ) throws(RegistrationError) -> (DomainName, [ServerAddress]) {
        guard servers.count <= Budget.zoneServers else {
            throw RegistrationError(.invalidZone, "servers: at most \(Budget.zoneServers) are taken")
        }
        do {
            let apex = try DomainName(name)
            guard apex != .root else { throw DNSError(.invalidName, "zone: the root is not connected") }
            var addresses: [ServerAddress] = []
            for server in servers { addresses.append(try ServerAddress(server)) }
            return (apex, addresses)
        } catch let error as DNSError {
            throw RegistrationError(.invalidZone, error.reason)
        } catch {
            throw RegistrationError(.invalidZone, "the zone cannot be read")
        }
    }

    private static func exists(_ apex: DomainName) -> RegistrationError {
        RegistrationError(.zoneExists, "the zone \(apex) is connected already")
    }

    static var notFound: RegistrationError {
        RegistrationError(.zoneNotFound, "no zone of this name is connected; GET /v1/dns/zones lists those that are")
    }

    /// An entry for the audit log about what a caller did.
    func event(
        _ action: AuditAction,
        _ apex: DomainName,
        _ principal: Principal,
        _ origin: RequestOrigin,
        result: AuditResult = .success,
        details: [String: String] = [:]
    ) -> AuditEvent {
        AuditEvent(
            at: self.environment.instant,
            actor: principal.actor,
            action: action,
            object: "zone:\(apex)",
            address: origin.address,
            requestID: origin.requestID,
            result: result,
            details: details
        )
    }
}
