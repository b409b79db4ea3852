// What is signed for strangers: once, for all, and not too much at a time.

import Foundation
import Synchronization
import Testing

@testable import TransparencyLog

/// Makes answers when it is told to.
private final class Pen: Sendable {
    private let count = Mutex(0)
    private let (gate, opener) = AsyncStream<Void>.makeStream()
    let (begun, beginning) = AsyncStream<Void>.makeStream()

    var made: Int { self.count.withLock { $0 } }

    func write(_ octets: [UInt8]) async -> [UInt8] {
        self.count.withLock { $0 += 1 }
        self.beginning.yield()
        for await _ in self.gate { break }
        return octets
    }

    func open() { self.opener.finish() }
}

@Suite("What is signed for strangers")
struct SignedAnswersTests {
    private let now = Date(timeIntervalSince1970: 1_790_000_000)
    private let key = SignedAnswers.Key.receipt(index: 1, isANS: true)

    @Test("all who ask at once get the one that is being made, and so does who asks within a minute")
    func once() async throws {
        let (answers, pen, key, now) = (SignedAnswers(), Pen(), self.key, self.now)
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 1...100 {
                group.addTask { try await answers.answer(for: key, at: now) { await pen.write([7]) }.bytes }
            }
            var begun = pen.begun.makeAsyncIterator()
            _ = await begun.next()
            pen.open()
            for try await bytes in group { #expect(bytes == [7]) }
        }
        let kept = try await answers.answer(for: key, at: now + 59) { await pen.write([8]) }
        #expect(pen.made == 1 && kept.bytes == [7] && kept.until == now + 60)
        let next = try await answers.answer(for: key, at: now + 60) { await pen.write([9]) }
        #expect(pen.made == 2 && next.bytes == [9])
        // A clock that went back must not keep an answer for longer.
        _ = try await answers.answer(for: key, at: now - 600) { await pen.write([10]) }
        #expect(pen.made == 3)
    }

    @Test(
        "no more than a few are made at a time; others are told to come again, and what is kept is given all the same"
    )
    func bounded() async throws {
        let (answers, pen, now) = (SignedAnswers(limit: 2), Pen(), self.now)
        let kept = SignedAnswers.Key.status(index: 9, .active)
        _ = try await answers.answer(for: kept, at: now) { [1] }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 1...2 {
                group.addTask {
                    _ = try await answers.answer(for: .receipt(index: index, isANS: true), at: now) {
                        await pen.write([])
                    }
                }
            }
            var begun = pen.begun.makeAsyncIterator()
            for _ in 1...2 { _ = await begun.next() }
            await #expect(throws: LogError(.overloaded, "")) {
                try await answers.answer(for: .receipt(index: 3, isANS: true), at: now) { [] }
            }
            let given = try await answers.answer(for: kept, at: now) { [2] }
            #expect(given.bytes == [1])
            pen.open()
            try await group.waitForAll()
        }
        _ = try await answers.answer(for: .receipt(index: 3, isANS: true), at: now) { [] }
    }

    @Test("a failure is told to all who wait and is not kept; one that went away leaves the work to another")
    func failures() async throws {
        let (answers, key, now) = (SignedAnswers(), self.key, self.now)
        await #expect(throws: LogError(.signingFailed, "")) {
            try await answers.answer(for: key, at: now) { throw LogError(.signingFailed, "") }
        }
        let pen = Pen()
        let gone = Task {
            try await answers.answer(for: key, at: now) {
                _ = await pen.write([])
                try Task.checkCancellation()
                return [1]
            }
        }
        var begun = pen.begun.makeAsyncIterator()
        _ = await begun.next()
        async let waiting = answers.answer(for: key, at: now) { [2] }
        gone.cancel()
        pen.open()
        await #expect(throws: CancellationError.self) { try await gone.value }
        #expect(try await waiting.bytes == [2])
    }

    @Test("what is kept has a bound in octets; the oldest makes room")
    func room() async throws {
        let (answers, now) = (SignedAnswers(octets: 25), self.now)
        let made = Mutex(0)
        func ask(_ index: Int) async throws {
            _ = try await answers.answer(for: .receipt(index: index, isANS: true), at: now) {
                made.withLock { $0 += 1 }
                return [UInt8](repeating: 0, count: 10)
            }
        }
        for index in [1, 2, 1, 2, 3, 2, 3] { try await ask(index) }
        #expect(made.withLock { $0 } == 3)
        try await ask(1)
        #expect(made.withLock { $0 } == 4)
    }
}
