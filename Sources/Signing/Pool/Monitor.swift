// A mutex with condition variables over one state: what threads that block need and `Synchronization` lacks.

import Glibc

/// A state that one thread at a time may touch, and on which threads may wait.
// Unchecked is safe: `state` is touched only between `pthread_mutex_lock` and `pthread_mutex_unlock` of `mutex`; the pointers
// never change and are freed when nobody can reach the object.
final class Monitor<State>: @unchecked Sendable {
    private var state: State
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let conditions: UnsafeMutablePointer<pthread_cond_t>

    /// Who waits.
    enum Condition: Int, CaseIterable {
        /// Threads with a session, for work.
        case work
        /// The thread that watches deadlines, for something to watch.
        case watch
        /// A thread with a session, for its next attempt.
        case retry
    }

    /// What a waiting thread does next.
    enum Turn<Result> {
        case done(Result)
        /// Waits, for at most so long, then looks again.
        case wait(Duration?)
    }

    init(_ state: State) {
        self.state = state
        self.mutex = .allocate(capacity: 1)
        pthread_mutex_init(self.mutex, nil)
        self.conditions = .allocate(capacity: Condition.allCases.count)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        // A step of the wall clock must not stretch a wait.
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        for index in 0..<Condition.allCases.count { pthread_cond_init(self.conditions + index, &attributes) }
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        for index in 0..<Condition.allCases.count { pthread_cond_destroy(self.conditions + index) }
        self.conditions.deallocate()
        pthread_mutex_destroy(self.mutex)
        self.mutex.deallocate()
    }

    func withLock<R>(_ body: (inout State) -> R) -> R {
        pthread_mutex_lock(self.mutex)
        defer { pthread_mutex_unlock(self.mutex) }
        return body(&self.state)
    }

    /// Calls `turn` until it is done, waiting on the condition between calls.
    func wait<R>(on condition: Condition, _ turn: (inout State) -> Turn<R>) -> R {
        pthread_mutex_lock(self.mutex)
        defer { pthread_mutex_unlock(self.mutex) }
        while true {
            switch turn(&self.state) {
            case .done(let result): return result
            case .wait(.none): pthread_cond_wait(self.conditions + condition.rawValue, self.mutex)
            case .wait(.some(let time)):
                var deadline = Self.deadline(after: time)
                pthread_cond_timedwait(self.conditions + condition.rawValue, self.mutex, &deadline)
            }
        }
    }

    func signal(_ condition: Condition) { pthread_cond_signal(self.conditions + condition.rawValue) }

    func broadcast(_ condition: Condition) { pthread_cond_broadcast(self.conditions + condition.rawValue) }

    private static func deadline(after time: Duration) -> timespec {
        var deadline = timespec()
        clock_gettime(CLOCK_MONOTONIC, &deadline)
        let (seconds, attoseconds) = max(time, .zero).components
        deadline.tv_nsec += Int(attoseconds / 1_000_000_000)
        deadline.tv_sec += Int(seconds) + deadline.tv_nsec / 1_000_000_000
        deadline.tv_nsec %= 1_000_000_000
        return deadline
    }
}
