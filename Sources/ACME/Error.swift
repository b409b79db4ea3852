// The module's one error: an open code that callers compare, a reason for people, and what the CA said.

public import PKIX

/// An error thrown by `ACME`; equal by code.
public struct ACMEError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong, as a stable code.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code's text in SCREAMING_SNAKE_CASE, as problem documents show it.
        public let rawValue: String

        /// The text of the code.
        public var description: String { self.rawValue }

        init(_ rawValue: String) {
            self.rawValue = rawValue
        }

        /// The CA cannot be reached: no connection, no TLS, no answer in time, or half an answer.
        public static let unreachable = Code("ACME_UNREACHABLE")
        /// The CA answered that it cannot serve now (5xx).
        public static let unavailable = Code("ACME_UNAVAILABLE")
        /// The CA's answer is not what RFC 8555 has there, or beyond the ``Budget``.
        public static let malformedAnswer = Code("ACME_MALFORMED_ANSWER")
        /// The CA rejected nonce after nonce.
        public static let nonceRejected = Code("ACME_NONCE_REJECTED")
        /// The CA is at work on an order or challenge for longer than we wait.
        public static let stillProcessing = Code("ACME_STILL_PROCESSING")
        /// A limit of the CA is reached; nothing is sent before ``ACMEError/retryAt``.
        public static let rateLimited = Code("ACME_RATE_LIMITED")
        /// The CA refused a request; ``ACMEError/problem`` says why.
        public static let refused = Code("ACME_REFUSED")
        /// The CA has no account of this key.
        public static let noSuchAccount = Code("ACME_NO_SUCH_ACCOUNT")
        /// A person has to act first: agree to terms, bind an account, lift a pause.
        public static let actionRequired = Code("ACME_ACTION_REQUIRED")
        /// The CA does not offer what is asked for.
        public static let unsupported = Code("ACME_UNSUPPORTED")
        /// What the caller asks for, or how the client is configured, cannot be right.
        public static let invalidRequest = Code("ACME_INVALID_REQUEST")
        /// The CA could not see that a name is under control.
        public static let validationFailed = Code("ACME_VALIDATION_FAILED")
        /// The order came to its end without a certificate.
        public static let orderInvalid = Code("ACME_ORDER_INVALID")
        /// The CA does not know the order any more.
        public static let orderLost = Code("ACME_ORDER_LOST")
        /// The certificate is not the one that was ordered.
        public static let certificateRejected = Code("ACME_CERTIFICATE_REJECTED")
        /// A challenge's answer could not be published, or cannot be seen yet.
        public static let challengeNotPresented = Code("ACME_CHALLENGE_NOT_PRESENTED")
    }

    /// The stable code; the only part that takes part in equality.
    public let code: Code
    /// What is wrong, where, and what to do; safe to show to the owner of the agent.
    public let reason: String
    /// The CA's own words.
    public let problem: ACMEProblem?
    /// When the same can be tried again; nil when the CA did not say.
    public let retryAt: CertificateTime?
    /// Where it was thrown.
    public let file: String
    /// Where it was thrown.
    public let line: UInt

    /// Creates an error.
    public init(
        _ code: Code,
        _ reason: String,
        problem: ACMEProblem? = nil,
        retryAt: CertificateTime? = nil,
        file: String = #fileID,
        line: UInt = #line
    ) {
        self.code = code
        self.reason = reason
        self.problem = problem
        self.retryAt = retryAt
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

extension ACMEError {
    private static let outages: Set<Code> = [
        .unreachable, .unavailable, .malformedAnswer, .nonceRejected, .stillProcessing,
    ]
    private static let lasting: Set<Code> = [
        .refused, .noSuchAccount, .actionRequired, .unsupported, .invalidRequest, .validationFailed, .orderInvalid,
        .orderLost, .certificateRejected,
    ]

    /// Whether the CA itself is at fault and another may serve instead: it is away, broken, or stuck.
    public var isOutage: Bool { Self.outages.contains(self.code) }
    /// Whether a limit of the CA is reached, for this account or these names.
    public var isRateLimit: Bool { self.code == .rateLimited }
    /// Whether the same request would fail in the same way: something has to change first.
    public var isPermanent: Bool { Self.lasting.contains(self.code) }
}
