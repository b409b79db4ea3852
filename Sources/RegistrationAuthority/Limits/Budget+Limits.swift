// Bounds on rate limits. Capacity times interval, and refill times interval, stay far below 2^63: 10^6 · 3.2·10^10.

extension Budget {
    /// Tokens of a bucket, and of one refill.
    public static let bucketTokens: Int64 = 1_000_000
    /// The interval of a refill, in milliseconds: a year.
    public static let refillInterval: Int64 = 366 * 86_400_000
    /// How far a clock may be behind the one that wrote a bucket and still be one of ours, in milliseconds.
    ///
    /// Nodes under NTP differ by far less; a clock that was a day ahead and is set right differs by more.
    public static let clockSkew: Int64 = 300_000
    /// A rate limit's name, in octets: it stands in header fields.
    public static let rateLimitNameBytes = 64
    /// Buckets of one request: each rule names a handful.
    public static let bucketsPerRequest = 16
}
