// The module's one error: an open code that callers compare, and a reason for people.

/// An error thrown by `PKIX`.
///
/// Two errors are equal when their codes are; the reason, file and line are for people.
public struct PKIXError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong, as a stable code.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code's text in SCREAMING_SNAKE_CASE, as problem documents show it.
        public let rawValue: String

        /// The text of the code.
        public var description: String { self.rawValue }

        init(_ rawValue: String) {
            self.rawValue = rawValue
        }

        /// The request is not a well-formed PKCS#10 request (RFC 2986).
        public static let malformedCSR = Code("MALFORMED_CSR")
        /// The request is larger than ``Budget/csrBytes``.
        public static let csrTooLarge = Code("CSR_TOO_LARGE")
        /// The request's own signature does not verify under its public key.
        public static let invalidCSRSignature = Code("INVALID_CSR_SIGNATURE")
        /// The request demands, as critical, an extension that we do not know.
        public static let unsupportedCriticalExtension = Code("UNSUPPORTED_CRITICAL_EXTENSION")
        /// The public key's algorithm, curve or size is not one that is admitted.
        public static let unsupportedKey = Code("UNSUPPORTED_KEY")
        /// The public key is of an admitted kind but weak or known to be bad.
        public static let weakKey = Code("WEAK_KEY")
        /// A name in the request is malformed, duplicate, too long, or not admitted by the profile.
        public static let invalidName = Code("INVALID_NAME")
        /// The request carries more names than ``Budget/subjectAlternativeNames``.
        public static let tooManyNames = Code("TOO_MANY_NAMES")
        /// The request lacks a name that the profile demands.
        public static let missingName = Code("MISSING_NAME")
        /// A profile, hierarchy or other file of ours breaks a rule.
        public static let invalidDefinition = Code("INVALID_DEFINITION")
        /// Bytes that should be DER, PEM or a serial number are not.
        public static let malformed = Code("MALFORMED")
        /// No valid certification path leads to a trust anchor.
        public static let untrusted = Code("UNTRUSTED")
    }

    /// The stable code; the only part that takes part in equality.
    public let code: Code
    /// What is wrong, where, and what to do; safe to show to the caller.
    public let reason: String
    /// Where it was thrown.
    public let file: String
    /// Where it was thrown.
    public let line: UInt

    /// Creates an error.
    public init(_ code: Code, _ reason: String, file: String = #fileID, line: UInt = #line) {
        self.code = code
        self.reason = reason
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
