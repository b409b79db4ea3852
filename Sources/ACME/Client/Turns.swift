// So many at once and no more, in the order of asking.

import Synchronization

/// A turnstile for tasks.
final class Turns: Sendable {
    fileprivate typealias Waiter = (ticket: Int, continuation: CheckedContinuation<Void, any Error>)

    fileprivate struct State {
        var free: Int
        var tickets = 0
        var waiting: [Waiter] = []
        /// Tickets that were given back before their wait began.
        var returned: Set<Int> = []
    }

    private let state: Mutex<State>

    /// Lets so many in at once.
    init(_ count: Int) {
        self.state = Mutex(State(free: count))
    }

    /// Runs a body when it is its turn.
    ///
    /// - Throws: What the body throws; `CancellationError` when the task is cancelled while it waits.
    func pass<Value>(_ body: () async throws -> Value) async throws -> Value {
        try await self.enter()
        defer { self.leave() }
        return try await body()
    }

    private func enter() async throws {
        let ticket = self.state.withLock { state in
            state.tickets += 1
            return state.tickets
        }
        defer { _ = self.state.withLock { $0.returned.remove(ticket) } }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome = self.state.withLock { $0.admit(ticket, continuation) }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let waiter = self.state.withLock { $0.giveBack(ticket) }
            waiter?.resume(throwing: CancellationError())
        }
    }

    private func leave() {
        let next = self.state.withLock { state -> Waiter? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.free += 1
            return nil
        }
        next?.continuation.resume()
    }
}

extension Turns.State {
    /// What becomes of a ticket at once; nil when it waits.
    fileprivate mutating func admit(
        _ ticket: Int,
        _ continuation: CheckedContinuation<Void, any Error>
    ) -> Result<Void, any Error>? {
        if self.returned.contains(ticket) { return .failure(CancellationError()) }
        guard self.free == 0 else {
            self.free -= 1
            return .success(())
        }
        self.waiting.append((ticket, continuation))
        return nil
    }

    /// Takes a ticket out of the queue; nil when it is not in it, or not yet.
    fileprivate mutating func giveBack(_ ticket: Int) -> CheckedContinuation<Void, any Error>? {
        guard let index = self.waiting.firstIndex(where: { $0.ticket == ticket }) else {
            self.returned.insert(ticket)
            return nil
        }
        return self.waiting.remove(at: index).continuation
    }
}
