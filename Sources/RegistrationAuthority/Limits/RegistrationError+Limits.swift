// What goes wrong with rate limits.

extension RegistrationError.Code {
    /// A rate limit's name or numbers are beyond what it can have.
    public static let invalidRateLimit = Self("INVALID_RATE_LIMIT")
    /// The caller, its account or the domain has used up what a rate limit admits; the same call may succeed later.
    public static let rateLimited = Self("RATE_LIMITED")
}
