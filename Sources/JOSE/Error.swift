// The module's one error: an open code that callers compare, and a reason for people.

/// An error thrown by `JOSE`; equal by code.
public struct JOSEError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong, as a stable code.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code's text in SCREAMING_SNAKE_CASE, as problem documents show it.
        public let rawValue: String

        /// The text of the code.
        public var description: String { self.rawValue }

        init(_ rawValue: String) {
            self.rawValue = rawValue
        }

        /// A JSON Web Key lacks a member, or has one that is wrong (RFC 7517, RFC 7518 §6, RFC 8037).
        public static let malformedKey = Code("MALFORMED_JWK")
        /// The key is well formed, and of a kind, curve or size that is not admitted.
        public static let unsupportedKey = Code("UNSUPPORTED_JWK")
        /// A document that should hold a public key holds a private one.
        public static let privateKeySent = Code("PRIVATE_KEY_SENT")
        /// The text is no JWS in the serialization that is expected (RFC 7515 §7), or is beyond the ``Budget``.
        public static let malformedSignature = Code("MALFORMED_JWS")
        /// The algorithm is not one that is admitted; `none` never is.
        public static let unsupportedAlgorithm = Code("UNSUPPORTED_JWS_ALGORITHM")
        /// The algorithm is not one of the key's.
        public static let algorithmMismatch = Code("JWS_ALGORITHM_MISMATCH")
        /// The header demands an extension that is not known (RFC 7515 §4.1.11).
        public static let unsupportedCriticalHeader = Code("UNSUPPORTED_CRITICAL_HEADER")
        /// The signature is not one of the key over these octets.
        public static let invalidSignature = Code("INVALID_JWS_SIGNATURE")
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
