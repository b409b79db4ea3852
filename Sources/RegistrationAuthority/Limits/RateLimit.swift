// A rate limit as the policy defines it: a name, what is counted, and how much.

/// A rate limit.
public struct RateLimit: Hashable, Sendable {
    /// What has a bucket of its own.
    public enum Scope: String, Hashable, Sendable, CaseIterable {
        /// Each IPv4 address, each /64 of IPv6.
        case address
        /// Each account.
        case account
        /// Each registrable domain, of each account.
        case domain
        /// Each host, of each account.
        case host
        /// All together.
        case all
    }

    /// The name: of the policy's limit, of the buckets, and in header fields.
    public let name: String
    /// What has a bucket of its own.
    public let scope: Scope
    /// Capacity and refill of the buckets.
    public let rate: TokenRate
    /// How many tokens are left in a bucket for those who may take from the reserve.
    public let reserve: Int64

    /// Creates a limit.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidRateLimit` unless the name is 1 to ``Budget/rateLimitNameBytes``
    ///   lower-case letters, digits and hyphens, and the reserve less than the capacity.
    public init(
        name: String,
        scope: Scope,
        rate: TokenRate,
        reserve: Int64 = 0
    ) throws(RegistrationError) {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
            default: false
            }
        }
        guard isPlain, (1...Budget.rateLimitNameBytes).contains(name.utf8.count) else {
            throw RegistrationError(
                .invalidRateLimit,
                "a rate limit's name has 1 to \(Budget.rateLimitNameBytes) of a-z, 0-9 and '-'"
            )
        }
        guard (0..<rate.capacity).contains(reserve) else {
            throw RegistrationError(.invalidRateLimit, "the reserve of a rate limit is less than its capacity")
        }
        self.name = name
        self.scope = scope
        self.rate = rate
        self.reserve = reserve
    }
}
