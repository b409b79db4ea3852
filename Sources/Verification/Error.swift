// The module's one error: what was asked about is nothing that can be verified, or there is no room to verify it now.
// Everything else is a finding of the report.

/// An error thrown by `Verification`; equal by code.
public struct VerificationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong, as a stable code.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code's text in SCREAMING_SNAKE_CASE, as problem documents show it.
        public let rawValue: String

        /// The text of the code.
        public var description: String { self.rawValue }

        init(_ rawValue: String) {
            self.rawValue = rawValue
        }

        /// It is neither a host, an ANS name nor certificates in PEM.
        public static let invalidSubject = Code("INVALID_VERIFICATION_SUBJECT")
        /// It is larger than the ``Budget`` admits.
        public static let subjectTooLarge = Code("VERIFICATION_SUBJECT_TOO_LARGE")
        /// Too much is being verified at once for an answer that could be relied on; ask again.
        public static let overloaded = Code("OVERLOADED")
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
