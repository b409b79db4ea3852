// The sequencer's few numbers.

/// How the sequencer works.
public struct SequencerSettings: Sendable {
    /// From the beginning of one batch to that of the next, unless there is more to do.
    public let interval: Duration
    /// After a failure, until it tries again.
    public let failurePause: Duration
    /// Between two looks for partial tiles that nobody needs.
    public let collectionInterval: Duration

    /// Creates settings.
    public init(
        interval: Duration = .milliseconds(100),
        failurePause: Duration = .seconds(1),
        collectionInterval: Duration = .seconds(300)
    ) {
        self.interval = interval
        self.failurePause = failurePause
        self.collectionInterval = collectionInterval
    }
}
