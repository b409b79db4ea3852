// What is kept, for how long, and who waits for whom.

import Foundation
import JSON
import Synchronization
import TestSupport
import Testing

@testable import RegistrationAuthority

@Suite("Answers that are kept")
struct ResolutionCacheTests {
    private let clock = Bench.Clock()

    private func query(_ host: String) throws -> ResolutionQuery { try ResolutionQuery(host) }

    private func document(_ text: String) async throws -> SignedDocument {
        try await SignedDocument(["text": .string(text)], type: "test", credential: nil, validUntil: .distantFuture)
    }

    /// Asks, with a look that finds the text; returns what was answered.
    private func ask(
        _ cache: ResolutionCache,
        _ host: String,
        lasting seconds: Double = 60,
        _ text: String
    ) async throws -> String {
        let clock = self.clock
        let found = try await self.document(text)
        let answer = try await cache.answer(
            to: try self.query(host),
            now: { clock.now },
            admit: {},
            look: {
                ResolutionCache.Finding(
                    outcome: .success(found),
                    expiresAt: clock.now.addingTimeInterval(seconds)
                )
            }
        )
        return String(decoding: answer.octets, as: UTF8.self)
    }

    @Test("an answer is kept until its end, and no longer")
    func expires() async throws {
        let cache = ResolutionCache()
        #expect(try await self.ask(cache, "a.example", "one") == #"{"text":"one"}"#)
        self.clock.advance(59.9)
        #expect(try await self.ask(cache, "a.example", "two") == #"{"text":"one"}"#)
        self.clock.advance(0.1)
        #expect(try await self.ask(cache, "a.example", "two") == #"{"text":"two"}"#)
        #expect(cache.count == 1)
    }

    @Test("a refusal is kept too")
    func refusals() async throws {
        let (cache, clock) = (ResolutionCache(), self.clock)
        let looks = Tally()
        func ask() async throws {
            _ = try await cache.answer(
                to: try self.query("a.example"),
                now: { clock.now },
                admit: {},
                look: {
                    looks.add()
                    return ResolutionCache.Finding(
                        outcome: .failure(RegistrationError(.agentNotFound, "none")),
                        expiresAt: clock.now.addingTimeInterval(10)
                    )
                }
            )
        }
        for seconds in [0, 9, 1] as [Double] {
            clock.advance(seconds)
            await #expect(throws: RegistrationError(.agentNotFound, "")) { try await ask() }
        }
        #expect(looks.count == 2)
    }

    @Test("a host that changes is forgotten, with every question about it and none about others")
    func forgets() async throws {
        let cache = ResolutionCache()
        for host in ["a.example", "ans://v1.0.0.a.example", "b.example"] { _ = try await self.ask(cache, host, "one") }
        #expect(cache.count == 3)
        cache.forget(host: "a.example")
        #expect(cache.count == 1)
        #expect(try await self.ask(cache, "ans://v1.0.0.a.example", "two") == #"{"text":"two"}"#)
        #expect(try await self.ask(cache, "b.example", "two") == #"{"text":"one"}"#)
    }

