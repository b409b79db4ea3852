// Time in tests: pauses run fast, and the time of day moves on at will.

import FoundationEssentials
import PKIX
import Synchronization

/// A clock that runs faster than the real one.
struct HurriedClock: Clock {
    struct Instant: InstantProtocol {
        let offset: Duration

        func advanced(by duration: Duration) -> Instant { Instant(offset: self.offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - self.offset }
        static func < (lhs: Instant, rhs: Instant) -> Bool { lhs.offset < rhs.offset }
    }

    static let factor = 10

    private let clock = ContinuousClock()
    private let origin = ContinuousClock().now

    var now: Instant { Instant(offset: self.origin.duration(to: self.clock.now) * Self.factor) }
    var minimumResolution: Duration { self.clock.minimumResolution }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try await self.clock.sleep(for: (deadline.offset - self.now.offset) / Self.factor)
    }
}

/// The time of day at which tests begin.
let testInstant = CertificateTime(secondsSinceEpoch: 1_767_323_045)

/// A time of day that a test moves on.
final class TestTime: Sendable {
    private let value: Mutex<Date>

    init(_ start: Date = testInstant.date) { self.value = Mutex(start) }

    var now: Date { self.value.withLock { $0 } }

    func advance(by seconds: TimeInterval) { self.value.withLock { $0 = $0.addingTimeInterval(seconds) } }
}
