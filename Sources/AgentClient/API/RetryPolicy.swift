// When a call is repeated, and how long is waited before (RFC 9110 §10.2.3).

/// How often and how long a call is repeated.
public struct RetryPolicy: Hashable, Sendable {
    /// Calls at most, the first included.
    public var attempts: Int
    /// The wait before the first repetition when the server names none; doubled for each further one.
    public var firstWait: Duration
    /// What is waited for one call in all; a server that asks for more is not waited for.
    public var longestWait: Duration

    /// Creates a policy: four calls, half a second doubled, two minutes in all.
    public init(attempts: Int = 4, firstWait: Duration = .milliseconds(500), longestWait: Duration = .seconds(120)) {
        self.attempts = attempts
        self.firstWait = firstWait
        self.longestWait = longestWait
    }

    /// How long to wait after a failed call; `nil` when it must not be repeated.
    ///
    /// - Parameters:
    ///   - attempt: the number of the call that failed, from 1.
    ///   - retryAfter: the wait that the server asks for.
    ///   - waited: what was waited before.
    func wait(afterAttempt attempt: Int, retryAfter: Duration?, waited: Duration) -> Duration? {
        guard attempt < self.attempts else { return nil }
        let wait = max(retryAfter ?? self.firstWait * (1 << min(attempt - 1, 16)), .zero)
        return waited + wait <= self.longestWait ? wait : nil
    }
}
