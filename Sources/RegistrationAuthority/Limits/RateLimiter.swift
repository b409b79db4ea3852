// Rate limits over a store of buckets.

public import FoundationEssentials

/// Admits requests as far as rate limits allow.
public struct RateLimiter: Sendable {
    private let store: any RateLimitStore
    private let suffixes: DomainSuffixes

    /// Creates the service.
    public init(store: any RateLimitStore, suffixes: DomainSuffixes) {
        self.store = store
        self.suffixes = suffixes
    }

    /// Takes from the bucket of each limit: from all or, when one has not enough, from none.
    ///
    /// Throws `invalidRateLimit` for more than ``Budget/bucketsPerRequest`` limits, or what the store throws; a refusal
    /// is no error but a verdict.
    ///
    /// - Parameter usesReserve: whether the last tokens may be taken too that a limit holds back.
    public func admit(
        _ limits: [RateLimit],
        for subject: RateLimitSubject,
        cost: Int64 = 1,
        usesReserve: Bool = false,
        at instant: Date
    ) async throws -> RateLimitVerdict {
        guard !limits.isEmpty else { return RateLimitVerdict(results: []) }
        guard limits.count <= Budget.bucketsPerRequest else {
            throw RegistrationError(
                .invalidRateLimit,
                "\(limits.count) rate limits for one request; at most \(Budget.bucketsPerRequest) are admitted"
            )
        }
        let takes = limits.map { limit in
            RateLimitTake(
                key: subject.key(for: limit, suffixes: self.suffixes),
                rate: limit.rate,
                cost: cost,
                reserve: usesReserve ? 0 : limit.reserve
            )
        }
        let admissions = try await self.store.take(takes, at: instant.millisecondsSince1970)
        guard admissions.count == limits.count else {
            throw RegistrationError(.storeUnavailable, "the store of rate limits answered for other buckets")
        }
        let results = zip(limits, admissions).map { RateLimitVerdict.Result(limit: $0, admission: $1) }
        return RateLimitVerdict(results: results)
    }
}

extension Date {
    /// Milliseconds since 1970, rounded down; the nearest bound for what does not fit.
    var millisecondsSince1970: Int64 {
        let milliseconds = (self.timeIntervalSince1970 * 1_000).rounded(.down)
        return Int64(exactly: milliseconds) ?? (milliseconds < 0 ? .min : .max)
    }
}
