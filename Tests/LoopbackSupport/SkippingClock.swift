// Time in tests: pauses take none, and are noted.

import Synchronization

/// A clock that moves on when someone sleeps.
public struct SkippingClock: Clock {
    public struct Instant: InstantProtocol {
        public let offset: Duration

        public init(offset: Duration) { self.offset = offset }

        public func advanced(by duration: Duration) -> Instant { Instant(offset: self.offset + duration) }
        public func duration(to other: Instant) -> Duration { other.offset - self.offset }
        public static func < (lhs: Instant, rhs: Instant) -> Bool { lhs.offset < rhs.offset }
    }

    private final class State: Sendable {
        let value = Mutex<(offset: Duration, pauses: [Duration])>((.zero, []))
    }

    private let state = State()

    public init() {}

    public var now: Instant { Instant(offset: self.state.value.withLock { $0.offset }) }
    public var minimumResolution: Duration { .zero }
    public var pauses: [Duration] { self.state.value.withLock { $0.pauses } }

    public func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        self.state.value.withLock { state in
            state.pauses.append(deadline.offset - state.offset)
            state.offset = max(state.offset, deadline.offset)
        }
        await Task.yield()
        try Task.checkCancellation()
    }
}
