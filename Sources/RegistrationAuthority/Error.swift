// The module's one error: an open code that callers compare, and a reason for people.

/// An error thrown by `RegistrationAuthority`.
///
/// Two errors are equal when their codes are; the rest is for the audit log and for people.
public struct RegistrationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong, as a stable code.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code's text in SCREAMING_SNAKE_CASE, as problem documents show it.
        public let rawValue: String

        /// The text of the code.
        public var description: String { self.rawValue }

        init(_ rawValue: String) {
            self.rawValue = rawValue
        }

        /// The caller did not prove who it is.
        public static let unauthenticated = Code("UNAUTHENTICATED")
        /// The caller is known, and its role does not admit what it asked for.
        public static let permissionDenied = Code("PERMISSION_DENIED")
        /// The name for a token is empty, too long, or has control characters.
        public static let invalidTokenName = Code("INVALID_TOKEN_NAME")
        /// The lifetime for a token is not positive, or longer than ``Budget/tokenLifetime``.
        public static let invalidTokenLifetime = Code("INVALID_TOKEN_LIFETIME")
        /// There is no token with this id.
        public static let tokenNotFound = Code("TOKEN_NOT_FOUND")
        /// A token with this id exists.
        public static let tokenExists = Code("TOKEN_EXISTS")
        /// The store did not answer; the same call may succeed later.
        public static let storeUnavailable = Code("STORE_UNAVAILABLE")
    }

    /// The stable code; the only part that takes part in equality.
    public let code: Code
    /// What is wrong, where, and what to do; safe to show to the caller.
    public let reason: String
    /// Why authentication was refused: for the audit log only, never for the caller.
    public let denial: AuthenticationDenial?
    /// What was expected in DNS and what was found, where the code concerns records.
    public let comparison: RecordComparison?
    /// When to come back, in seconds, where the same call may succeed later.
    public let retryAfter: Int?
    /// What rate limits said, where one is used up.
    public let verdict: RateLimitVerdict?
    /// What the store threw: for the log only, never for the caller.
    public let underlying: (any Error)?
    /// Where it was thrown.
    public let file: String
    /// Where it was thrown.
    public let line: UInt

    /// Creates an error.
    public init(
        _ code: Code,
        _ reason: String,
        denial: AuthenticationDenial? = nil,
        comparison: RecordComparison? = nil,
        retryAfter: Int? = nil,
        verdict: RateLimitVerdict? = nil,
        underlying: (any Error)? = nil,
        file: String = #fileID,
        line: UInt = #line
    ) {
        self.code = code
        self.reason = reason
        self.denial = denial
        self.comparison = comparison
        self.retryAfter = retryAfter
        self.verdict = verdict
        self.underlying = underlying
        self.file = file
        self.line = line
    }

    /// The code and the reason.
    public var description: String { "\(self.code): \(self.reason)" }

    /// Equal by code.
    public static func == (lhs: Self, rhs: Self) -> Bool { lhs.code == rhs.code }

    /// Hashes the code.
    public func hash(into hasher: inout Hasher) { hasher.combine(self.code) }
}

/// Why a bearer token was refused; the raw value is what the audit log holds.
public enum AuthenticationDenial: String, Sendable, CaseIterable {
    // Stored: a change here needs a migration.
    /// The text is no token of ours.
    case malformed = "MALFORMED"
    /// No token has this id.
    case unknown = "UNKNOWN"
    /// The id is known and the secret is not its own.
    case wrongSecret = "WRONG_SECRET"
    /// The secret is right and the token was revoked.
    case revoked = "REVOKED"
    /// The secret is right and the token's time is over, or has not come.
    case expired = "EXPIRED"
}

extension RegistrationError {
    /// The one answer to whoever does not prove who it is: the caller learns nothing of the reason.
    static func unauthenticated(_ denial: AuthenticationDenial, file: String = #fileID, line: UInt = #line) -> Self {
        Self(
            .unauthenticated,
            "the bearer token is not valid; create one with: signet token create",
            denial: denial,
            file: file,
            line: line
        )
    }
}
