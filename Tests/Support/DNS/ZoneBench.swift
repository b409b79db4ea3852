// A zone service over a store on disk and a host in memory.

import AuditLog
public import DNS
public import Foundation
import JSON
public import Persistence
public import RegistrationAuthority
import Synchronization

/// Everything that the calls about zones need.
public final class ZoneBench: Sendable {
    /// Keeps what the service changes.
    public let database: TemporaryStore
    /// Hosts `agents.example`, `customer.example` and `inner.customer.example`, under the name `memory`.
    public let provider: MemoryDNSProvider
    /// The zones: `agents.example` is of the configuration.
    public let directory: ZoneDirectory
    /// Asks nobody, unless told otherwise.
    public let resolver: Resolver
    /// The service.
    public let service: ZoneService
    private let clock: BenchClock

    /// An operator.
    public static let operatorPrincipal = Principal.operator(named: "test")

    /// The store.
    public var store: SQLiteStore { self.database.store }

    /// Puts it together.
    ///
    /// - Parameters:
    ///   - providers: what the configuration has beside `memory` and `hand`.
    ///   - servers: resolvers.
    ///   - known: servers of zones.
    public init(
        database: TemporaryStore? = nil,
        providers: [String: any DNSProvider] = [:],
        servers: [ServerAddress] = [],
        known: [DomainName: [ServerAddress]] = [:]
    ) throws {
        let names = try ["agents.example", "customer.example", "inner.customer.example"].map { try DomainName($0) }
        let provider = MemoryDNSProvider(zones: names)
        var all: [String: any DNSProvider] = ["memory": provider, "hand": ManualProvider()]
        all.merge(providers) { $1 }
        self.provider = provider
        self.database = try database ?? TemporaryStore()
        let configured = HostedZone(apex: names[0], provider: provider, isOurs: true, providerName: "memory")
        self.directory = ZoneDirectory([configured], providers: all)
        self.resolver = Resolver(
            client: DNSClient(generator: SystemRandomNumberGenerator(), timeout: .seconds(3)),
            servers: servers,
            overrides: known
        )
        let now = Date(timeIntervalSince1970: (Date().timeIntervalSince1970).rounded())
        let clock = BenchClock(now)
        self.clock = clock
        self.service = ZoneService(
            directory: self.directory,
            store: self.database.store,
            registrations: self.database.store,
            resolver: self.resolver,
            environment: RegistrationEnvironment(
                now: { clock.now },
                sleep: { try await Task.sleep(for: $0) },
                generator: SystemRandomNumberGenerator()
            )
        )
    }

    /// Lets time pass.
    public func advance(by seconds: TimeInterval) { self.clock.advance(by: seconds) }

    /// Registers an agent in the store, without any work being done for it.
    public func register(
        host: String,
        zone: DomainName? = nil,
        status: AgentStatus = .active,
        records: [ManagedRecord] = []
    ) async throws -> Registration {
        let now = Date(timeIntervalSince1970: 1_795_262_400)
        var generator = SystemRandomNumberGenerator()
        let text = """
            {"agentDisplayName":"Test","version":"1.0.0","agentHost":"\(host)",
            "endpoints":[{"protocol":"A2A","agentUrl":"https://\(host)/a2a"}]}
            """
        let json = try JSONReader.read(Array(text.utf8), within: JSONLimits(depth: 8, members: 32))
        let registration = Registration(
            id: AgentID(at: now, using: &generator),
            owner: "token:owner",
            description: try AgentDescription(stored: json),
            zone: zone,
            identityKey: nil,
            thumbprint: nil,
            createdAt: now,
            deadline: now + 86_400,
            status: status,
            step: .none,
            records: records,
            updatedAt: now,
            activatedAt: now,
            rule: "test",
            policyHash: []
        )
        let event = AuditEvent(at: now, actor: "token:owner", action: .registerAgent, object: "agent:\(host)")
        _ = try await self.store.create(registration, dueAt: nil, lease: nil, atMost: nil, audit: event)
        return registration
    }

    /// Actions and results in the audit log, in order.
    public func audited() async throws -> [String] {
        try await self.store.entries(after: 0, limit: 1_000).map { "\($0.event.action) \($0.event.object)" }
    }
}

private final class BenchClock: Sendable {
    private let instant: Mutex<Date>

    init(_ instant: Date) { self.instant = Mutex(instant) }

    var now: Date { self.instant.withLock { $0 } }

    func advance(by seconds: TimeInterval) { self.instant.withLock { $0 += seconds } }
}
