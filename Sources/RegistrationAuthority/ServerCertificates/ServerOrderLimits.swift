// What all accounts together may order at public CAs: their account there is one, and its limits are for all.

public import FoundationEssentials

/// Admits orders as far as the limits of the CAs leave room.
public struct ServerOrderLimits: Sendable {
    private let store: any RateLimitStore
    private let rules: RegistrationRules

    /// Creates the admission.
    ///
    /// - Parameters:
    ///   - store: where the buckets are.
    ///   - rules: the limits, as they are in force at each order.
    public init(store: any RateLimitStore, rules: RegistrationRules) {
        self.store = store
        self.rules = rules
    }

    /// Takes the tokens of one order; of the last ones, those of the reserve, renewals alone take.
    func admit(isRenewal: Bool, at instant: Date) async throws -> RateLimitVerdict {
        try await RateLimiter(store: self.store, suffixes: self.rules.suffixes).admit(
            self.rules.sharedServerOrderLimits,
            for: RateLimitSubject(address: nil, account: nil, host: nil),
            usesReserve: isRenewal,
            at: instant
        )
    }
}
