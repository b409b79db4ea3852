// The module's one error: an open code that callers compare, a reason for people, and what a caller can act on.

/// An error thrown by `CertificateAuthority`.
///
/// Two errors are equal when their codes are.
public struct AuthorityError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong, as a stable code.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code's text in SCREAMING_SNAKE_CASE, as problem documents show it.
        public let rawValue: String

        /// The text of the code.
        public var description: String { self.rawValue }

        init(_ rawValue: String) {
            self.rawValue = rawValue
        }

        /// No profile of this name can be asked for over the API.
        public static let unknownProfile = Code("UNKNOWN_PROFILE")
        /// The lifetime asked for is longer than the profile admits, or not positive.
        public static let lifetimeNotAdmitted = Code("LIFETIME_NOT_ADMITTED")
        /// The key is one of the authority's own.
        public static let keyNotAdmitted = Code("KEY_NOT_ADMITTED")
        /// A name in the request is one of the authority's own.
        public static let nameReserved = Code("NAME_RESERVED")
        /// The key is blocked: it is known to be compromised, or was revoked for another reason.
        public static let keyBlocked = Code("KEY_BLOCKED")
        /// The certificate would break a rule of severity error.
        public static let lintFailed = Code("LINT_FAILED")
        /// No certificate has this serial number.
        public static let notFound = Code("CERTIFICATE_NOT_FOUND")
        /// The idempotency key came with another request before.
        public static let idempotencyKeyReused = Code("IDEMPOTENCY_KEY_REUSED")
        /// The first request with this idempotency key is still under way.
        public static let requestInProgress = Code("REQUEST_IN_PROGRESS")
        /// The revocation asks for what cannot be, for instance an invalidity date in the future.
        public static let invalidRevocation = Code("INVALID_REVOCATION")
        /// The certificate is revoked for good and cannot be released.
        public static let notOnHold = Code("NOT_ON_HOLD")
        /// The proof that a key is compromised does not verify.
        public static let invalidProof = Code("INVALID_PROOF")
        /// A query's cursor or filter is malformed.
        public static let invalidQuery = Code("INVALID_QUERY")
        /// The signing key cannot be used now; the call may be repeated after ``AuthorityError/retryAfter``.
        public static let unavailable = Code("SIGNING_UNAVAILABLE")
        /// More is asked than can be done now; the call may be repeated after ``AuthorityError/retryAfter``.
        public static let overloaded = Code("OVERLOADED")
        /// The store could not be read or written.
        public static let storeFailed = Code("STORE_FAILED")
        /// The issuer cannot sign any more: its certificate has expired or is about to.
        public static let issuerExpired = Code("ISSUER_EXPIRED")
        /// A signed certificate did not pass the second check; it did not leave.
        public static let verificationFailed = Code("VERIFICATION_FAILED")
        /// The hierarchy, a profile or a certificate in the state directory does not fit the rest.
        public static let invalidHierarchy = Code("INVALID_HIERARCHY")
        /// A step of the key ceremony failed.
        public static let ceremonyFailed = Code("CEREMONY_FAILED")
    }

    /// The stable code; the only part that takes part in equality.
    public let code: Code
    /// What is wrong, where, and what to do.
    public let reason: String
    /// Seconds after which the call may be repeated.
    public let retryAfter: Int?
    /// Where it was thrown.
    public let file: String
    /// Where it was thrown.
    public let line: UInt

    /// Creates an error.
    public init(
        _ code: Code,
        _ reason: String,
        retryAfter: Int? = nil,
        file: String = #fileID,
        line: UInt = #line
    ) {
        self.code = code
        self.reason = reason
        self.retryAfter = retryAfter
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
