// Time in tests: pauses take none, are noted, and move the time of day on as well.

import PKIX
import Synchronization

/// A clock that moves on when someone sleeps.
struct SkippingClock: Clock {
    struct Instant: InstantProtocol {
        let offset: Duration

        func advanced(by duration: Duration) -> Instant { Instant(offset: self.offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - self.offset }
        static func < (lhs: Instant, rhs: Instant) -> Bool { lhs.offset < rhs.offset }
    }

    private final class State: Sendable {
        let value = Mutex<(offset: Duration, pauses: [Duration])>((.zero, []))
    }

    private let state = State()

    var now: Instant { Instant(offset: self.state.value.withLock { $0.offset }) }
    var minimumResolution: Duration { .zero }
    var pauses: [Duration] { self.state.value.withLock { $0.pauses } }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        self.state.value.withLock { state in
            state.pauses.append(deadline.offset - state.offset)
            state.offset = max(state.offset, deadline.offset)
        }
        await Task.yield()
        try Task.checkCancellation()
    }

    /// The time of day: the start of all tests, and what was slept since.
    var time: CertificateTime { testInstant + self.now.offset.components.seconds }
}

/// The time of day at which tests begin.
let testInstant = CertificateTime(secondsSinceEpoch: 1_767_323_045)
