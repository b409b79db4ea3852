// The rate at which we call a host: a token bucket, and the pause that the host asked everyone to make.

import Synchronization

/// How many calls a host admits.
struct CallRate: Hashable, Sendable {
    /// Calls at once.
    let burst: Double
    /// Calls a second in the long run.
    let perSecond: Double
}

/// A token bucket; instants are durations since a common origin.
struct TokenBucket: Hashable, Sendable {
    let rate: CallRate
    private var tokens: Double
    private var filledAt: Duration = .zero
    private var closedUntil: Duration = .zero

    init(_ rate: CallRate) {
        self.rate = rate
        self.tokens = rate.burst
    }

    /// Takes a token, one of the future if need be.
    ///
    /// - Returns: how long to wait before the call; nil, and no token taken, when that exceeds `longest`.
    mutating func take(at now: Duration, waitingAtMost longest: Duration) -> Duration? {
        let filled = min(self.rate.burst, self.tokens + (now - self.filledAt) / .seconds(1) * self.rate.perSecond)
        let missing = max(0, 1 - filled)
        let wait = max(.seconds(missing / self.rate.perSecond), self.closedUntil - now)
        guard wait <= longest else { return nil }
        self.tokens = filled - 1
        self.filledAt = now
        return max(.zero, wait)
    }

    /// No call before the instant: the host said so.
    mutating func close(until instant: Duration) {
        self.closedUntil = max(self.closedUntil, instant)
    }

    /// How long the host keeps us out.
    func closedFor(at now: Duration) -> Duration { max(.zero, self.closedUntil - now) }
}

/// A token bucket that many tasks share.
final class SharedTokenBucket: Sendable {
    private let bucket: Mutex<TokenBucket>

    init(_ rate: CallRate) {
        self.bucket = Mutex(TokenBucket(rate))
    }

    func take(at now: Duration, waitingAtMost longest: Duration) -> Duration? {
        self.bucket.withLock { $0.take(at: now, waitingAtMost: longest) }
    }

    func close(until instant: Duration) {
        self.bucket.withLock { $0.close(until: instant) }
    }

    func closedFor(at now: Duration) -> Duration {
        self.bucket.withLock { $0.closedFor(at: now) }
    }
}
