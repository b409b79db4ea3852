// Environments of providers in tests.

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
