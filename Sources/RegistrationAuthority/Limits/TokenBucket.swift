// A token bucket as a value: no clock, no store, no floating point.
//
// True of every value: 0 <= units <= capacity · scale. Between two instants of a clock that does not run backwards by more
// than `Budget.clockSkew`, at most capacity + rate · time tokens are given away; nothing is lost to rounding.

/// A bucket that tokens are taken from, and that fills with time.
public struct TokenBucket: Hashable, Sendable {
    /// What a store keeps of a bucket: three integers.
    public struct State: Hashable, Sendable {
        // Stored: a change here needs a migration.
        /// The tokens in fixed point: so many units, ``scale`` of which are one token.
        public let tokens: Int64
        /// Units of one token.
        public let scale: Int64
        /// When the tokens were counted, in milliseconds since 1970.
        public let updatedAt: Int64

        /// Creates a state as a store has kept it.
        public init(tokens: Int64, scale: Int64, updatedAt: Int64) {
            self.tokens = tokens
            self.scale = scale
            self.updatedAt = updatedAt
        }
    }

    /// Capacity and refill.
    public let rate: TokenRate
    private var units: Int64
    private var updatedAt: Int64

    /// A full bucket: what there is before anything was taken.
    public init(rate: TokenRate, at now: Int64) {
        self.rate = rate
        self.units = rate.fullUnits
        self.updatedAt = now
    }

    /// A bucket that a store has kept, possibly under another rate; what it had too much is lost.
    public init(rate: TokenRate, restoring state: State) {
        self.rate = rate
        self.units = Self.units(of: state, under: rate)
        self.updatedAt = state.updatedAt
    }

    private static func units(of state: State, under rate: TokenRate) -> Int64 {
        guard state.tokens > 0, state.scale > 0 else { return 0 }
        // Compared by whole tokens first, so that the product below cannot overflow.
        let whole = state.tokens / state.scale
        guard whole < rate.capacity else { return rate.fullUnits }
        let part = (state.tokens % state.scale).multipliedFullWidth(by: rate.scale)
        return min(whole * rate.scale + state.scale.dividingFullWidth(part).quotient, rate.fullUnits)
    }

    /// What a store keeps.
    public var state: State { State(tokens: self.units, scale: self.rate.scale, updatedAt: self.updatedAt) }

    /// From when on the bucket is full, and as good as one that was never used; milliseconds since 1970.
    public var fullAt: Int64 {
        self.updatedAt.addingSaturating(self.rate.milliseconds(for: self.rate.fullUnits - self.units))
    }
}

extension TokenBucket {
    /// Takes tokens if there are enough, and none otherwise.
    ///
    /// - Parameters:
    ///   - cost: how many; less than one counts as one, more than the capacity is never admitted.
    ///   - reserve: how many have to be left.
    ///   - now: milliseconds since 1970. A clock that is a little behind brings nothing and takes nothing; one that is
    ///     far behind (``Budget/clockSkew``) was wrong before, and time is counted from it anew.
    public mutating func take(_ cost: Int64 = 1, leaving reserve: Int64 = 0, at now: Int64) -> Admission {
        self.fill(until: now)
        let cost = max(cost, 1)
        guard self.has(cost, beyond: reserve) else {
            return self.admission(allowed: false, cost: cost, leaving: reserve, at: now)
        }
        self.units -= cost * self.rate.scale
        return self.admission(allowed: true, cost: cost, leaving: reserve, at: now)
    }

    /// What ``take(_:leaving:at:)`` would say, with the tokens left in place.
    public func looking(for cost: Int64 = 1, leaving reserve: Int64 = 0, at now: Int64) -> Admission {
        var bucket = self
        bucket.fill(until: now)
        let cost = max(cost, 1)
        return bucket.admission(allowed: bucket.has(cost, beyond: reserve), cost: cost, leaving: reserve, at: now)
    }

    /// Each bound is looked at by itself, so that no sum and no product can overflow.
    private func has(_ cost: Int64, beyond reserve: Int64) -> Bool {
        let capacity = self.rate.capacity
        guard cost <= capacity, (0...capacity).contains(reserve), cost <= capacity - reserve else { return false }
        return (cost + reserve) * self.rate.scale <= self.units
    }

    private mutating func fill(until now: Int64) {
        guard now > self.updatedAt else {
            if self.updatedAt.subtractingSaturating(now) > Budget.clockSkew { self.updatedAt = now }
            return
        }
        let elapsed = now.subtractingSaturating(self.updatedAt)
        let missing = self.rate.fullUnits - self.units
        // The product is less than what is missing, and so cannot overflow.
        self.units =
            elapsed >= self.rate.milliseconds(for: missing)
            ? self.rate.fullUnits : self.units + elapsed * self.rate.unitsPerMillisecond
        self.updatedAt = now
    }

    private func admission(allowed: Bool, cost: Int64, leaving reserve: Int64, at now: Int64) -> Admission {
        // Refill begins where the clock that wrote the bucket stands, which may be ahead of the caller's.
        let ahead = max(self.updatedAt.subtractingSaturating(now), 0)
        let capacity = self.rate.capacity
        let wanted = min(cost, capacity) + min(max(reserve, 0), capacity - min(cost, capacity))
        let needed = wanted * self.rate.scale - self.units
        let missing = self.rate.fullUnits - self.units
        return Admission(
            allowed: allowed,
            remaining: self.units / self.rate.scale,
            retryAfter: .milliseconds(allowed ? 0 : self.rate.milliseconds(for: needed) + ahead),
            resetAfter: .milliseconds(missing == 0 ? 0 : self.rate.milliseconds(for: missing) + ahead)
        )
    }
}

extension Int64 {
    fileprivate func addingSaturating(_ other: Int64) -> Int64 {
        let (sum, overflow) = self.addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    fileprivate func subtractingSaturating(_ other: Int64) -> Int64 {
        let (difference, overflow) = self.subtractingReportingOverflow(other)
        return overflow ? (other < 0 ? .max : .min) : difference
    }
}
