// The whole API with a registration authority over a real store, called through its router. The world outside, that is, DNS
// and those who host zones, are doubles that tests move.

import CertificateAuthority
import Crypto
import DNS
import Foundation
import HTTPSignatures
import HTTPTypes
import JSON
import Logging
import PKIX
import Persistence
import RegistrationAuthority
import Synchronization
import Telemetry
import TestSupport
import Testing
import TransparencyLog

@testable import WebAPI

/// An API with registrations, and a token of each role.
struct AgentAPI: CallableAPI {
    /// The zone whose names are given out.
    static let zone = "agents.example"

    let api: ManagementAPI
    let store: SQLiteStore
    let engine: RegistrationEngine
    let tokens: APITokenService
    let secrets: [Role: String]
    let hierarchy: TestHierarchy
    let clock: TestClock
    let world: WorldDouble
    let host: ZoneHostDouble
    /// Public certificates.
    let servers: MemoryServerCertificates
    /// DNS as anybody sees it; what our host of zones has is there.
    let dns: MemoryRecords
    let signing: BenchSigning
    /// What the web has.
    let documents = MemoryDocuments()
    let log: LogLines
    /// The transparency log; it integrates while ``integrating(_:)`` runs.
    let logBench: LogBench
    /// Waits for the log where a test says so.
    let integration: GatedIntegration

    /// Runs a test with an API whose engine works; its files are removed afterwards.
    ///
    /// - Parameters:
    ///   - hasServerCA: whether server certificates are to be had.
    ///   - verification: what verifies agents.
    static func run(
        hasServerCA: Bool = true,
        verification: (TestHierarchy, SQLiteStore) throws -> VerificationCalls = VerificationDouble.calls,
        _ body: (AgentAPI) async throws -> Void
    ) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "agents-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let agents = try await AgentAPI(
            path: directory.appending(path: "store.db").path,
            hasServerCA: hasServerCA,
            verification
        )
        let engine = agents.engine
        let work = Task { try await engine.run() }
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(agents))
        } catch {
            result = .failure(error)
        }
        work.cancel()
        _ = await work.result
        await agents.store.close()
        try result.get()
    }

    private init(
        path: String,
        hasServerCA: Bool,
        _ verification: (TestHierarchy, SQLiteStore) throws -> VerificationCalls
    ) async throws {
        let (clock, metrics, log) = (TestClock(), MetricsRegistry(), LogLines())
        let logger = Logger(label: "test") { _ in LogCapture(lines: log) }
        let hierarchy = try TestHierarchy()
        let store = try SQLiteStore(path: path, clock: ContinuousClock())
        let authority = try IssuingAuthority(
            root: hierarchy.root,
            issuers: [hierarchy.issuer],
            profiles: hierarchy.profiles,
            store: store,
            environment: AuthorityEnvironment(
                now: { clock.now },
                serialNumber: {
                    var generator = SystemRandomNumberGenerator()
                    return SerialNumber(using: &generator)
                }
            ),
            logger: logger
        )
        let logBench = try LogBench(directory: path + "-log", store: store) { clock.now }
        self.logBench = logBench
        self.integration = GatedIntegration(logBench.integration)
        let authenticator = Authenticator(store: store)
        let tokens = APITokenService(
            store: store,
            authenticator: authenticator,
            generator: SystemRandomNumberGenerator(),
            now: { clock.now }
        )
        let (world, host) = (WorldDouble(), ZoneHostDouble())
        let zones = ZoneDirectory([HostedZone(apex: try DomainName(Self.zone), provider: host, isOurs: true)])
        let environment = RegistrationEnvironment(
            now: { clock.now },
            sleep: { try await Task.sleep(for: $0) },
            generator: SystemRandomNumberGenerator()
        )
        let resolutions = ResolutionCache()
        let dns = MemoryRecords { host.records }
        let servers = MemoryServerCertificates { clock.now }
        let signing = try BenchSigning()
        let engine = RegistrationEngine(
            store: ChangeNotingStore(store, cache: resolutions),
            issuing: authority,
            serverCertificates: hasServerCA ? servers : nil,
            observer: world,
            zones: zones,
            environment: environment,
            settings: RegistrationSettings(logURL: "https://log.example"),
            node: "test",
            logger: logger
        )
        let policy = try PolicySet(octets: Array(AgentPolicy.text.utf8), file: "policy.yaml")
        let rules = RegistrationRules(policy: policy, zones: zones)
        let service = RegistrationService(engine: engine, limits: store, rules: rules, accounts: store)
        self.api = try ManagementAPI(
            authority: authority,
            authenticator: authenticator,
            denials: store,
            readiness: [],
            registrations: service,
            resolver: AgentResolver(registrations: service, lookup: dns, signing: signing, cache: resolutions),
            catalogs: AgentCatalogService(registrations: service, signing: signing),
            cards: try CardBench().service,
            zones: try ZoneBench().service,
            accounts: AccountCalls(
                accounts: AccountService(store: store, limits: store, rules: rules, environment: environment),
                registrations: service,
                tokens: tokens
            ),
            webhooks: WebhookService(
                store: store,
                sealing: try SealingKey(SymmetricKey(size: .bits256)),
                targets: .webhooks(),
                environment: WebhookEnvironment(
                    now: { clock.now },
                    sleep: { try await Task.sleep(for: $0) },
                    generator: SystemRandomNumberGenerator()
                )
            ),
            identities: IdentityService(
                registrations: service,
                store: store,
                documents: self.documents,
                raID: "https://ra.example"
            ),
            metadata: MetadataService(registrations: service, documents: self.documents),
            verification: try verification(hierarchy, store),
            log: LogCalls(log: logBench.log, integration: self.integration),
            signatureAuthorities: ["test"],
            exposition: { metrics.exposition() },
            build: BuildInformation(version: "1.2.3", swift: "6.3"),
            metricsFactory: metrics,
            now: { clock.now },
            logger: logger
        )
        var secrets: [Role: String] = [:]
        for role in Role.allCases { secrets[role] = try await APIFixture.token(role, tokens) }
        (self.store, self.engine, self.tokens, self.secrets) = (store, engine, tokens, secrets)
        (self.hierarchy, self.clock, self.world, self.host, self.log) = (hierarchy, clock, world, host, log)
        (self.dns, self.signing, self.servers) = (dns, signing, servers)
    }
}

