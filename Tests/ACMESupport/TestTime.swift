// Time in tests: pauses run fast, and the time of day begins at one instant.

import Foundation
import LoopbackSupport
import PKIX

/// A clock that runs ten times as fast as the real one: Pebble asks for pauses of seconds.
struct HurriedClock: Clock {
    static let factor = 10

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

/// The time of day at which tests begin.
let testInstant = CertificateTime(secondsSinceEpoch: 1_767_323_045)
