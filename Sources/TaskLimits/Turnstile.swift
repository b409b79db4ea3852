// So many at once and no more, in the order of asking.

import Synchronization

/// A turnstile for tasks: so many are inside at once, and others wait in the order in which they came.
public final class Turnstile: Sendable {
    private typealias Waiter = (ticket: Int, continuation: CheckedContinuation<Bool, Never>)

    private struct State {
        var inside = 0
        var waiting: [Waiter] = []
        var tickets = 0
    }

    private let places: Int
    private let queueLimit: Int
    private let state = Mutex(State())

    /// Creates a turnstile.
    ///
    /// - Parameters:
    ///   - places: how many may be inside at once; with none nobody gets in, nor waits.
    ///   - limit: how many may wait.
    public init(_ places: Int, waiting limit: Int = .max) {
        self.places = places
        self.queueLimit = limit
    }

    /// How many are inside, and how many wait.
    public var counts: (inside: Int, waiting: Int) { self.state.withLock { ($0.inside, $0.waiting.count) } }

    /// Runs a body inside.
    ///
    /// - Throws: What the body throws; `CancellationError` for who does not get in, as ``enter()`` has it.
    public func pass<Value>(_ body: () async throws -> Value) async throws -> Value {
        guard await self.enter() else { throw CancellationError() }
        defer { self.leave() }
        return try await body()
    }

    /// Goes in as soon as there is a place; false when too many wait already, or the task is cancelled while it waits.
    ///
    /// Whoever gets true calls ``leave()``, cancelled in the meantime or not.
    public func enter() async -> Bool {
        let ticket = self.state.withLock { state in
            state.tickets += 1
            return state.tickets
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if let isInside = self.admit(ticket, continuation) { continuation.resume(returning: isInside) }
            }
        } onCancel: {
            let waiter = self.state.withLock { state in
                state.waiting.firstIndex { $0.ticket == ticket }.map { state.waiting.remove(at: $0) }
            }
            waiter?.continuation.resume(returning: false)
        }
    }

    /// Nil when the continuation waits now.
    private func admit(_ ticket: Int, _ continuation: CheckedContinuation<Bool, Never>) -> Bool? {
        self.state.withLock { state in
            // Who was cancelled before this is not found by the handler, and would wait for ever.
            if Task.isCancelled || self.places < 1 { return false }
            if state.inside < self.places {
                state.inside += 1
                return true
            }
            guard state.waiting.count < self.queueLimit else { return false }
            state.waiting.append((ticket, continuation))
            return nil
        }
    }

    /// Goes out; the place is that of whoever waits longest.
    public func leave() {
        let next = self.state.withLock { state -> Waiter? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.inside -= 1
            return nil
        }
        next?.continuation.resume(returning: true)
    }
}
