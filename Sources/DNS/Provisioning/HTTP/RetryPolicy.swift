// When a call is made again: a value that is told what happened and says what to do. It has no clock and no chance.

/// How often and how long calls are repeated.
public struct RetryPolicy: Hashable, Sendable {
    /// Calls in all, the first included.
    public var attempts = 6
    /// The time for all calls with the pauses between them.
    public var totalTime: Duration = .seconds(30)
    /// The time for one call.
    public var callTime: Duration = .seconds(10)
    /// The pause after the first failure; each further one is twice as long.
    public var firstPause: Duration = .milliseconds(250)
    /// The longest pause that we choose; a host's own wish may be longer.
    public var longestPause: Duration = .seconds(8)

    /// The default policy.
    public init() {}
}

/// The repetitions of one call.
struct RetryMachine: Hashable, Sendable {
    /// What to do after a failure.
    enum Action: Hashable, Sendable {
        /// The failure is the result.
        case giveUp
        /// Make the call again after this pause.
        case pause(Duration)
    }

    let policy: RetryPolicy
    private(set) var attempts = 0

    init(_ policy: RetryPolicy) {
        self.policy = policy
    }

    /// The time that the next call may take.
    func callTime(elapsed: Duration) -> Duration {
        max(.milliseconds(1), min(self.policy.callTime, self.policy.totalTime - elapsed))
    }

    /// Says what follows a failed call.
    ///
    /// - Parameters:
    ///   - isTransient: Whether the same call may succeed later.
    ///   - retryAfter: The pause that the host asks for.
    ///   - elapsed: The time since the first call began.
    ///   - jitter: A number from 0 up to 1, by chance: callers who failed together shall not come back together.
    mutating func failed(
        isTransient: Bool,
        retryAfter: Duration? = nil,
        elapsed: Duration,
        jitter: Double
    ) -> Action {
        self.attempts += 1
        guard isTransient, self.attempts < self.policy.attempts else { return .giveUp }
        let doublings = min(self.attempts - 1, 30)
        let step = min(self.policy.longestPause, self.policy.firstPause * (1 << doublings))
        let chance = min(max(jitter, 0), 1)
        // Ours is between half of the step and the step; a host's wish is obeyed and the chance put on top.
        let pause = max(step * (0.5 + chance / 2), (retryAfter ?? .zero) + self.policy.firstPause * chance)
        return elapsed + pause < self.policy.totalTime ? .pause(pause) : .giveUp
    }
}
