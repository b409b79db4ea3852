// What the client needs of the world: HTTP, time, chance, and where to write what happens.

public import Logging
public import OutboundHTTP
public import PKIX

/// The world as the client sees it.
public struct ACMEEnvironment: Sendable {
    /// Makes calls.
    public let exchange: any HTTPExchange
    /// What pauses go by.
    public let clock: any Clock<Duration>
    /// The time of day.
    public let now: @Sendable () -> CertificateTime
    /// A random number from 0 to 1, for pauses.
    public let jitter: @Sendable () -> Double
    /// Where requests and their outcomes are noted; never keys, nonces or tokens.
    public let logger: Logger

    /// Creates the environment.
    public init(
        exchange: any HTTPExchange,
        clock: any Clock<Duration>,
        now: @escaping @Sendable () -> CertificateTime,
        jitter: @escaping @Sendable () -> Double,
        logger: Logger
    ) {
        self.exchange = exchange
        self.clock = clock
        self.now = now
        self.jitter = jitter
        self.logger = logger
    }
}

/// How long we wait for a CA, and how we ask meanwhile.
public struct PollPolicy: Hashable, Sendable {
    /// The first pause; it doubles.
    public var firstPause: Duration
    /// The longest pause that we choose ourselves; a `Retry-After` may be longer.
    public var longestPause: Duration
    /// The whole time that is waited for one thing.
    public var patience: Duration

    /// Creates a policy.
    public init(
        firstPause: Duration = .milliseconds(250),
        longestPause: Duration = .seconds(15),
        patience: Duration = .seconds(300)
    ) {
        self.firstPause = firstPause
        self.longestPause = longestPause
        self.patience = patience
    }
}

/// Pauses between questions, for one thing that is waited for.
struct Poll {
    private let policy: PollPolicy
    private let environment: ACMEEnvironment
    private var next: Duration
    private let elapsed: @Sendable () -> Duration

    init(_ policy: PollPolicy, _ environment: ACMEEnvironment) {
        self.policy = policy
        self.environment = environment
        self.next = policy.firstPause
        self.elapsed = environment.clock.stopwatch()
    }

    /// Pauses before the next question.
    ///
    /// RFC 8555 §7.5.1: the server "MAY include a Retry-After header field to suggest a polling interval to the client."
    ///
    /// - Parameter retryAfter: the seconds that the CA asks for.
    /// - Returns: whether there is time for another question; false without a pause when the wait would be too long.
    mutating func pause(_ retryAfter: Int64?) async throws -> Bool {
        let own = self.next * (0.5 + self.environment.jitter() / 2)
        let wait = max(own, retryAfter.map { .seconds($0) } ?? .zero)
        guard self.elapsed() + wait <= self.policy.patience else { return false }
        self.next = min(self.next * 2, self.policy.longestPause)
        try await self.environment.clock.sleep(for: wait)
        return true
    }
}

extension Clock where Duration == Swift.Duration {
    /// What tells how much time has passed from now on.
    func stopwatch() -> @Sendable () -> Duration {
        let start = self.now
        return { start.duration(to: self.now) }
    }
}
