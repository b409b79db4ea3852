// The module's one error for its own set-up; what goes wrong with a request is a `Problem`.

/// An error thrown while the management API is set up.
///
/// Two errors are equal when their codes are.
public struct WebAPIError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong, as a stable code.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code's text in SCREAMING_SNAKE_CASE.
        public let rawValue: String

        /// The text of the code.
        public var description: String { self.rawValue }

        init(_ rawValue: String) {
            self.rawValue = rawValue
        }

        /// Certificate chain or key for TLS cannot be read, or do not belong together.
        public static let invalidCredentials = Code("INVALID_CREDENTIALS")
        /// Plain HTTP was asked for on an address that other machines can reach.
        public static let plainHTTPNotOnLoopback = Code("PLAIN_HTTP_NOT_ON_LOOPBACK")
        /// A certificate of the authority cannot be described.
        public static let invalidAuthority = Code("INVALID_AUTHORITY")
    }

    /// The stable code; the only part that takes part in equality.
    public let code: Code
    /// What is wrong, where, and what to do.
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