    @Test("all who ask the same at once get what one look finds")
    func singleFlight() async throws {
        let (cache, clock, gate) = (ResolutionCache(), self.clock, Turnstile())
        let looks = Tally()
        gate.close()
        let (query, found) = (try self.query("a.example"), try await self.document("one"))
        try await withThrowingTaskGroup(of: SignedDocument.self) { group in
            defer { gate.open() }
            for _ in 0..<50 {
                group.addTask {
                    try await cache.answer(
                        to: query,
                        now: { clock.now },
                        admit: {},
                        look: {
                            looks.add()
                            await gate.pass()
                            let end = clock.now.addingTimeInterval(60)
                            return ResolutionCache.Finding(outcome: .success(found), expiresAt: end)
                        }
                    )
                }
            }
            try await eventually("a look") { gate.arrived == 1 }
            try await Task.sleep(for: .milliseconds(20))
            gate.open()
            for try await answer in group { #expect(answer == found) }
        }
        #expect(looks.count == 1)
    }

    @Test(
        "what a look found that began before a change is not kept, and who asks after the change does not wait for it"
    )
    func changeDuringLook() async throws {
        let (cache, clock, gate) = (ResolutionCache(), self.clock, Turnstile())
        gate.close()
        let (query, old) = (try self.query("a.example"), try await self.document("old"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { gate.open() }
            group.addTask {
                _ = try await cache.answer(
                    to: query,
                    now: { clock.now },
                    admit: {},
                    look: {
                        await gate.pass()
                        let end = clock.now.addingTimeInterval(60)
                        return ResolutionCache.Finding(outcome: .success(old), expiresAt: end)
                    }
                )
            }
            try await eventually("a look") { gate.arrived == 1 }
            cache.forget(host: "a.example")
            #expect(try await self.ask(cache, "a.example", "new") == #"{"text":"new"}"#)
            gate.open()
            try await group.waitForAll()
        }
        #expect(try await self.ask(cache, "a.example", "newer") == #"{"text":"new"}"#)
    }

    @Test("who goes away, or is not admitted, leaves the look to those who wait")
    func abandoned() async throws {
        let (cache, clock, gate) = (ResolutionCache(), self.clock, Turnstile())
        gate.close()
        defer { gate.open() }
        let (query, found) = (try self.query("a.example"), try await self.document("one"))
        let leader = Task {
            try await cache.answer(
                to: query,
                now: { clock.now },
                admit: {},
                look: {
                    await gate.pass()
                    let end = clock.now.addingTimeInterval(60)
                    return ResolutionCache.Finding(outcome: .success(found), expiresAt: end)
                }
            )
        }
        try await eventually("a look") { gate.arrived == 1 }
        async let second = self.ask(cache, "a.example", "two")
        try await Task.sleep(for: .milliseconds(20))
        leader.cancel()
        gate.open()
        await #expect(throws: CancellationError.self) { try await leader.value }
        #expect(try await second == #"{"text":"two"}"#)
        await #expect(throws: RegistrationError(.rateLimited, "")) {
            _ = try await cache.answer(
                to: try self.query("b.example"),
                now: { clock.now },
                admit: {
                    throw RegistrationError(.rateLimited, "too many")
                },
                look: {
                    throw RegistrationError(.agentNotFound, "it was looked for")
                }
            )
        }
        #expect(try await self.ask(cache, "b.example", "two") == #"{"text":"two"}"#)
    }

    @Test("no more answers are kept than there is room for, and those that end last stay")
    func bounds() async throws {
        let cache = ResolutionCache(capacity: 16, octets: 1 << 20, looks: 4)
        for number in 0..<100 {
            _ = try await self.ask(cache, "h\(number).example", lasting: Double(10 + number), "one")
            #expect(cache.count <= 16)
        }
        #expect(try await self.ask(cache, "h99.example", "two") == #"{"text":"one"}"#)
        #expect(try await self.ask(cache, "h0.example", "two") == #"{"text":"two"}"#)
        let small = ResolutionCache(capacity: 1_000, octets: 4_096, looks: 4)
        for number in 0..<10 {
            _ = try await self.ask(small, "h\(number).example", String(repeating: "x", count: 1_000))
        }
        #expect((1...4).contains(small.count))
    }

    @Test("more looks at once than the bound are refused, to come back")
    func looks() async throws {
        let (cache, clock, gate) = (ResolutionCache(capacity: 16, octets: 1 << 20, looks: 2), self.clock, Turnstile())
        gate.close()
        let found = try await self.document("one")
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { gate.open() }
            for number in 0..<2 {
                let query = try self.query("h\(number).example")
                group.addTask {
                    _ = try await cache.answer(
                        to: query,
                        now: { clock.now },
                        admit: {},
                        look: {
                            await gate.pass()
                            let end = clock.now.addingTimeInterval(60)
                            return ResolutionCache.Finding(outcome: .success(found), expiresAt: end)
                        }
                    )
                }
            }
            try await eventually("two looks") { gate.arrived == 2 }
            await #expect(throws: RegistrationError(.overloaded, "")) {
                _ = try await self.ask(cache, "h9.example", "two")
            }
            gate.open()
            try await group.waitForAll()
        }
        #expect(try await self.ask(cache, "h9.example", "two") == #"{"text":"two"}"#)
    }
}

/// Counts from any task.
private final class Tally: Sendable {
    private let number = Mutex(0)

    var count: Int { self.number.withLock { $0 } }

    func add() { self.number.withLock { $0 += 1 } }
}
