// The module's one error: an open code that callers compare, and a reason for people.

/// An error thrown by `HTTPSignatures`; equal by code.
public struct HTTPSignatureError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong, as a stable code.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code's text in SCREAMING_SNAKE_CASE, as problem documents show it.
        public let rawValue: String

        /// The text of the code.
        public var description: String { self.rawValue }

        init(_ rawValue: String) {
            self.rawValue = rawValue
        }

        /// The message has no signature, or none with the label.
        public static let missingSignature = Code("MISSING_SIGNATURE")
        /// The message has several signatures, and nobody said which one counts.
        public static let ambiguousSignature = Code("AMBIGUOUS_SIGNATURE")
        /// `Signature-Input`, `Signature` or `Content-Digest` is malformed, has duplicates, or is beyond the ``Budget``.
        public static let malformedField = Code("MALFORMED_SIGNATURE_FIELD")
        /// A covered component, or a parameter of one, is not supported.
        public static let unsupportedComponent = Code("UNSUPPORTED_SIGNATURE_COMPONENT")
        /// A covered component is not in the message, or is there in a form that cannot be signed.
        public static let missingComponent = Code("MISSING_SIGNATURE_COMPONENT")
        /// The signature does not cover what it must cover.
        public static let insufficientCoverage = Code("INSUFFICIENT_SIGNATURE_COVERAGE")
        /// A parameter that the signature must have is not there, or is not of its type or size.
        public static let invalidParameter = Code("INVALID_SIGNATURE_PARAMETER")
        /// The signature has a parameter that is not known.
        public static let unsupportedParameter = Code("UNSUPPORTED_SIGNATURE_PARAMETER")
        /// The algorithm is not one that is admitted.
        public static let unsupportedAlgorithm = Code("UNSUPPORTED_SIGNATURE_ALGORITHM")
        /// The algorithm is not one of the key's.
        public static let algorithmMismatch = Code("SIGNATURE_ALGORITHM_MISMATCH")
        /// The signature would be good for too long.
        public static let lifetimeTooLong = Code("SIGNATURE_LIFETIME_TOO_LONG")
        /// The signature's time is over.
        public static let expired = Code("SIGNATURE_EXPIRED")
        /// The signature's time has not come.
        public static let notYetValid = Code("SIGNATURE_NOT_YET_VALID")
        /// The message was signed for another server.
        public static let wrongAuthority = Code("WRONG_SIGNATURE_AUTHORITY")
        /// The body is not the one that `Content-Digest` names.
        public static let digestMismatch = Code("CONTENT_DIGEST_MISMATCH")
        /// The signature is not one of the key over this message.
        public static let invalidSignature = Code("INVALID_MESSAGE_SIGNATURE")
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
