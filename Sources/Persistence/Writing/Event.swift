// Something that happens once, and that tasks wait for.

import Synchronization

/// Resumes whoever waits, and whoever comes later, once it has fired.
final class Event: Sendable {
    private enum State {
        case pending([CheckedContinuation<Void, Never>])
        case fired
    }

    private let state = Mutex(State.pending([]))

    /// Fires; the second time does nothing.
    func fire() {
        let waiting = self.state.withLock { state -> [CheckedContinuation<Void, Never>] in
            guard case .pending(let waiting) = state else { return [] }
            state = .fired
            return waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns once it has fired.
    func wait() async {
        await withCheckedContinuation { continuation in
            let hasFired = self.state.withLock { state in
                guard case .pending(let waiting) = state else { return true }
                state = .pending(waiting + [continuation])
                return false
            }
            if hasFired { continuation.resume() }
        }
    }
}
