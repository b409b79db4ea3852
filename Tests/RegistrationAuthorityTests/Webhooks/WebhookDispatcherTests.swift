// Deliveries to a receiver on loopback, for each way in which it may behave.

import AuditLog
import Foundation
import JSON
import Persistence
import Testing

@testable import RegistrationAuthority

@Suite("Deliveries of webhooks")
struct WebhookDispatcherTests {
    private func json(_ body: [UInt8]) throws -> JSONValue {
        try JSONReader.read(body, within: JSONLimits(depth: 8, members: 32))
    }

    @Test("What happens to an agent arrives once, signed, and with all that a receiver needs")
    func delivers() async throws {
        let bench = try WebhookBench()
        try await WebhookReceiver.with { _, _ in
            .answer(204)
        } _: { receiver in
            bench.names.bind("hooks.example", [[127, 0, 0, 1]])
            let (webhook, secret) = try await bench.create("http://hooks.example:\(receiver.port)/in?key=1")
            let agent = try await bench.activate("a")
            try await bench.activate("b", owner: WebhookBench.bob.account)
            try await bench.dispatching {
                let delivery = try await bench.delivery(webhook) { $0.state == .delivered }
                #expect(delivery.attempts == 1 && delivery.log.map(\.status) == [204] && delivery.log[0].error == nil)
                let hook = try #require(receiver.hooks.first)
                #expect(hook.method == "POST" && hook.target == "/in?key=1")
                #expect(hook["Host"] == "hooks.example:\(receiver.port)")
                #expect(hook["Content-Type"] == "application/json" && hook["Signet-Event"] == "AGENT_REGISTERED")
                #expect(hook["Signet-Delivery"] == "\(delivery.id)" && hook["Signet-Webhook"] == "\(webhook.id)")
                let header = try #require(hook[WebhookSignature.headerName])
                #expect(header.hasPrefix("t=\(hook["Signet-Timestamp"] ?? "-"),v1="))
                let signature = try WebhookSignature(headerValue: header)
                try signature.verify(body: hook.body, at: bench.clock.now, with: [secret])
                #expect(hook.body == delivery.payload)
                let body = try self.json(hook.body)
                #expect(body["type"]?.text == "AGENT_REGISTERED" && body["id"]?.text == delivery.event)
                #expect(body["data"]?["agent"]?["agentId"]?.text == "\(agent.id)")
                #expect(body["data"]?["agent"]?["agentHost"]?.text == "a.agents.example")
                #expect(body["data"]?["agent"]?["status"]?.text == "ACTIVE")
            }
            #expect(receiver.hooks.count == 1)
            // A process that starts later finds nothing left to do.
            try await bench.dispatching { try await Task.sleep(for: .milliseconds(50)) }
            #expect(receiver.hooks.count == 1)
        }
    }

    @Test("A webhook is told of what it asked for, and ends with notices")
    func filters() async throws {
        let bench = try WebhookBench()
        try await WebhookReceiver.with { _, _ in
            .answer(200)
        } _: { receiver in
            let url = "http://127.0.0.1:\(receiver.port)/"
            let (some, _) = try await bench.create(url, events: [.failed, .expired, .renewed])
            let (all, _) = try await bench.create(url)
            let agent = try await bench.activate("a")
            try await bench.renew(agent.id)
            try await bench.end(agent.id, as: .expired)
            let other = try await bench.activate("b")
            try await bench.end(other.id, as: .failed)
            let (late, _) = try await bench.create(url)
            try await bench.dispatching {
                try await eventually("all delivered") {
                    let states = try await bench.deliveries(some) + bench.deliveries(all)
                    return states.count == 8 && states.allSatisfy { $0.state == .delivered }
                }
            }
            let types = Set(try await bench.deliveries(some).map(\.type))
            #expect(types == [.renewed, .expired, .failed])
            #expect(try await bench.deliveries(all).count == 5)
            #expect(try await bench.deliveries(late).isEmpty)
            let failed = try #require(receiver.hooks.first { $0["Signet-Event"] == "AGENT_FAILED" })
            #expect(try self.json(failed.body)["data"]?["failure"]?["code"]?.text == "DEADLINE_PASSED")
        }
    }

