// A bounded first-in-first-out queue between any number of tasks and the one thread that writes.

import CertificateAuthority
import Dispatch
import Synchronization

/// The changes that wait for the writer.
final class WriteQueue: Sendable {
    private struct State {
        var waiting: [WriteOperation] = []
        var isClosed = false
        /// Whether the writer sleeps; whoever clears this wakes it, once.
        var isWriterAsleep = false

        /// Whether the writer has to be woken.
        mutating func wake() -> Bool {
            defer { self.isWriterAsleep = false }
            return self.isWriterAsleep
        }
    }

    private let bound: Int
    private let state = Mutex(State())
    private let alarm = DispatchSemaphore(value: 0)

    init(bound: Int) {
        self.bound = bound
    }

    /// How many operations wait.
    var count: Int { self.state.withLock { $0.waiting.count } }

    /// Adds an operation; never blocks for long.
    ///
    /// - Parameter isFinishing: whether it ends what another operation began: as many of those as the bound find room when
    ///   new work does not, for to refuse them would leave their work half done.
    /// - Throws: ``AuthorityError`` with `.overloaded` when the queue is full, `.storeFailed` when it is closed.
    func append(_ operation: WriteOperation, isFinishing: Bool = false) throws(AuthorityError) {
        let mustWake = try self.state.withLock { state throws(AuthorityError) -> Bool in
            if state.isClosed { throw StoreFailure.closed }
            guard state.waiting.count < (isFinishing ? 2 * self.bound : self.bound) else {
                let reason = "\(self.bound) changes wait for the database already"
                throw AuthorityError(.overloaded, reason, retryAfter: 1)
            }
            state.waiting.append(operation)
            return state.wake()
        }
        if mustWake { self.alarm.signal() }
    }

    /// Everything that waits, once anything does; `nil` when the queue is closed and empty.
    ///
    /// Blocks the calling thread, which is the writer's.
    func take() -> [WriteOperation]? {
        while true {
            let next: [WriteOperation]?? = self.state.withLock { state in
                if !state.waiting.isEmpty {
                    defer { state.waiting = [] }
                    return .some(state.waiting)
                }
                if state.isClosed { return .some(nil) }
                state.isWriterAsleep = true
                return nil
            }
            if let next { return next }
            self.alarm.wait()
        }
    }

    /// Refuses what comes from now on; what waits is still taken.
    func close() {
        let mustWake = self.state.withLock { state in
            state.isClosed = true
            return state.wake()
        }
        if mustWake { self.alarm.signal() }
    }
}
