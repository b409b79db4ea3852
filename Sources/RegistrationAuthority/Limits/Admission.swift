// What a bucket says to a request.

/// The answer of a bucket.
public struct Admission: Hashable, Sendable {
    /// Whether there were enough tokens.
    public let allowed: Bool
    /// Whole tokens that are left.
    public let remaining: Int64
    /// When there are enough tokens, if nobody takes any; zero when it was allowed.
    ///
    /// For a cost above the capacity, which never succeeds: when the bucket is full.
    public let retryAfter: Duration
    /// When the bucket is full, if nobody takes any.
    public let resetAfter: Duration

    /// Creates an answer.
    public init(allowed: Bool, remaining: Int64, retryAfter: Duration, resetAfter: Duration) {
        self.allowed = allowed
        self.remaining = remaining
        self.retryAfter = retryAfter
        self.resetAfter = resetAfter
    }
}
