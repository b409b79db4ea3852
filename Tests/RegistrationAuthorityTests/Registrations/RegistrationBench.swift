// A registration authority over a real store in a directory of its own, between doubles of CA and DNS.

import AuditLog
import Crypto
import DNS
import Foundation
import HTTPSignatures
import HTTPTypes
import JOSE
import JSON
import Logging
import PKIX
import Persistence
import SwiftASN1
import TestSupport
import Testing
import X509

@testable import RegistrationAuthority

/// An engine and its service, as one process has them.
struct Node: Sendable {
    let engine: RegistrationEngine
    let service: RegistrationService
    let store: WatchedStore

    /// Has the engine work while the body runs; then it is stopped where it stands.
    func running<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.engine.run() }
            defer { group.cancelAll() }
            return try await body()
        }
    }
}

final class RegistrationBench: Sendable {
    let clock = ManualClock()
    let issuer: IssuerDouble
    let zone = ZoneDouble()
    let servers: MemoryServerCertificates
    private let file: SQLiteStore
    let policy: PolicySet

    static let apex = "agents.example"
    static let alice = Bench.token("alice")
    static let bob = Bench.token("bob")
    static let admin = Principal.operator(named: "root")

    static let policyText = """
        version: 1
        limits:
          per-account: {of: account, capacity: 2, refill: 1, every: 1h}
          per-address: {of: address, capacity: 2, refill: 1, every: 1h}
          validations: {of: account, capacity: 20, refill: 1, every: 1h}
          identities: {of: account, capacity: 60, refill: 1, every: 1h}
        rules:
          - name: banned
            when: {account: "token:banned"}
            then: {deny: "this account is not welcome"}
          - name: newcomer
            when: {account: "token:newcomer"}
            then: {approve: {}}
          - name: busy
            when: {account: "token:busy"}
            then: {allow: {limits: [per-account]}}
          - name: strict
            when: {account: "token:strict"}
            then: {allow: {proofs: [key, dns-01], lifetime: {maximum: 1h}}}
          - name: crowd
            when: {account: "token:crowd-*", action: create-account}
            then: {allow: {limits: [per-address]}}
          - name: no-accounts
            when: {account: "token:banned", action: create-account}
            then: {deny: "this account is not welcome"}
          - name: slow-accounts
            when: {account: "token:newcomer", action: create-account}
            then: {approve: {}}
          - name: accounts
            when: {action: create-account}
            then: {allow: {}}
          - name: small
            when: {account: "token:small"}
            then: {allow: {maxAgentsPerAccount: 1}}
          - name: all
            when: {}
            then: {allow: {}}
        """

    /// The store itself, where no fault is.
    var database: any RegistrationStore { self.file }

    private init(_ file: SQLiteStore) throws {
        self.file = file
        self.issuer = IssuerDouble(clock: self.clock)
        let clock = self.clock
        self.servers = MemoryServerCertificates { clock.now }
        self.policy = try PolicyFixture.policy(Self.policyText)
    }

