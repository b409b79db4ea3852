// Webhooks over a real store, with a dispatcher that a test has run, and names that a test binds.

import AsyncHTTPClient
import AuditLog
import Crypto
import Foundation
import JSON
import Logging
import PKIX
import Persistence
import Synchronization
import TestSupport
import Testing

@testable import RegistrationAuthority

final class WebhookBench: Sendable {
    static let alice = Bench.token("alice")
    static let bob = Bench.token("bob")
    static let admin = Principal.operator(named: "root")

    let clock = ManualClock()
    let file: TemporaryStore
    let names = Names()
    let sealing: SealingKey
    let targets: TargetPolicy
    let environment: WebhookEnvironment

    var store: SQLiteStore { self.file.store }

    /// The DNS, as a test binds it: each look-up takes the next of a name's answers, the last stays.
    final class Names: Sendable {
        private let answers = Mutex<[String: [[[UInt8]]]]>([:])
        private let count = Mutex(0)

        var lookUps: Int { self.count.withLock { $0 } }

        func bind(_ name: String, _ answers: [[UInt8]]...) { self.answers.withLock { $0[name] = answers } }

        func addresses(of name: String) -> [[UInt8]] {
            self.count.withLock { $0 += 1 }
            return self.answers.withLock { all in
                guard let first = all[name]?.first else { return [] }
                if (all[name]?.count ?? 0) > 1 { all[name]?.removeFirst() }
                return first
            }
        }
    }

    init(targets: TargetPolicy = .webhooks(privateAddresses: true, plainHTTP: true)) throws {
        self.file = try TemporaryStore()
        self.sealing = try SealingKey(SymmetricKey(size: .bits256))
        self.targets = targets
        let clock = self.clock
        self.environment = WebhookEnvironment(
            now: { clock.now },
            sleep: { try await clock.sleep($0) },
            generator: SystemRandomNumberGenerator()
        )
    }

    var service: WebhookService {
        WebhookService(
            store: self.store,
            sealing: self.sealing,
            targets: self.targets,
            environment: self.environment
        )
    }

    func sender(_ configuration: HTTPClient.Configuration = .init()) -> WebhookSender {
        let names = self.names
        return WebhookSender(targets: self.targets, configuration: configuration) { host in
            names.addresses(of: host.description)
        }
    }

    func dispatcher(_ settings: WebhookSettings = WebhookSettings()) -> WebhookDispatcher {
        WebhookDispatcher(
            store: self.store,
            sealing: self.sealing,
            sender: self.sender(),
            environment: self.environment,
            settings: settings,
            node: UUID().uuidString,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// Has a dispatcher work while the body runs.
    func dispatching(_ settings: WebhookSettings = WebhookSettings(), _ body: () async throws -> Void) async throws {
        let dispatcher = self.dispatcher(settings)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await dispatcher.run() }
            defer { group.cancelAll() }
            try await body()
        }
    }

    /// The deliveries to a webhook, the oldest first.
    func deliveries(_ webhook: WebhookSubscription) async throws -> [WebhookDelivery] {
        try await self.store.deliveries(DeliveryQuery(webhook: webhook.id, limit: 100)).reversed()
    }

    /// The one delivery to a webhook, once it is as asked.
    @discardableResult
    func delivery(
        _ webhook: WebhookSubscription,
        _ what: String = "a delivery",
        _ condition: @Sendable (WebhookDelivery) -> Bool
    ) async throws -> WebhookDelivery {
        try await eventually(what) { try await self.deliveries(webhook).last.map(condition) ?? false }
        return try #require(try await self.deliveries(webhook).last)
    }

    func create(
        _ url: String,
        events: Set<WebhookEventType> = [],
        by principal: Principal = WebhookBench.alice
    ) async throws -> (webhook: WebhookSubscription, secret: WebhookSecret) {
        try await self.service.create(url: url, events: events, by: principal, from: .local)
    }
}

extension WebhookBench {
    /// Registers an agent, which becomes active with an event, and with a certificate of so many days.
    @discardableResult
    func activate(
        _ label: String,
        owner: String = WebhookBench.alice.account,
        days: Double = 90
    ) async throws -> Registration {
        let instant = self.environment.instant
        let host = "\(label).agents.example"
        let text = """
            {"agentDisplayName":"Test","version":"1.0.0","agentHost":"\(host)",
            "endpoints":[{"protocol":"A2A","agentUrl":"https://\(host)/a2a"}]}
            """
        let json = try JSONReader.read(Array(text.utf8), within: JSONLimits(depth: 8, members: 32))
        var registration = Registration(
            id: self.environment.drawID(),
            owner: owner,
            description: try AgentDescription(stored: json),
            zone: nil,
            identityKey: nil,
            thumbprint: nil,
            createdAt: instant,
            deadline: instant + 86_400,
            status: .pendingDNS,
            step: .verifyRecords,
            updatedAt: instant,
            rule: "test",
            policyHash: []
        )
        let audit = AuditEvent(at: instant, actor: owner, action: .registerAgent, object: "agent:\(registration.id)")
        _ = try await self.store.create(registration, dueAt: nil, lease: nil, atMost: nil, audit: audit)
        registration.status = .active
        registration.step = .none
        registration.activatedAt = instant
        self.certify(&registration, days: days)
        try await self.update(registration, .registered)
        return registration
    }

    /// Gives an agent another certificate, with an event.
    func renew(_ id: AgentID, days: Double = 90) async throws {
        var registration = try #require(try await self.store.registration(id)?.registration)
        self.certify(&registration, days: days)
        try await self.update(registration, .renewed)
    }

    func end(_ id: AgentID, as status: AgentStatus, _ event: RegistrationEventType? = nil) async throws {
        var registration = try #require(try await self.store.registration(id)?.registration)
        registration.status = status
        registration.failure = RegistrationFailure(
            code: "DEADLINE_PASSED",
            reason: "late",
            at: self.environment.instant
        )
        registration.updatedAt = self.environment.instant
        try await self.update(registration, event)
    }

    private func certify(_ registration: inout Registration, days: Double) {
        let instant = self.environment.instant
        let notAfter = instant.addingTimeInterval(days * 86_400)
        registration.requests.append(
            IdentityRequest(
                id: self.environment.drawID(),
                request: [],
                submittedAt: instant,
                status: .signed,
                updatedAt: instant,
                notAfter: notAfter
            )
        )
        registration.expiresAt = notAfter
        registration.updatedAt = instant
    }

    private func update(_ registration: Registration, _ event: RegistrationEventType?) async throws {
        let revision = try #require(try await self.store.registration(registration.id)).revision
        let change = RegistrationChange(
            registration,
            from: revision,
            dueAt: nil,
            audit: [],
            events: event.map { [RegistrationEvent($0, at: self.environment.instant)] } ?? []
        )
        #expect(try await self.store.update(change) != nil)
    }
}
