// When a renewal that failed is tried again: each attempt issues a certificate, and not all failures come before that.

import Foundation
import Synchronization

/// Remembers failures by name: a minute's pause after the first, twice as long after each other, an hour at most.
final class RenewalBackoff: Sendable {
    private struct Failure {
        var count: Int
        var retryAt: Date
    }

    private let failures = Mutex<[String: Failure]>([:])

    /// Whether a renewal may be tried now.
    func admits(_ name: String, at now: Date) -> Bool {
        self.failures.withLock { $0[name].map { $0.retryAt <= now } ?? true }
    }

    /// Notes how a renewal went.
    func note(_ name: String, failed: Bool, at now: Date) {
        self.failures.withLock { failures in
            guard failed else {
                failures[name] = nil
                return
            }
            let count = (failures[name]?.count ?? 0) + 1
            let pause = min(60 << min(count - 1, 6), 3_600)
            failures[name] = Failure(count: count, retryAt: now + TimeInterval(pause))
        }
    }
}
