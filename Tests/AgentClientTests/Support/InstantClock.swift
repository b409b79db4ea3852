// A clock whose sleeps end at once and are written down.

import Synchronization

final class InstantClock: Clock, Sendable {
    struct Instant: InstantProtocol {
        let offset: Duration

        func advanced(by duration: Duration) -> Instant { Instant(offset: self.offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - self.offset }
        static func < (lhs: Instant, rhs: Instant) -> Bool { lhs.offset < rhs.offset }
    }

    private let sleeps = Mutex<[Duration]>([])

    var waits: [Duration] { self.sleeps.withLock { $0 } }
    var now: Instant { Instant(offset: self.waits.reduce(.zero, +)) }
    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let now = self.now
        self.sleeps.withLock { $0.append(now.duration(to: deadline)) }
    }
}
