// How the work on deliveries is shared out.

import AuditLog
import Foundation
import GRDB
import PKIX
import RegistrationAuthority
import TestSupport
import Testing

@testable import Persistence

@Suite("Leases on deliveries")
struct WebhookLeaseTests {
    @Test("Of a webhook one delivery is claimed at a time, the first that is due")
    func oneAtATime() async throws {
        try await withSQLiteStore { store, _ in
            try await store.add(webhook(1))
            try await store.make([delivery(2, to: 1, createdAt: noon.date + 2), delivery(1, to: 1)])
            #expect(try await store.claim(at: noon.date - 1).isEmpty)
            let first = try await store.claim(at: noon.date + 5)
            #expect(first.map(\.delivery.event) == ["event:1"])
            #expect(try await store.claim(at: noon.date + 5).isEmpty)
            try await store.settle(first[0], as: .pending, dueAt: noon.date + 10)
            #expect(try await store.claim(at: noon.date + 5).map(\.delivery.event) == ["event:2"])
        }
    }

    @Test("A webhook that cannot be read holds up no other")
    func unreadable() async throws {
        try await withSQLiteStore { store, _ in
            for number in 1...2 { try await store.add(webhook(number)) }
            try await store.make((1...2).map { delivery($0, to: $0) })
            try await store.write { transaction in
                try transaction.database.execute(
                    sql: "UPDATE webhooks SET events = 'agent.unheard-of' WHERE id = ?",
                    arguments: [webhook(1).id.description]
                )
            }
            #expect(try await store.claim(limit: 9).map(\.delivery.event) == ["event:2"])
            let owner = webhook(2).owner
            #expect(try await store.subscribers(among: [owner]).map(\.id) == [webhook(2).id])
        }
    }

    @Test("Many nodes claim each delivery once")
    func nodes() async throws {
        try await withSQLiteStore { store, _ in
            for number in 1...20 { try await store.add(webhook(number, owner: "token:\(number % 5)")) }
            try await store.make((1...20).map { delivery($0, to: $0) })
            let claimed = try await withThrowingTaskGroup(of: [ClaimedDelivery].self) { group in
                for node in 0..<8 {
                    group.addTask {
                        try await store.claim(lease: WorkLease(holder: "\(node)", until: noon.date + 60), limit: 5)
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(claimed.count == 20 && Set(claimed.map(\.delivery.id)).count == 20)
        }
    }

    @Test("An owner has so many turns at a time, whoever gave them, and others theirs")
    func perOwner() async throws {
        try await withSQLiteStore { store, _ in
            for number in 1...6 { try await store.add(webhook(number)) }
            try await store.add(webhook(7, owner: "token:bob"))
            try await store.make((1...6).map { delivery($0, to: $0) })
            try await store.make([delivery(7, to: 7, createdAt: noon.date + 1)])
            let first = try await store.claim(limit: 1, perOwner: 2)
            #expect(first.count == 1)
            let second = try await store.claim(at: noon.date + 1, limit: 9, perOwner: 2)
            #expect(Set(second.map(\.webhook.owner)) == ["token:alice", "token:bob"] && second.count == 2)
            #expect(try await store.claim(at: noon.date + 1, perOwner: 2).isEmpty)
            try await store.settle(first[0], as: .delivered)
            #expect(try await store.claim(at: noon.date + 1, perOwner: 2).count == 1)
        }
    }

    @Test("After a lease is over others go on, and what its holder then says counts no more")
    func leaseEnds() async throws {
        try await withSQLiteStore { store, _ in
            try await store.add(webhook(1))
            try await store.make([delivery(1, to: 1)])
            let lost = try #require(try await store.claim().first)
            #expect(try await store.claim(at: noon.date + 59).isEmpty)
            let lease = WorkLease(holder: "two/1", until: noon.date + 120)
            let taken = try #require(try await store.claim(at: noon.date + 60, lease: lease).first)
            #expect(taken.delivery == lost.delivery)
            #expect(try await store.settle(lost, as: .delivered) == false)
            #expect(try await store.all(of: 1).map(\.state) == [.pending])
            #expect(try await store.settle(taken, as: .abandoned))
            #expect(try await store.all(of: 1).map(\.state) == [.abandoned])
            // A start that knows that it is alone does not wait.
            try await store.make([delivery(2, to: 1)])
            #expect(try await store.claim().count == 1)
            #expect(try await store.releaseWebhookLeases() == 1)
            #expect(try await store.claim().count == 1)
        }
    }

    @Test("A webhook that failed rests, until its rest is over, or its owner has something delivered again")
    func rests() async throws {
        try await withSQLiteStore { store, _ in
            try await store.add(webhook(1))
            try await store.make([delivery(1, to: 1), delivery(2, to: 1)])
            let first = try #require(try await store.claim().first)
            let (due, rest) = (noon.date + 10, noon.date + 30)
            try await store.settle(first, as: .pending, dueAt: due, failures: 3, restsUntil: rest)
            #expect(try await store.webhook(webhook(1).id)?.failures == 3)
            #expect(try await store.claim(at: noon.date + 29).isEmpty)
            let second = try #require(try await store.claim(at: rest).first)
            #expect(second.delivery.event == "event:2" && second.webhook.failures == 3)
            try await store.settle(second, as: .abandoned, failures: 4, restsUntil: noon.date + 300)
            #expect(try await store.claim(at: noon.date + 40).isEmpty)
            let again = try #require(
                try await store.retryDelivery(second.delivery.id, of: webhook(1).id, at: noon.date + 5)
            )
            #expect(again.state == .pending && again.attempts == 0 && again.firstAttemptAt == nil)
            #expect(again.finishedAt == nil && again.log.count == 1)
            #expect(try await store.claim(at: noon.date + 5).map(\.delivery.id) == [again.id])
            #expect(try await store.retryDelivery(agentID(1), of: webhook(1).id, at: noon.date) == nil)
            #expect(try await store.retryDelivery(again.id, of: webhook(2).id, at: noon.date) == nil)
        }
    }

    @Test("One that is switched off is left alone, and goes on where it was when it is switched on")
    func deactivates() async throws {
        try await withSQLiteStore { store, _ in
            try await store.add(webhook(1))
            try await store.make([delivery(1, to: 1), delivery(2, to: 1)])
            let first = try #require(try await store.claim().first)
            try await store.settle(first, as: .failed, failures: 1, deactivation: "gone")
            var stored = try #require(try await store.webhook(webhook(1).id))
            #expect(!stored.isActive && stored.inactiveReason == "gone" && stored.revision == 2)
            #expect(try await store.entries(after: 0, limit: 9).last?.event.action == .deactivateWebhook)
            #expect(try await store.claim(at: noon.date + 999).isEmpty)
            #expect(try await store.subscribers(among: ["token:alice"]).isEmpty)
            stored.isActive = true
            stored.inactiveReason = nil
            #expect(try await store.updateWebhook(stored, audit: event(.changeWebhook)) != nil)
            #expect(try await store.claim().map(\.delivery.event) == ["event:2"])
        }
    }
}
