// One look for which several tasks wait.

import Synchronization

/// A piece of work that one task does and others wait for.
final class Look: Sendable {
    typealias Outcome = Result<SignedDocument, any Error>

    private struct State {
        var isOver = false
        var outcome: Outcome?
        var waiting: [CheckedContinuation<Outcome?, Never>] = []
    }

    private let state = Mutex(State())

    /// What the work came to, once it is over; nil when it was given up.
    func outcome() async -> Outcome? {
        await withCheckedContinuation { continuation in
            let (isOver, outcome) = self.state.withLock { state in
                if !state.isOver { state.waiting.append(continuation) }
                return (state.isOver, state.outcome)
            }
            if isOver { continuation.resume(returning: outcome) }
        }
    }

    /// Tells all who wait.
    func end(_ outcome: Outcome?) {
        let waiting = self.state.withLock { state in
            defer { state.waiting = [] }
            (state.isOver, state.outcome) = (true, outcome)
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: outcome) }
    }
}
