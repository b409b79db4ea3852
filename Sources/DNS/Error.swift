// The module's one error: an open code that callers compare, and a reason for people.

/// An error thrown by `DNS`; equal by code.
public struct DNSError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong, as a stable code.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code's text in SCREAMING_SNAKE_CASE, as problem documents show it.
        public let rawValue: String

        /// The text of the code.
        public var description: String { self.rawValue }

        init(_ rawValue: String) {
            self.rawValue = rawValue
        }

        /// A text is no domain name.
        public static let invalidName = Code("INVALID_DOMAIN_NAME")
        /// A record's data are not what its type has.
        public static let invalidRecord = Code("INVALID_RECORD")
        /// A message cannot be read, or does not answer what was asked.
        public static let malformedMessage = Code("MALFORMED_DNS_MESSAGE")
        /// A server did not answer in time.
        public static let timeout = Code("DNS_TIMEOUT")
        /// A server answered with a failure, or could not be reached.
        public static let serverFailure = Code("DNS_SERVER_FAILURE")
        /// A name does not exist (NXDOMAIN).
        public static let noSuchName = Code("NO_SUCH_NAME")
        /// The answer's signature (TSIG) is not one under our key.
        public static let notAuthentic = Code("DNS_NOT_AUTHENTIC")
        /// What was asked for goes beyond a named bound: CNAMEs in a chain, referrals, octets.
        public static let tooMuch = Code("DNS_TOO_MUCH")
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
