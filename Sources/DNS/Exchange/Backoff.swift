// Growing pauses between tries, jittered so that many who failed together do not come back together.

/// The next pause.
struct Backoff {
    private var next: Duration
    private let longest: Duration

    /// Starts with a first pause, which doubles up to the longest.
    init(first: Duration, longest: Duration) {
        self.next = first
        self.longest = longest
    }

    /// The pause to make now: between half of it and all of it.
    ///
    /// - Parameter fraction: a random number from 0 to 1.
    mutating func pause(_ fraction: Double) -> Duration {
        defer { self.next = min(self.next * 2, self.longest) }
        return self.next * (0.5 + fraction / 2)
    }
}

extension Clock where Duration == Swift.Duration {
    /// What tells how much time has passed from now on.
    func stopwatch() -> @Sendable () -> Duration {
        let start = self.now
        return { start.duration(to: self.now) }
    }
}
