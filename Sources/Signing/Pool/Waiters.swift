// Tasks that wait for one event.

import Synchronization

/// Tasks that wait for one event, each until it comes or the task is cancelled.
final class Waiters: Sendable {
    private let state = Mutex(State())

    private struct State {
        var continuations: [Int: CheckedContinuation<Void, any Error>] = [:]
        var next = 0
        var outcome: Result<Void, SigningError>?
    }

    /// Waits until ``resume(with:)``.
    ///
    /// - Parameter current: Says, once nothing can be missed any more, that there is no need to wait.
    func wait(unless current: () -> Result<Void, SigningError>?) async throws {
        let ticket = self.state.withLock { state in
            defer { state.next += 1 }
            return state.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                self.state.withLock { $0.continuations[ticket] = continuation }
                if let outcome = self.state.withLock({ $0.outcome }) ?? current() {
                    self.take(ticket)?.resume(with: outcome.mapError { $0 })
                }
                if Task.isCancelled { self.take(ticket)?.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            self.take(ticket)?.resume(throwing: CancellationError())
        }
    }

    /// Resumes every task that waits; `forGood` also those that come later.
    func resume(with outcome: Result<Void, SigningError>, forGood: Bool = false) {
        let waiting = self.state.withLock { state in
            defer { state.continuations.removeAll() }
            if forGood { state.outcome = outcome }
            return Array(state.continuations.values)
        }
        for continuation in waiting { continuation.resume(with: outcome.mapError { $0 }) }
    }

    private func take(_ ticket: Int) -> CheckedContinuation<Void, any Error>? {
        self.state.withLock { $0.continuations.removeValue(forKey: ticket) }
    }
}