/// The policy of the tests.
enum AgentPolicy {
    static let text = """
        version: 1
        limits:
          registrations-few: {of: account, capacity: 2, refill: 2, every: 1h}
          registrations: {of: account, capacity: 5000, refill: 5000, every: 1h}
          validations: {of: domain, capacity: 40, refill: 40, every: 1h}
          resolutions: {of: address, capacity: 60, refill: 60, every: 1h}
        rules:
          - name: accounts
            when: {action: create-account}
            then: {allow: {limits: registrations}}
          - name: refused
            when: {host: "**.refused.example"}
            then: {deny: "names of refused.example are not given out"}
          - name: approved
            when: {host: "**approved.**"}
            then: {approve: {limits: registrations}}
          - name: alone
            when: {host: "**.alone.example"}
            then: {allow: {maxAgentsPerAccount: 1, limits: registrations}}
          - name: limited
            when: {host: "**.limited.example"}
            then: {allow: {limits: [registrations-few, registrations]}}
          - name: all
            when: {role: [admin, issuer, registrant], zone: [ours, other]}
            then: {allow: {limits: registrations}}
        """
}

/// Waits for the log once it is open: where nothing is integrated, callers who wait for an agent shall not wait for the log.
final class GatedIntegration: IntegrationProving {
    private let proof: IntegrationProof
    private let isOpen = Mutex(false)
    /// For how long each call would have waited.
    let patiences = Mutex<[Duration]>([])

    init(_ proof: IntegrationProof) { self.proof = proof }

    func open() { self.isOpen.withLock { $0 = true } }

    func inclusion(of act: LogAct, within timeout: Duration) async -> LogInclusion? {
        self.patiences.withLock { $0.append(timeout) }
        return self.isOpen.withLock { $0 } ? await self.proof.inclusion(of: act, within: timeout) : nil
    }
}

extension AgentAPI {
    /// Runs a body while the log integrates and callers may wait for it.
    func integrating<Value>(_ body: () async throws -> Value) async throws -> Value {
        self.integration.open()
        return try await self.logBench.running(body)
    }

    /// Registers an agent, and returns its id.
    func register(
        _ host: String,
        version: String = "1.0.0",
        as role: Role = .registrant,
        agent: TestAgent = TestAgent(),
        waiting: Bool = false
    ) async throws -> String {
        let headers = waiting ? Self.waiting : [:]
        let body = try agent.registration(host, version: version)
        let answer = try await self.call(.post, "/v2/ans/agents", as: role, headers: headers, body: body)
        return try #require(answer.json["agentId"] as? String, "\(answer.body)")
    }

    /// Registers an agent in our zone, and returns its id once it is ACTIVE.
    func activate(
        _ label: String,
        version: String = "1.0.0",
        as role: Role = .registrant,
        agent: TestAgent = TestAgent()
    )
        async throws -> String
    {
        let host = "\(label).\(Self.zone)"
        let id = try await self.register(host, version: version, as: role, agent: agent, waiting: true)
        try await self.eventually("\(host) is ACTIVE") { try await self.status(of: id) == "ACTIVE" }
        return id
    }

    /// What the owner sees of an agent's state.
    func status(of id: String, as role: Role = .admin) async throws -> String? {
        try await self.call(.get, "/v2/ans/agents/\(id)/status", as: role).json["status"] as? String
    }

    /// Waits until something holds that another task brings about.
    func eventually(_ what: Comment, _ condition: () async throws -> Bool) async throws {
        for _ in 0..<1_000 {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record(what)
    }

    /// `Prefer: wait`.
    static var waiting: HTTPFields {
        var fields = HTTPFields()
        if let name = HTTPField.Name("Prefer") { fields[name] = "respond-async, wait=20" }
        return fields
    }
}
