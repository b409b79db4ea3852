// What `WebhookStore` promises of webhooks, and of what is made for them.

import AuditLog
import Foundation
import PKIX
import Persistence
import RegistrationAuthority
import TestSupport
import Testing

@Suite("The contract of webhook stores")
struct WebhookContractTests {
    @Test("A webhook comes back as it was written, and changes from its newest revision alone")
    func changes() async throws {
        try await withSQLiteStore { store, _ in
            var some = webhook(1, events: [.expiring, .registered], secret: [0, 255, 7])
            let added = try #require(try await store.add(some))
            #expect(added == some)
            #expect(try await store.webhook(some.id) == some)
            some.url = "https://other.example/"
            some.isActive = false
            some.secret = [9]
            some.formerSecret = .init(secret: [0, 255, 7], until: noon.date + 86_400)
            some.updatedAt = noon.date + 1.5
            let updated = try #require(try await store.updateWebhook(some, audit: event(.changeWebhook)))
            #expect(updated.revision == 2 && updated.formerSecret == some.formerSecret && updated.secret == [9])
            #expect(updated.updatedAt == noon.date + 1.5 && !updated.isActive && updated.events == some.events)
            #expect(try await store.updateWebhook(some, audit: event(.changeWebhook)) == nil)
            #expect(try await store.webhooks(of: "token:alice") == [updated])
            #expect(try await store.removeWebhook(some.id, audit: event(.removeWebhook)))
            #expect(try await store.removeWebhook(some.id, audit: event(.removeWebhook)) == false)
            #expect(try await store.updateWebhook(updated, audit: event(.changeWebhook)) == nil)
            let actions = try await store.entries(after: 0, limit: 9).map(\.event.action)
            #expect(actions == [.createWebhook, .changeWebhook, .removeWebhook])
        }
    }

