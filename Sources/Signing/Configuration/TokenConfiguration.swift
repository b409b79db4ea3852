// How many sessions a token is served with, and how long anybody waits.

/// The numbers by which a ``Token`` works.
public struct TokenConfiguration: Hashable, Sendable {
    /// Sessions, each with a thread of its own: 1 to ``Budget/sessions``.
    ///
    /// Two by default: SoftHSM signs half as much again with two as with one on two cores.
    public var sessions = 2
    /// Calls that may wait; a further one is refused with ``SigningError/Code/overloaded``.
    public var queueBound = 1_024
    /// How long a call may wait and work before its caller gets ``SigningError/Code/unavailable``.
    public var waitingTimeout = Duration.seconds(5)
    /// As ``waitingTimeout``, for the generation of a key: RSA with 4096 bits takes many seconds.
    public var generationTimeout = Duration.seconds(120)
    /// How often a call that failed for a passing reason is tried again.
    public var retries = 3
    /// How long to wait before the second retry (the first is immediate); each further wait is twice as long.
    public var retryDelay = Duration.milliseconds(50)
    /// How long to wait before the first probe of a token that is away; each further wait is twice as long.
    public var probeDelay = Duration.milliseconds(500)
    /// The longest wait between two probes.
    public var maximumProbeDelay = Duration.seconds(15)

    /// The defaults.
    public init() {}

    func delay(beforeRetry attempt: Int) -> Duration {
        attempt <= 1 ? .zero : self.retryDelay * (1 << min(attempt - 2, 10))
    }

    func delay(beforeProbe attempt: Int) -> Duration {
        min(self.probeDelay * (1 << min(attempt, 20)), self.maximumProbeDelay)
    }
}

/// Whether a token serves.
public enum TokenStatus: Hashable, Sendable {
    /// No connection has been tried yet.
    case connecting
    /// Sessions are open and logged in.
    case ready
    /// The token is away; it is probed in the background. `lasting` is how long it has been so.
    case unavailable(reason: String, lasting: Duration)
    /// The token will not be tried again, such as after a wrong PIN; a person must act.
    case failed(reason: String)
    /// ``Token/shutdown()`` was called.
    case shutDown
}
