// When a delivery that failed is tried again: exponential back-off with jitter, and an end.
//
// A value without clock or generator of its own: the caller passes what it measured and what it draws from.

/// How long to wait between attempts of a delivery, and when to give up.
///
/// Before attempt n + 1 the wait is `first · factor^(n − 1)`, at most `longest`, of which the last `jitter` per cent are
/// drawn: many deliveries to one receiver that failed together do not return together.
public struct DeliverySchedule: Hashable, Sendable {
    /// The wait after the first attempt.
    public let first: Duration
    /// How many times longer each wait is than the one before.
    public let factor: Int64
    /// No wait is longer.
    public let longest: Duration
    /// How much of a wait is drawn, in per cent.
    public let jitter: Int64
    /// How many attempts are made at most.
    public let attempts: Int
    /// No attempt begins later after the first.
    public let giveUpAfter: Duration

    /// Ten seconds, doubled up to six hours, for three days and at most 30 attempts.
    public static let webhooks = DeliverySchedule()

    private init() {
        self.first = .seconds(10)
        self.factor = 2
        self.longest = .seconds(6 * 3_600)
        self.jitter = 50
        self.attempts = 30
        self.giveUpAfter = .seconds(3 * 86_400)
    }

    /// Creates a schedule.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidDeliverySchedule` for waits that are not positive, `longest` below
    ///   `first`, a factor beyond 1 to 100, jitter beyond 0 to 100, or attempts beyond 1 to 1,000.
    public init(
        first: Duration,
        factor: Int64,
        longest: Duration,
        jitter: Int64,
        attempts: Int,
        giveUpAfter: Duration
    ) throws(RegistrationError) {
        let yearly = Duration.seconds(366 * 86_400)
        guard first >= .milliseconds(1), longest >= first, longest <= yearly, (1...100).contains(factor),
            (0...100).contains(jitter), (1...1_000).contains(attempts), giveUpAfter >= .zero, giveUpAfter <= yearly
        else {
            throw RegistrationError(
                .invalidDeliverySchedule,
                "a schedule has first >= 1 ms, first <= longest <= 366 d, factor 1 to 100, jitter 0 to 100,"
                    + " 1 to 1000 attempts, and gives up within 366 d"
            )
        }
        self.first = first
        self.factor = factor
        self.longest = longest
        self.jitter = jitter
        self.attempts = attempts
        self.giveUpAfter = giveUpAfter
    }

    /// How long to wait after a failed attempt; nil to give up.
    ///
    /// - Parameters:
    ///   - attempt: which attempt failed, from 1.
    ///   - elapsed: how long ago the first attempt began.
    ///   - retryAfter: what the receiver asked for (RFC 9110 §10.2.3); it can lengthen the wait, not shorten it.
    public func delay(
        after attempt: Int,
        elapsed: Duration,
        retryAfter: Duration? = nil,
        using generator: inout some RandomNumberGenerator
    ) -> Duration? {
        guard attempt < self.attempts else { return nil }
        let wait = self.wait(after: max(attempt, 1))
        let drawn = wait * self.jitter / 100
        let jittered = wait - drawn + Int64.random(in: 0...drawn, using: &generator)
        let delay = max(Duration.milliseconds(jittered), retryAfter ?? .zero)
        return elapsed + delay <= self.giveUpAfter ? delay : nil
    }

    /// The wait before jitter, in milliseconds.
    private func wait(after attempt: Int) -> Int64 {
        let longest = self.longest.wholeMilliseconds
        var wait = self.first.wholeMilliseconds
        for _ in 1..<attempt {
            guard wait < longest, self.factor > 1 else { break }
            // Both are below 2^35 and 2^7: no overflow.
            wait = min(wait * self.factor, longest)
        }
        return wait
    }
}

extension Duration {
    /// Whole milliseconds, rounded down.
    var wholeMilliseconds: Int64 {
        self.components.seconds * 1_000 + self.components.attoseconds / 1_000_000_000_000_000
    }
}