    @Test("An error is tried again by the schedule, under the same id, and then all is well")
    func retries() async throws {
        let bench = try WebhookBench()
        let reply: @Sendable (ReceivedHook, Int) -> HookReply = { _, count in count < 2 ? .answer(500) : .answer(200) }
        try await WebhookReceiver.with(reply) { receiver in
            let (webhook, _) = try await bench.create("http://127.0.0.1:\(receiver.port)/")
            try await bench.activate("a")
            try await bench.dispatching {
                let first = try await bench.delivery(webhook) { $0.attempts == 1 }
                #expect(first.state == .pending && first.log[0].error == "the receiver answered 500")
                let wait = try #require(first.dueAt).timeIntervalSince(bench.clock.now)
                #expect((4...10.1).contains(wait), "\(wait)")
                #expect(try await bench.store.webhook(webhook.id)?.failures == 1)
                bench.clock.advance(11)
                let second = try await bench.delivery(webhook) { $0.attempts == 2 }
                #expect(try #require(second.dueAt).timeIntervalSince(bench.clock.now) > 9)
                bench.clock.advance(21)
                let third = try await bench.delivery(webhook) { $0.state == .delivered }
                #expect(third.attempts == 3 && third.log.map(\.status) == [500, 500, 200])
                #expect(Set(receiver.hooks.compactMap { $0["Signet-Delivery"] }) == ["\(third.id)"])
                #expect(receiver.hooks.compactMap { $0["Signet-Attempt"] } == ["1", "2", "3"])
                #expect(Set(receiver.hooks.map(\.body)).count == 1)
                #expect(try await bench.store.webhook(webhook.id)?.failures == 0)
            }
        }
    }

    @Test("410 switches the webhook off, is audited, and its owner can switch it on again")
    func gone() async throws {
        let bench = try WebhookBench()
        try await WebhookReceiver.with { _, count in
            .answer(count == 0 ? 410 : 200)
        } _: { receiver in
            let (webhook, _) = try await bench.create("http://127.0.0.1:\(receiver.port)/")
            try await bench.activate("a")
            try await bench.dispatching {
                try await bench.delivery(webhook) { $0.state == .failed }
                let stored = try await bench.service.webhook(webhook.id, for: WebhookBench.alice)
                #expect(!stored.isActive && stored.inactiveReason?.contains("410") == true)
                let entry = try #require(try await bench.store.entries(after: 0, limit: 99).last?.event)
                #expect(entry.action == .deactivateWebhook && entry.object == "webhook:\(webhook.id)")
                await expectRefusal(.webhookInactive) {
                    try await bench.service.ping(webhook.id, by: WebhookBench.alice)
                }
                try await bench.activate("b")
                try await eventually("b is fanned out") { try await bench.store.outboxPosition().event == 2 }
                _ = try await bench.service.change(webhook.id, isActive: true, by: WebhookBench.alice, from: .local)
                // Ids rise with time, and the listing with them.
                bench.clock.advance(1)
                _ = try await bench.service.ping(webhook.id, by: WebhookBench.alice)
                let last = try await bench.delivery(webhook) { $0.state == .delivered }
                #expect(last.type == .ping)
            }
            #expect(receiver.hooks.map { $0["Signet-Event"] } == ["AGENT_REGISTERED", "WEBHOOK_PING"])
        }
    }

    @Test(
        "Retry-After is followed, within bounds",
        arguments: [
            ("120", 120.0...120.0), ("Sat, 21 Nov 2026 12:10:00 GMT", 599...600.5), ("1", 4...10.1),
            ("rubbish", 4...10.1),
            ("99999999999999999999", 21_600...21_600), ("-5", 4...10.1),
        ] as [(String, ClosedRange<Double>)]
    )
    func retryAfter(_ field: String, _ expected: ClosedRange<Double>) async throws {
        let bench = try WebhookBench()
        let reply: @Sendable (ReceivedHook, Int) -> HookReply = { _, _ in
            .answer(429, headers: [("Retry-After", field)])
        }
        try await WebhookReceiver.with(reply) { receiver in
            let (webhook, _) = try await bench.create("http://127.0.0.1:\(receiver.port)/")
            try await bench.activate("a")
            try await bench.dispatching {
                let delivery = try await bench.delivery(webhook) { $0.attempts == 1 }
                let wait = try #require(delivery.dueAt).timeIntervalSince(bench.clock.now)
                #expect(expected.contains((wait * 1_000).rounded() / 1_000), "\(wait)")
            }
        }
    }

    @Test("Redirects are not followed")
    func redirects() async throws {
        let bench = try WebhookBench()
        try await WebhookReceiver.with { _, _ in
            .answer(200)
        } _: { elsewhere in
            let location = "http://127.0.0.1:\(elsewhere.port)/"
            for status in [301, 302, 303, 307, 308] {
                let reply: @Sendable (ReceivedHook, Int) -> HookReply = { _, _ in
                    .answer(status, headers: [("Location", location)])
                }
                try await WebhookReceiver.with(reply) { receiver in
                    let answer = await bench.send(to: "http://127.0.0.1:\(receiver.port)/")
                    #expect(answer.status == status && receiver.hooks.count == 1)
                }
            }
            #expect(elsewhere.connections == 0)
        }
    }

