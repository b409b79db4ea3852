// Owners and their webhooks.

import AuditLog
import Crypto
import Foundation
import Persistence
import TestSupport
import Testing

@testable import RegistrationAuthority

@Suite("Webhooks of owners")
struct WebhookServiceTests {
    private let url = "https://hooks.example/in?key=secret"

    @Test("A secret is given away once, and the database does not have it")
    func secret() async throws {
        let bench = try WebhookBench(targets: .webhooks())
        let (webhook, secret) = try await bench.create(self.url)
        let found = try await bench.service.webhook(webhook.id, for: WebhookBench.alice)
        #expect(found == webhook && !"\(found)".contains(secret.reveal()))
        let opened = try found.secrets(at: bench.clock.now, openedBy: bench.sealing)
        #expect(opened.map { $0.reveal() } == [secret.reveal()])
        #expect(!found.secret.containsSequence(Array(secret.reveal().utf8.dropFirst(6))))
    }

    @Test("Another's webhook is not found, whatever is asked of it; an operator manages all")
    func ownership() async throws {
        let bench = try WebhookBench(targets: .webhooks())
        let id = try await bench.create(self.url).webhook.id
        let service = bench.service
        let auditor = Bench.token("auditor", .auditor)
        for other in [WebhookBench.bob, auditor] {
            await expectRefusal(.webhookNotFound) { try await service.webhook(id, for: other) }
            await expectRefusal(.webhookNotFound) {
                try await service.change(id, isActive: false, by: other, from: .local)
            }
            await expectRefusal(.webhookNotFound) { try await service.remove(id, by: other, from: .local) }
            await expectRefusal(.webhookNotFound) { try await service.ping(id, by: other) }
            await expectRefusal(.webhookNotFound) { try await service.retry(id, of: id, by: other) }
            await expectRefusal(.webhookNotFound) {
                try await service.deliveries(DeliveryQuery(webhook: id, limit: 1), for: other)
            }
            await expectRefusal(.permissionDenied) {
                try await service.webhooks(of: WebhookBench.alice.account, for: other)
            }
        }
        await expectRefusal(.permissionDenied) { try await bench.create(self.url, by: auditor) }
        #expect(try await service.webhooks(of: nil, for: WebhookBench.bob).isEmpty)
        let admin = WebhookBench.admin
        #expect(try await service.webhooks(of: WebhookBench.alice.account, for: admin).map(\.id) == [id])
        #expect(try await service.webhook(id, for: admin).id == id)
        try await service.remove(id, by: admin, from: .local)
        await expectRefusal(.webhookNotFound) { try await service.webhook(id, for: WebhookBench.alice) }
    }

    @Test("A new secret signs at once, and the one before it beside it for a day")
    func rotation() async throws {
        let bench = try WebhookBench(targets: .webhooks())
        let (webhook, old) = try await bench.create(self.url)
        let (changed, new) = try await bench.service.change(
            webhook.id,
            rotatingSecret: true,
            by: WebhookBench.alice,
            from: .local
        )
        let fresh = try #require(new)
        func signing(_ seconds: Double) throws -> [String] {
            let instant = bench.clock.now.addingTimeInterval(seconds)
            return try changed.secrets(at: instant, openedBy: bench.sealing).map { $0.reveal() }
        }
        #expect(try signing(0) == [fresh.reveal(), old.reveal()])
        #expect(try signing(86_399) == [fresh.reveal(), old.reveal()])
        #expect(try signing(86_401) == [fresh.reveal()])
    }

    @Test("Where the key was lost, deliveries say so, and a new secret mends it")
    func lostKey() async throws {
        let bench = try WebhookBench()
        try await WebhookReceiver.with { _, _ in
            .answer(200)
        } _: { receiver in
            let url = "http://127.0.0.1:\(receiver.port)/"
            var generator = SystemRandomNumberGenerator()
            let foreign = try SealingKey(SymmetricKey(size: .bits256))
            let id = bench.environment.drawID()
            let lost = WebhookSubscription(
                id: id,
                owner: WebhookBench.alice.account,
                url: url,
                events: [],
                createdAt: bench.environment.instant,
                updatedAt: bench.environment.instant,
                secret: try foreign.seal(try WebhookSecret("whsec_0123456789abcdef"), for: "x", using: &generator)
            )
            let audit = AuditEvent(at: bench.clock.now, actor: "a", action: .createWebhook, object: "o")
            let webhook = try #require(try await bench.store.addWebhook(lost, atMost: 9, audit: audit))
            _ = try await bench.service.ping(id, by: WebhookBench.alice)
            try await bench.dispatching {
                let delivery = try await bench.delivery(webhook) { $0.attempts == 1 }
                #expect(delivery.log[0].error?.contains("have a new one made") == true && receiver.connections == 0)
                let (changed, secret) = try await bench.service.change(
                    id,
                    rotatingSecret: true,
                    by: WebhookBench.alice,
                    from: .local
                )
                #expect(secret != nil && changed.formerSecret == nil)
                bench.clock.advance(60)
                try await bench.delivery(webhook) { $0.state == .delivered }
            }
        }
    }

    @Test("Each change is audited, with its host and without its path or secret")
    func audit() async throws {
        let bench = try WebhookBench(targets: .webhooks())
        let origin = RequestOrigin(address: "192.0.2.7", requestID: "r")
        let (webhook, _) = try await bench.service.create(
            url: self.url,
            events: [],
            by: WebhookBench.alice,
            from: origin
        )
        _ = try await bench.service.change(
            webhook.id,
            url: "https://new.example/secret",
            events: [.expiring],
            isActive: false,
            rotatingSecret: true,
            by: WebhookBench.alice,
            from: origin
        )
        try await bench.service.remove(webhook.id, by: WebhookBench.alice, from: origin)
        let entries = try await bench.store.entries(after: 0, limit: 9).map(\.event)
        #expect(entries.map(\.action) == [.createWebhook, .changeWebhook, .removeWebhook])
        #expect(entries.allSatisfy { $0.actor == "token:alice" && $0.address == "192.0.2.7" && $0.requestID == "r" })
        #expect(entries[0].details == ["host": "hooks.example"])
        let change = ["host": "new.example", "events": "AGENT_EXPIRING", "active": "false", "secret": "replaced"]
        #expect(entries[1].details == change)
    }

    @Test("An owner has twenty webhooks")
    func bound() async throws {
        let bench = try WebhookBench(targets: .webhooks())
        for _ in 0..<Budget.webhooksPerOwner { _ = try await bench.create(self.url) }
        await expectRefusal(.tooManyWebhooks) { try await bench.create(self.url) }
        _ = try await bench.create(self.url, by: WebhookBench.bob)
    }

    @Test("A test delivery within a second is one")
    func ping() async throws {
        let bench = try WebhookBench(targets: .webhooks())
        let id = try await bench.create(self.url).webhook.id
        let first = try await bench.service.ping(id, by: WebhookBench.alice)
        #expect(try await bench.service.ping(id, by: WebhookBench.alice) == first)
        bench.clock.advance(1)
        #expect(try await bench.service.ping(id, by: WebhookBench.alice).id != first.id)
        await expectRefusal(.deliveryNotFound) { try await bench.service.retry(id, of: id, by: WebhookBench.alice) }
    }
}

extension [UInt8] {
    fileprivate func containsSequence(_ other: [UInt8]) -> Bool { self.firstRange(of: other) != nil }
}
