// How fast a token bucket fills, and how far.

/// Capacity and refill of a token bucket.
public struct TokenRate: Hashable, Sendable {
    /// How many tokens the bucket holds: what may be taken at once.
    public let capacity: Int64
    /// How many tokens come in an ``interval``; little by little, not all at its end.
    public let refill: Int64
    /// In how many milliseconds ``refill`` tokens come.
    public let interval: Int64

    /// Fixed-point units of one token: the interval in milliseconds, cut by what it has in common with `refill`, so that
    /// each millisecond brings a whole number of units.
    let scale: Int64
    /// Units that come each millisecond.
    let unitsPerMillisecond: Int64

    /// Creates a rate.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidRateLimit` unless capacity and refill are 1 to
    ///   ``Budget/bucketTokens`` and the interval is 1 ms to ``Budget/refillInterval``.
    public init(capacity: Int64, refill: Int64, every interval: Duration) throws(RegistrationError) {
        let tokens = 1...Budget.bucketTokens
        guard tokens.contains(capacity), tokens.contains(refill) else {
            throw RegistrationError(.invalidRateLimit, "capacity and refill are 1 to \(Budget.bucketTokens) tokens")
        }
        guard interval >= .milliseconds(1), interval <= .milliseconds(Budget.refillInterval) else {
            throw RegistrationError(.invalidRateLimit, "the interval of a refill is 1 ms to 366 days")
        }
        let milliseconds = interval.wholeMilliseconds
        let divisor = Self.greatestCommonDivisor(refill, milliseconds)
        self.capacity = capacity
        self.refill = refill
        self.interval = milliseconds
        self.scale = milliseconds / divisor
        self.unitsPerMillisecond = refill / divisor
    }

    private static func greatestCommonDivisor(_ first: Int64, _ second: Int64) -> Int64 {
        second == 0 ? first : self.greatestCommonDivisor(second, first % second)
    }

    /// Units of a full bucket.
    var fullUnits: Int64 { self.capacity * self.scale }

    /// How many milliseconds bring so many units.
    func milliseconds(for units: Int64) -> Int64 {
        units <= 0 ? 0 : (units - 1) / self.unitsPerMillisecond + 1
    }

    /// How many milliseconds fill an empty bucket.
    public var fillTime: Int64 { self.milliseconds(for: self.fullUnits) }
}
