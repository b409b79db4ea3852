// Where token buckets are kept.

/// What is taken from one bucket.
public struct RateLimitTake: Hashable, Sendable {
    /// Which bucket.
    public let key: RateLimitKey
    /// Its capacity and refill; they may have changed since it was written.
    public let rate: TokenRate
    /// How many tokens.
    public let cost: Int64
    /// How many have to be left.
    public let reserve: Int64

    /// Creates a request for tokens.
    public init(key: RateLimitKey, rate: TokenRate, cost: Int64 = 1, reserve: Int64 = 0) {
        self.key = key
        self.rate = rate
        self.cost = cost
        self.reserve = reserve
    }
}

/// A collection of token buckets that all nodes share.
///
/// Atomicity: `take` reads the buckets, decides and writes them as one step; of several calls at once each sees all or
/// nothing of the others, so no token is given twice, and either all buckets are charged or none is. An error means that
/// nothing was taken, unless it is the connection's and the outcome unknown: then tokens may be lost, never gained.
/// Durability: none is promised. Buckets that a crash takes with it are full afterwards; a store that loses more than the
/// last second of them makes the limits as weak as its crashes are frequent. Concurrency: any number of tasks may call any
/// method at once.
///
/// An implementation has no rules of its own: it reads the states of ``RateLimitTake/key``, asks
/// ``RateLimitStep/decide(_:states:at:)``, and writes what that says.
public protocol RateLimitStore: Sendable {
    /// Takes from several buckets: from all or, when one has not enough, from none. The answers are in the takes' order.
    ///
    /// A bucket that is not there is full. `now` is in milliseconds since 1970.
    func take(_ takes: [RateLimitTake], at now: Int64) async throws -> [Admission]

    /// Removes at most `limit` buckets that are full before `now`, and returns how many: they say nothing any more.
    func removeFull(before now: Int64, limit: Int) async throws -> Int
}
