// Owners are reminded of each certificate's end, once at each threshold.

import Foundation
import Persistence
import Testing

@testable import RegistrationAuthority

@Suite("Reminders")
struct ReminderTests {
    private static let day = 86_400.0

    private func scan(_ bench: WebhookBench, _ plan: ReminderPlan = ReminderPlan()) -> ReminderScan {
        ReminderScan(store: bench.store, registrations: bench.store, plan: plan)
    }

    private func fanOut(_ bench: WebhookBench) async throws {
        let fanOut = WebhookFanOut(
            store: bench.store,
            registrations: bench.store,
            environment: bench.environment,
            plan: ReminderPlan()
        )
        while try await fanOut.pass() {}
    }

    /// Percentages of the notices so far, in order.
    private func reminded(_ bench: WebhookBench) async throws -> [Int?] {
        try await bench.store.notices(after: 0, limit: 99).map(\.notice.reminder?.percentLeft)
    }

    @Test("At a third and a tenth of the life left there is a reminder, whoever looks how often")
    func thresholds() async throws {
        let bench = try WebhookBench(targets: .webhooks())
        let (webhook, _) = try await bench.create("https://hooks.example/", events: [.expiring])
        let agent = try await bench.activate("a", days: 100)
        try await self.fanOut(bench)
        let days: [(advance: Double, expected: [Int?])] = [
            (66.9, []), (0.2, [33]), (22.8, [33]), (0.2, [33, 10]), (9.8, [33, 10]), (0.2, [33, 10]), (50, [33, 10]),
        ]
        for (advance, expected) in days {
            bench.clock.advance(advance * Self.day)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask { _ = try await self.scan(bench).pass(at: bench.environment.instant) }
                }
                try await group.waitForAll()
            }
            #expect(try await self.reminded(bench) == expected)
        }
        try await self.fanOut(bench)
        let deliveries = try await bench.deliveries(webhook)
        #expect(deliveries.map(\.type) == [.expiring, .expiring])
        let last = try #require(deliveries.last.map { String(decoding: $0.payload, as: UTF8.self) })
        #expect(last.contains(#""percentLeft":10"#) && last.contains(agent.ansName))
    }

    @Test("Who looks late reminds of the last threshold alone, and of one that has ended not at all")
    func late() async throws {
        let bench = try WebhookBench()
        try await bench.activate("a", days: 100)
        try await bench.activate("b", days: 50)
        try await self.fanOut(bench)
        bench.clock.advance(95 * Self.day)
        _ = try await self.scan(bench).pass(at: bench.environment.instant)
        #expect(try await self.reminded(bench) == [10])
        #expect(try await bench.store.watches(dueAt: .distantFuture, limit: 9).count == 1)
        bench.clock.advance(5 * Self.day)
        _ = try await self.scan(bench).pass(at: bench.environment.instant)
        #expect(try await self.reminded(bench) == [10])
        #expect(try await bench.store.watches(dueAt: .distantFuture, limit: 9).isEmpty)
    }

    @Test("A successor begins anew, whether its event is known yet or not; who is revoked is not reminded")
    func renewed() async throws {
        let bench = try WebhookBench()
        let agent = try await bench.activate("a", days: 10)
        let other = try await bench.activate("b", days: 10)
        let third = try await bench.activate("c", days: 10)
        try await self.fanOut(bench)
        bench.clock.advance(7 * Self.day)
        try await bench.renew(agent.id, days: 10)
        try await bench.end(other.id, as: .revoked, .revoked)
        try await bench.end(third.id, as: .revoked)
        _ = try await self.scan(bench).pass(at: bench.environment.instant)
        #expect(try await self.reminded(bench).isEmpty)
        try await self.fanOut(bench)
        bench.clock.advance(6.6 * Self.day)
        _ = try await self.scan(bench).pass(at: bench.environment.instant)
        #expect(try await self.reminded(bench).isEmpty)
        bench.clock.advance(0.2 * Self.day)
        _ = try await self.scan(bench).pass(at: bench.environment.instant)
        let notices = try await bench.store.notices(after: 0, limit: 9)
        #expect(notices.map(\.notice.agent) == [agent.id])
    }

    @Test("A plan that has changed moves what is due, and reminds of nothing twice")
    func plans() async throws {
        let bench = try WebhookBench()
        try await bench.activate("a", days: 100)
        try await self.fanOut(bench)
        bench.clock.advance(68 * Self.day)
        let few = try ReminderPlan(percentages: [20])
        _ = try await self.scan(bench, few).pass(at: bench.environment.instant)
        #expect(try await self.reminded(bench).isEmpty)
        bench.clock.advance(12.5 * Self.day)
        _ = try await self.scan(bench, few).pass(at: bench.environment.instant)
        _ = try await self.scan(bench, few).pass(at: bench.environment.instant)
        #expect(try await self.reminded(bench) == [20])
        for bad: Set<Int> in [[0], [100], [-1], Set(1...10)] {
            #expect(throws: RegistrationError(.invalidReminderPlan, "")) { try ReminderPlan(percentages: bad) }
        }
    }

    @Test("Nobody is reminded without a plan")
    func none() async throws {
        let bench = try WebhookBench()
        let agent = try await bench.activate("a", days: 100)
        let none = try ReminderPlan(percentages: [])
        #expect(CertificateWatch(agent, none) == nil)
        #expect(CertificateWatch(agent, ReminderPlan())?.dueAt == agent.createdAt.addingTimeInterval(67 * Self.day))
    }
}