    @Test("Whatever a receiver sends besides its status is not read, and one that sends no HTTP has not answered")
    func hostileAnswers() async throws {
        let bench = try WebhookBench()
        let long = String(repeating: "x", count: 300_000)
        let cases: [(HookReply, DeliveryAnswer)] = [
            (.flood(200), DeliveryAnswer(status: 200)), (.flood(500), DeliveryAnswer(status: 500)),
            (.answer(200, body: long), DeliveryAnswer(status: 200)),
            (.answer(200, headers: [("X", long)]), DeliveryAnswer(error: "the connection could not be made, or broke")),
            (.drop, DeliveryAnswer(error: "the connection was closed without an answer")),
        ]
        for (reply, expected) in cases {
            try await WebhookReceiver.with { _, _ in
                reply
            } _: { receiver in
                #expect(await bench.send(to: "http://127.0.0.1:\(receiver.port)/") == expected)
            }
        }
        #expect(await bench.send(to: "http://127.0.0.1:9/").error == "the connection could not be made, or broke")
    }

    @Test("A receiver that does not answer costs its time and no more, and holds up nobody else")
    func slow() async throws {
        let bench = try WebhookBench()
        let settings = WebhookSettings(patience: .seconds(8), attempts: 3, attemptsPerOwner: 2)
        try await WebhookReceiver.with { _, _ in
            .hang
        } _: { slow in
            try await WebhookReceiver.with { _, _ in
                .answer(200)
            } _: { good in
                var hostile: [WebhookSubscription] = []
                for _ in 0..<6 { hostile.append(try await bench.create("http://127.0.0.1:\(slow.port)/").webhook) }
                let (fine, _) = try await bench.create("http://127.0.0.1:\(good.port)/", by: WebhookBench.bob)
                for number in 0..<3 { try await bench.activate("a\(number)") }
                for number in 0..<5 { try await bench.activate("b\(number)", owner: WebhookBench.bob.account) }
                let first = hostile
                try await bench.dispatching(settings) {
                    try await eventually("the good one is served") {
                        let deliveries = try await bench.deliveries(fine)
                        return deliveries.count == 5 && deliveries.allSatisfy { $0.state == .delivered }
                    }
                    // Nobody's patience with the slow one has ended yet: the good one waited for none of it.
                    for webhook in first { #expect(try await bench.deliveries(webhook).allSatisfy { $0.log.isEmpty }) }
                    #expect(slow.connections <= 2)
                    try await eventually("the slow one is given up") {
                        for webhook in first {
                            let log = try await bench.deliveries(webhook).flatMap(\.log)
                            if let error = log.first?.error { return error.hasPrefix("there was no answer within") }
                        }
                        return false
                    }
                }
            }
        }
    }

    @Test("At the schedule's end a delivery is abandoned, and can be asked for again")
    func abandons() async throws {
        let bench = try WebhookBench()
        var settings = WebhookSettings()
        settings.schedule = try DeliverySchedule(
            first: .seconds(1),
            factor: 2,
            longest: .seconds(4),
            jitter: 0,
            attempts: 3,
            giveUpAfter: .seconds(3_600)
        )
        try await WebhookReceiver.with { _, count in
            .answer(count < 3 ? 503 : 200)
        } _: { receiver in
            let (webhook, _) = try await bench.create("http://127.0.0.1:\(receiver.port)/")
            try await bench.activate("a")
            try await bench.dispatching(settings) {
                for attempt in 1...2 {
                    try await bench.delivery(webhook) { $0.attempts == attempt }
                    bench.clock.advance(60)
                }
                let last = try await bench.delivery(webhook) { $0.state == .abandoned }
                #expect(last.attempts == 3 && last.dueAt == nil && last.finishedAt != nil)
                // Its webhook rests: who asks does not wait for that.
                let retried = try await bench.service.retry(last.id, of: webhook.id, by: WebhookBench.alice)
                #expect(retried.state == .pending && retried.attempts == 0)
                let done = try await bench.delivery(webhook) { $0.state == .delivered }
                #expect(done.id == last.id && done.log.map(\.status) == [503, 503, 503, 200])
            }
        }
    }

    @Test("Who is stopped in the middle of an attempt leaves it to the next, when the lease is over")
    func crash() async throws {
        let bench = try WebhookBench()
        try await WebhookReceiver.with { _, count in
            count == 0 ? .hang : .answer(200)
        } _: { receiver in
            let (webhook, _) = try await bench.create("http://127.0.0.1:\(receiver.port)/")
            try await bench.activate("a")
            try await bench.dispatching { try await eventually("it came") { receiver.hooks.count == 1 } }
            let left = try #require(try await bench.deliveries(webhook).first)
            #expect(left.state == .pending && left.attempts == 0 && left.log.isEmpty)
            bench.clock.advance(Budget.deliveryLeaseSeconds + 1)
            try await bench.dispatching { try await bench.delivery(webhook) { $0.state == .delivered } }
            #expect(Set(receiver.hooks.compactMap { $0["Signet-Delivery"] }).count == 1 && receiver.hooks.count == 2)
        }
    }
}

extension WebhookBench {
    /// One attempt, without a store.
    func send(to url: String, attempt: Int = 1, within patience: Duration = .seconds(5)) async -> DeliveryAnswer {
        await self.sender().send(
            Array("{}".utf8),
            to: url,
            headers: [],
            attempt: attempt,
            within: patience,
            sleep: self.environment.sleep
        )
    }
}
