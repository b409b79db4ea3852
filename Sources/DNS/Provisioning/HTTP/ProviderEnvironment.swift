// What a provider over HTTP is given: the network, time and chance.

public import OutboundHTTP

/// The surroundings of a provider that is called over HTTP.
public struct ProviderEnvironment: Sendable {
    let exchange: any HTTPExchange
    let ticker: Ticker
    let now: @Sendable () -> Int64
    let jitter: @Sendable () -> Double
    let retries: RetryPolicy

    /// Creates the surroundings.
    ///
    /// - Parameters:
    ///   - exchange: What calls go through.
    ///   - clock: What pauses and bounds go by.
    ///   - now: The time of day in seconds since 1970, for signatures and dates.
    ///   - jitter: A number from 0 up to 1, by chance.
    ///   - retries: How often and how long calls are repeated.
    public init(
        exchange: any HTTPExchange,
        clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Int64,
        jitter: @escaping @Sendable () -> Double,
        retries: RetryPolicy = RetryPolicy()
    ) {
        self.exchange = exchange
        self.ticker = Ticker(clock)
        self.now = now
        self.jitter = jitter
        self.retries = retries
    }
}

/// A clock of any kind; instants are durations since its creation.
struct Ticker: Sendable {
    let now: @Sendable () -> Duration
    let sleep: @Sendable (Duration) async throws -> Void

    init(_ clock: some Clock<Duration>) {
        let origin = clock.now
        self.now = { origin.duration(to: clock.now) }
        self.sleep = { try await clock.sleep(for: $0) }
    }
}
