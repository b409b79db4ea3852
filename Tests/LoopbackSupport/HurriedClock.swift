/// A clock that runs faster than the real one, by a factor: for tests in which tasks wait for each other, or for pauses
/// that a peer asks for.
public struct HurriedClock: Clock {
    private let factor: Int
    private let clock = ContinuousClock()
    private let origin = ContinuousClock().now

    public init(times factor: Int) {
        self.factor = factor
    }

    public var now: SkippingClock.Instant {
        SkippingClock.Instant(offset: self.origin.duration(to: self.clock.now) * self.factor)
    }
    public var minimumResolution: Duration { self.clock.minimumResolution }

    public func sleep(until deadline: SkippingClock.Instant, tolerance: Duration?) async throws {
        try await self.clock.sleep(for: (deadline.offset - self.now.offset) / self.factor)
    }
}
