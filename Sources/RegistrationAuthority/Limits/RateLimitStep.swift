// What a store does with several buckets in its one step, as a function of values.

/// What a store writes of a bucket.
public struct RateLimitRecord: Hashable, Sendable {
    // Stored: a change here needs a migration.
    /// The bucket.
    public let state: TokenBucket.State
    /// From when on the bucket is full and the record may be removed, in milliseconds since 1970.
    public let fullAt: Int64
}

/// The outcome of taking from several buckets.
public struct RateLimitStep: Hashable, Sendable {
    /// The answers, in the takes' order.
    ///
    /// When one is refused, the others say what they would have said, with their tokens left in place.
    public let admissions: [Admission]
    /// What to write; empty when nothing was taken.
    public let changes: [RateLimitKey: RateLimitRecord]

    /// Decides: all or none.
    ///
    /// - Parameters:
    ///   - states: the states of the takes' keys, as far as there are any.
    ///   - now: milliseconds since 1970.
    public static func decide(
        _ takes: [RateLimitTake],
        states: [RateLimitKey: TokenBucket.State],
        at now: Int64
    ) -> RateLimitStep {
        var buckets: [RateLimitKey: TokenBucket] = [:]
        let admissions = takes.map { take in
            var bucket =
                buckets[take.key] ?? states[take.key].map { TokenBucket(rate: take.rate, restoring: $0) }
                ?? TokenBucket(rate: take.rate, at: now)
            let admission = bucket.take(take.cost, leaving: take.reserve, at: now)
            buckets[take.key] = bucket
            return admission
        }
        guard !admissions.allSatisfy(\.allowed) else {
            let changes = buckets.mapValues { RateLimitRecord(state: $0.state, fullAt: $0.fullAt) }
            return RateLimitStep(admissions: admissions, changes: changes)
        }
        let untouched = zip(takes, admissions).map { take, admission in
            guard admission.allowed else { return admission }
            let bucket =
                states[take.key].map { TokenBucket(rate: take.rate, restoring: $0) }
                ?? TokenBucket(rate: take.rate, at: now)
            return bucket.looking(for: take.cost, leaving: take.reserve, at: now)
        }
        return RateLimitStep(admissions: untouched, changes: [:])
    }
}
