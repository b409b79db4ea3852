import Dispatch
import Persistence
import Synchronization

/// Holds the writer at its first commits until opened, so that a test decides what waits together; counts commits.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var batches: [Int] = []
        var reached = false
    }

    private let state = Mutex(State())
    private let turnstile = DispatchSemaphore(value: 0)

    /// How many operations each commit had, in order.
    var batches: [Int] { self.state.withLock { $0.batches } }

    /// Whether the writer stands at the gate.
    var isReached: Bool { self.state.withLock { $0.reached } }

    @Sendable func onStep(_ step: StoreStep) {
        switch step {
        case .beforeCommit:
            let isOpen = self.state.withLock { state in
                state.reached = true
                return state.isOpen
            }
            if !isOpen { self.turnstile.wait() }
        case .afterCommit(let operations):
            self.state.withLock { $0.batches.append(operations) }
        }
    }

    func open() {
        self.state.withLock { $0.isOpen = true }
        self.turnstile.signal()
    }
}

/// Waits until the condition holds; a minute at most, so that a defect fails the test and does not hang it.
func eventually(_ condition: () -> Bool) async throws {
    struct Never: Error {}
    for _ in 0..<60_000 {
        if condition() { return }
        try await Task.sleep(for: .milliseconds(1))
    }
    throw Never()
}
