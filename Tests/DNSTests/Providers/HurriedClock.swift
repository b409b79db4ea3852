// Time in tests: hurried, and environments with it.

import DNS
import LoopbackSupport

/// A clock that runs twenty times as fast as the real one: for tests in which tasks wait for each other.
struct HurriedClock: Clock {
    static let factor = 20

    private let clock = ContinuousClock()
    private let origin = ContinuousClock().now

    var now: SkippingClock.Instant {
        SkippingClock.Instant(offset: self.origin.duration(to: self.clock.now) * Self.factor)
    }
    var minimumResolution: Duration { self.clock.minimumResolution }

    func sleep(until deadline: SkippingClock.Instant, tolerance: Duration?) async throws {
        try await self.clock.sleep(for: (deadline.offset - self.now.offset) / Self.factor)
    }
}

/// Seconds since 1970 of all tests.
let testInstant: Int64 = 1_767_323_045

/// An environment over real HTTP, with the clock of the test.
func environment(
    _ exchange: any HTTPExchange,
    clock: any Clock<Duration> = SkippingClock(),
    _ change: (inout RetryPolicy) -> Void = { _ in }
) -> ProviderEnvironment {
    var retries = RetryPolicy()
    change(&retries)
    return ProviderEnvironment(
        exchange: exchange,
        clock: clock,
        now: { testInstant },
        jitter: { 0.5 },
        retries: retries
    )
}

/// Real HTTP while the body runs.
func withExchange<Value>(_ body: (PooledHTTPExchange) async throws -> Value) async throws -> Value {
    let exchange = PooledHTTPExchange()
    do {
        let value = try await body(exchange)
        await exchange.shutdown()
        return value
    } catch {
        await exchange.shutdown()
        throw error
    }
}
