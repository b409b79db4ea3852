// Environments of providers in tests, and real HTTP for them.

import DNS
import LoopbackSupport
import OutboundHTTP

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
