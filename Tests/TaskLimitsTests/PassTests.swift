// What runs inside of a turnstile.

import Synchronization
import TaskLimits
import Testing

@Suite("What passes a turnstile")
struct PassTests {
    /// Counts who is inside.
    private final class Room: Sendable {
        let counts = Mutex((now: 0, most: 0, order: [Int]()))

        func enter(_ number: Int) {
            self.counts.withLock { counts in
                counts.now += 1
                counts.most = max(counts.most, counts.now)
                counts.order.append(number)
            }
        }

        func leave() { self.counts.withLock { $0.now -= 1 } }
    }

    @Test("no more than so many are inside, and all get in", arguments: [1, 3])
    func bound(_ width: Int) async throws {
        let (turns, room) = (Turnstile(width), Room())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    try await turns.pass {
                        room.enter(number)
                        for _ in 0..<5 { await Task.yield() }
                        room.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(room.counts.withLock { $0.most } <= width)
        #expect(Set(room.counts.withLock { $0.order }) == Set(0..<50))
    }

    @Test("who is cancelled while waiting leaves the queue, and a body that throws its place")
    func cancellation() async throws {
        let (turns, room) = (Turnstile(1), Room())
        struct Fault: Error {}
        let (stream, gate) = AsyncStream.makeStream(of: Void.self)
        let first = Task {
            try await turns.pass {
                room.enter(1)
                for await _ in stream { break }
                throw Fault()
            }
        }
        while room.counts.withLock({ $0.order }).isEmpty { await Task.yield() }
        let second = Task { try await turns.pass { room.enter(2) } }
        let third = Task { try await turns.pass { room.enter(3) } }
        second.cancel()
        await #expect(throws: CancellationError.self) { try await second.value }
        gate.yield()
        await #expect(throws: Fault.self) { try await first.value }
        try await third.value
        // Cancelled before it asks.
        let fourth = Task {
            while !Task.isCancelled { await Task.yield() }
            try await turns.pass { room.enter(4) }
        }
        fourth.cancel()
        await #expect(throws: CancellationError.self) { try await fourth.value }
        try await turns.pass { room.enter(5) }
        #expect(room.counts.withLock { $0.order } == [1, 3, 5])
    }
}