    /// Runs the body with an empty bench; at the end nothing may have been ordered twice.
    static func with(_ body: (RegistrationBench) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("signet-agents-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let database = try SQLiteStore(path: directory.path + "/signet.db", clock: ContinuousClock())
        let bench = try RegistrationBench(database)
        do {
            try await body(bench)
        } catch {
            await database.close()
            throw error
        }
        bench.issuer.checkOrders()
        _ = try await database.verify()
        await database.close()
    }

    /// Runs the body with a bench and one node at work.
    static func withNode(_ body: @Sendable (RegistrationBench, RegistrationService) async throws -> Void) async throws {
        try await self.with { bench in
            let node = bench.node()
            try await node.running { try await body(bench, node.service) }
        }
    }

    /// A process, not yet at work.
    func node(
        _ name: String = "one",
        faults: [Int: WatchedStore.Fault] = [:],
        zones: [HostedZone]? = nil,
        hasServerCA: Bool = true,
        policy: PolicySet? = nil,
        onStep: @escaping @Sendable (RegistrationStep) -> Void = { _ in }
    ) -> Node {
        let store = WatchedStore(self.database, faults: faults)
        let zones = ZoneDirectory(zones ?? [self.hosted(Self.apex, isOurs: true)])
        let clock = self.clock
        let rules = RegistrationRules(policy: policy ?? self.policy, zones: zones)
        let engine = RegistrationEngine(
            store: store,
            issuing: self.issuer,
            serverCertificates: hasServerCA ? self.servers : nil,
            serverOrderLimits: ServerOrderLimits(store: self.file, rules: rules),
            observer: self.zone,
            zones: zones,
            environment: RegistrationEnvironment(
                now: { clock.now },
                sleep: { try await clock.sleep($0) },
                generator: SystemRandomNumberGenerator()
            ),
            settings: RegistrationSettings(pendingSeconds: 3_600, logURL: "https://log.example"),
            node: name,
            onStep: onStep,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let service = RegistrationService(
            engine: engine,
            limits: self.file,
            rules: rules,
            accounts: self.file
        )
        return Node(engine: engine, service: service, store: store)
    }

    /// The accounts of the same store.
    func accounts() -> AccountService {
        let clock = self.clock
        return AccountService(
            store: self.file,
            limits: self.file,
            rules: RegistrationRules(policy: self.policy, zones: ZoneDirectory([])),
            environment: RegistrationEnvironment(
                now: { clock.now },
                sleep: { try await clock.sleep($0) },
                generator: SystemRandomNumberGenerator()
            )
        )
    }

    /// The identities of the same store.
    func identities(_ service: RegistrationService, _ documents: any DocumentFetching) -> IdentityService {
        IdentityService(registrations: service, store: self.file, documents: documents, raID: "ra.example")
    }

    func hosted(_ apex: String, isOurs: Bool) -> HostedZone {
        HostedZone(apex: try! DomainName(apex), provider: self.zone, isOurs: isOurs)
    }

    /// A registration as it is now, once it is at rest as asked.
    @discardableResult
    func awaited(
        _ id: AgentID,
        _ what: String = "a state",
        _ condition: @Sendable (Registration) -> Bool
    ) async throws -> Registration {
        do {
            try await eventually(what) { try await self.current(id).map { condition($0) } ?? false }
        } catch let error as NeverHappened {
            let current = try await self.current(id)
            let state = current.map { "\($0.status) \($0.step) \(String(describing: $0.failure))" } ?? "nothing"
            throw NeverHappened(what: "\(error.what): it is \(state)")
        }
        return try #require(try await self.current(id))
    }

    func current(_ id: AgentID) async throws -> Registration? { try await self.database.registration(id)?.registration }

    /// The records that an agent needs and that stand in the zone.
    func published(of registration: Registration) -> Int {
        let zone = self.zone.records
        return registration.records.filter { zone.contains($0.record.record) }.count
    }

    /// Notices to owners, in order.
    func notices() async throws -> [AgentNotice] {
        try await self.file.notices(after: 0, limit: 100).map(\.notice)
    }

    /// Actions of the audit log about an agent.
    func actions(of id: AgentID) async throws -> [AuditAction] { try await self.actions(on: "agent:\(id)") }

    /// Actions of the audit log about an object.
    func actions(on object: String) async throws -> [AuditAction] {
        try await self.file.entries(after: 0, limit: 1_000).map(\.event).filter { $0.object == object }.map(\.action)
    }
}

/// An agent with its key.
struct TestAgent: Sendable {
    let key = Curve25519.Signing.PrivateKey()
    var host: String
    var version = "1.0.0"

    init(_ label: String, version: String = "1.0.0") {
        self.host = label.contains(".") ? label : "\(label).\(RegistrationBench.apex)"
        self.version = version
    }

    var thumbprint: String {
        get throws { try JSONWebKey(Certificate.PublicKey(self.key.publicKey)).thumbprint }
    }

    var name: String { "ans://v\(self.version).\(self.host)" }

    func csr(_ name: String? = nil) throws -> String {
        let names = SubjectAlternativeNames([.uniformResourceIdentifier(name ?? self.name)])
        let request = try CertificateSigningRequest(
            version: .v1,
            // Each request is another: what is signed for it can be told apart.
            subject: try DistinguishedName { CommonName(UUID().uuidString) },
            privateKey: Certificate.PrivateKey(self.key),
            attributes: CertificateSigningRequest.Attributes([
                try CertificateSigningRequest.Attribute(ExtensionRequest(extensions: Certificate.Extensions { names }))
            ])
        )
        var serializer = DER.Serializer()
        try serializer.serialize(request)
        return PEMDocument(type: "CERTIFICATE REQUEST", derBytes: serializer.serializedBytes).pemString
    }

    func body(_ changes: [String: String?] = [:]) throws -> JSONValue {
        let endpoint = AgentFixtures.endpoint(["agentUrl": "\"https://\(self.host)/a2a\""])
        var members: [String: String?] = [
            "agentHost": "\"\(self.host)\"", "version": "\"\(self.version)\"", "endpoints": "[\(endpoint)]",
            "identityCsrPEM": AgentFixtures.quoted(try self.csr()), "discoveryProfiles": "[\"ANS_TXT\"]",
        ]
        for (name, value) in changes { members[name] = .some(value) }
        return try AgentFixtures.body(members)
    }

    /// The agent itself, having signed a request, as a service knows it.
    func principal(of service: RegistrationService, at instant: Date) async throws -> Principal {
        try await service.principal(try await self.proof(at: instant))
    }

    /// The agent itself, having signed a request.
    func principal(at instant: Date) async throws -> Principal {
        try Principal(try await self.proof(at: instant))
    }

    private func proof(at instant: Date) async throws -> VerifiedSignature {
        let key = self.key
        let publicKey = Certificate.PublicKey(key.publicKey)
        let signer = try MessageSigner(keyID: "key", key: publicKey) { _, base in
            [UInt8](try key.signature(for: Data(base)))
        }
        let request = HTTPRequest(method: .post, scheme: "https", authority: "ra.example", path: "/")
        let signed = try await signer.signed(request, body: [], nonce: UUID().uuidString, at: instant)
        let candidate = try SignatureProfile().candidate(in: signed, body: [])
        return try candidate.verified(with: publicKey, at: instant)
    }
}

extension Bench {
    /// The holder of a token, whose account is `token:` and the name.
    static func token(_ name: String, _ role: Role = .registrant, account: String? = nil) -> Principal {
        Principal(
            APIToken(
                id: name,
                name: name,
                role: role,
                created: Date(timeIntervalSince1970: 0),
                expires: nil,
                lastUsed: nil,
                revokedAt: nil,
                secretHash: [],
                account: account
            )
        )
    }
}

extension RegistrationService {
    /// Registers, and waits for the work.
    func register(
        _ agent: TestAgent,
        _ changes: [String: String?] = [:],
        by principal: Principal = RegistrationBench.alice,
        waiting patience: Duration = .seconds(10)
    ) async throws -> Registration {
        try await self.register(
            try agent.body(changes),
            by: principal,
            from: RequestOrigin(address: "192.0.2.7", requestID: "r"),
            waiting: patience
        ).registration
    }

    func revoke(
        _ id: AgentID,
        by principal: Principal = RegistrationBench.alice,
        waiting patience: Duration = .seconds(10)
    ) async throws -> Registration {
        try await self.revoke(
            id,
            reason: .cessationOfOperation,
            comments: "done",
            by: principal,
            from: .local,
            waiting: patience
        )
    }
}

/// Expects an error with a code, and gives it back.
@discardableResult
func expectRefusal<Value>(
    _ code: RegistrationError.Code,
    _ sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Value
) async -> RegistrationError? {
    let error = await #expect(throws: RegistrationError.self, sourceLocation: sourceLocation) { _ = try await body() }
    #expect(error?.code == code, "\(String(describing: error))", sourceLocation: sourceLocation)
    return error
}