    @Test("An owner has as many as it may, and others as many besides")
    func bound() async throws {
        try await withSQLiteStore { store, _ in
            for number in 1...3 { #expect(try await store.add(webhook(number), atMost: 3) != nil) }
            let fourth = try await store.add(webhook(4), atMost: 3)
            #expect(fourth == nil)
            #expect(try await store.add(webhook(5, owner: "token:bob"), atMost: 3) != nil)
            #expect(try await store.webhooks(of: "token:alice").map(\.id) == (1...3).map { webhook($0).id })
            #expect(try await store.subscribers(among: ["token:alice", "token:bob"]).count == 4)
        }
    }

    @Test("A webhook begins behind what has happened before it")
    func begins() async throws {
        try await withSQLiteStore { store, _ in
            #expect(try await store.add(webhook(1))?.begins == OutboxPosition(event: 0, notice: 0))
            let some = try registration(1)
            try await store.add(some)
            try await store.change(some.id, events: [.registered, .renewed])
            try await store.change(some.id) { $0.status = .failed }
            #expect(try await store.add(webhook(2))?.begins == OutboxPosition(event: 2, notice: 1))
            // Notices that were given out and forgotten have happened all the same.
            let to = OutboxPosition(event: 2, notice: 1)
            #expect(try await store.fanOut(FanOut(from: .init(event: 0, notice: 0), to: to), atMost: 9))
            #expect(try await store.forgetDeliveries(before: noon.date + 1, limit: 9) == 1)
            #expect(try await store.notices(after: 0, limit: 9).isEmpty)
            #expect(try await store.add(webhook(3))?.begins == to)
        }
    }

    @Test("Of fan-outs from one position one is made, and of an event a webhook has one delivery")
    func fansOutOnce() async throws {
        try await withSQLiteStore { store, _ in
            for number in 1...3 { try await store.add(webhook(number)) }
            var off = webhook(3)
            off.isActive = false
            #expect(try await store.updateWebhook(off, audit: event(.changeWebhook)) != nil)
            let from = try await store.outboxPosition()
            let outcomes = try await withThrowingTaskGroup(of: Bool.self) { group in
                for node in 0..<8 {
                    group.addTask {
                        let made = (1...4).map { delivery(node * 10 + $0, to: $0, event: "event:7") }
                        let to = OutboxPosition(event: 7, notice: 0)
                        return try await store.fanOut(FanOut(from: from, to: to, deliveries: made), atMost: 9)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count { $0 } == 1)
            for number in 1...2 { #expect(try await store.all(of: number).map(\.event) == ["event:7"]) }
            // One that is off and one that is not there get nothing.
            for number in 3...4 { #expect(try await store.all(of: number).isEmpty) }
            #expect(try await store.make([delivery(99, to: 1, event: "event:7")]))
            #expect(try await store.all(of: 1).count == 1)
        }
    }

    @Test("A webhook that has as much pending as it may gets no more")
    func pendingBound() async throws {
        try await withSQLiteStore { store, _ in
            try await store.add(webhook(1))
            #expect(try await store.make((1...5).map { delivery($0, to: 1) }, atMost: 3))
            #expect(try await store.all(of: 1).map(\.event) == ["event:3", "event:2", "event:1"])
        }
    }

    @Test("Deliveries are listed in pages, newest first, by state, with everything that is known of them")
    func lists() async throws {
        try await withSQLiteStore { store, _ in
            try await store.add(webhook(1))
            try await store.add(webhook(2))
            try await store.make((1...5).map { delivery($0, to: 1) } + [delivery(9, to: 2)])
            let claimed = try #require(try await store.claim(limit: 1).first)
            #expect(claimed.delivery.event == "event:1" && claimed.webhook.id == webhook(1).id)
            try await store.settle(claimed, as: .delivered)
            var query = DeliveryQuery(webhook: webhook(1).id, limit: 2)
            #expect(try await store.deliveries(query).map(\.event) == ["event:5", "event:4"])
            query.before = delivery(4, to: 1).id
            #expect(try await store.deliveries(query).map(\.event) == ["event:3", "event:2"])
            query.before = nil
            query.state = .delivered
            let done = try #require(try await store.deliveries(query).first)
            #expect(done.payload == delivery(1, to: 1).payload && done.attempts == 1 && done.dueAt == nil)
            #expect(done.firstAttemptAt == noon.date && done.finishedAt == noon.date + 1)
            let attempt = DeliveryAttempt(at: noon.date, milliseconds: 12, status: 500, error: "é \"no\"")
            #expect(done.log == [attempt])
            #expect(try await store.delivery(done.id, of: webhook(1).id) == done)
            #expect(try await store.delivery(done.id, of: webhook(2).id) == nil)
        }
    }

    @Test("A test delivery is added once, and to a webhook that is there")
    func adds() async throws {
        try await withSQLiteStore { store, _ in
            #expect(try await store.addDelivery(delivery(1, to: 1, event: "ping:1")) == nil)
            try await store.add(webhook(1))
            let first = try await store.addDelivery(delivery(1, to: 1, event: "ping:1"))
            #expect(first == delivery(1, to: 1, event: "ping:1").with { $0.type == .registered })
            #expect(try await store.addDelivery(delivery(2, to: 1, event: "ping:1")) == first)
            #expect(try await store.claim().map(\.delivery.event) == ["ping:1"])
        }
    }

    @Test("Old deliveries are forgotten, and of finished ones the newest stay")
    func forgets() async throws {
        try await withSQLiteStore { store, _ in
            try await store.add(webhook(1))
            try await store.make((1...6).map { delivery($0, to: 1, createdAt: noon.date + Double($0)) })
            for _ in 1...5 {
                let claimed = try #require(try await store.claim(at: noon.date + 9).first)
                try await store.settle(claimed, as: .delivered, keeping: 2)
            }
            #expect(try await store.all(of: 1).map(\.event) == ["event:6", "event:5", "event:4"])
            #expect(try await store.forgetDeliveries(before: noon.date + 6, limit: 1) == 1)
            #expect(try await store.forgetDeliveries(before: noon.date + 6, limit: 9) == 1)
            #expect(try await store.all(of: 1).map(\.event) == ["event:6"])
        }
    }
}

extension WebhookDelivery {
    fileprivate func with(_ check: (WebhookDelivery) -> Bool) -> WebhookDelivery? { check(self) ? self : nil }
}
