// The module's one error: an open code that callers compare, and a reason for people.

import PKIX

/// An error thrown by `ServerCertificates`; equal by code.
public struct ServerCertificateError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong, as a stable code.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code's text in SCREAMING_SNAKE_CASE, as problem documents show it.
        public let rawValue: String

        /// The text of the code.
        public var description: String { self.rawValue }

        init(_ rawValue: String) {
            self.rawValue = rawValue
        }

        /// The configuration names no CA, or not the one that is needed.
        public static let noAuthority = Code("NO_CERTIFICATE_AUTHORITY")
        /// What is ordered cannot be: the request is for other names than the host.
        public static let invalidOrder = Code("INVALID_SERVER_ORDER")
        /// There is no order with this reference.
        public static let orderNotFound = Code("SERVER_ORDER_NOT_FOUND")
        /// The order was given up by whom it was for.
        public static let orderCancelled = Code("SERVER_ORDER_CANCELLED")
        /// The order did not come to an end in the time that it has.
        public static let orderExpired = Code("SERVER_ORDER_EXPIRED")
        /// The order waits for another one of the same host.
        public static let orderQueued = Code("SERVER_ORDER_QUEUED")
        /// The order was given up when the CA could issue already; its last word is awaited.
        public static let orderEnding = Code("SERVER_ORDER_ENDING")
        /// This version of the program cannot read the order.
        public static let orderUnreadable = Code("SERVER_ORDER_UNREADABLE")
        /// Control of the host can be proven in no way that the CA and the configuration admit.
        public static let noChallenge = Code("NO_CHALLENGE_POSSIBLE")
        /// The answer to a challenge is not where it is to be.
        public static let answerNotFound = Code("CHALLENGE_ANSWER_NOT_FOUND")
        /// A certificate that was brought is not one to rely on.
        public static let invalidCertificate = Code("INVALID_SERVER_CERTIFICATE")
        /// There is no such certificate.
        public static let certificateNotFound = Code("SERVER_CERTIFICATE_NOT_FOUND")
        /// The store did not answer; the same call may succeed later.
        public static let storeUnavailable = Code("STORE_UNAVAILABLE")
    }

    /// The stable code; the only part that takes part in equality.
    public let code: Code
    /// What is wrong, where, and what to do; safe to show to the agent's owner.
    public let reason: String
    /// Whether the same may succeed later.
    public let isTransient: Bool
    /// Where it was thrown.
    public let file: String
    /// Where it was thrown.
    public let line: UInt

    /// Creates an error.
    public init(
        _ code: Code,
        _ reason: String,
        isTransient: Bool = false,
        file: String = #fileID,
        line: UInt = #line
    ) {
        self.code = code
        self.reason = reason
        self.isTransient = isTransient
        self.file = file
        self.line = line
    }

    /// The code and the reason.
    public var description: String { "\(self.code): \(self.reason)" }

    /// Equal by code.
    public static func == (lhs: Self, rhs: Self) -> Bool { lhs.code == rhs.code }

    /// Hashes the code.
    public func hash(into hasher: inout Hasher) { hasher.combine(self.code) }

    /// The error as the port has it.
    var failure: IssuingFailure {
        IssuingFailure(code: self.code.rawValue, reason: self.reason, isTransient: self.isTransient)
    }
}
