// The module's one error: an open code that callers compare, a reason for people, and the rule that was broken.

/// An error thrown by `PublicTrust`; equal by code.
public struct TrustError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong, as a stable code.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code's text in SCREAMING_SNAKE_CASE, as problem documents show it.
        public let rawValue: String

        /// The text of the code.
        public var description: String { self.rawValue }

        init(_ rawValue: String) {
            self.rawValue = rawValue
        }

        /// The trust roots cannot be read, or there are none.
        public static let trustRootsUnavailable = Code("TRUST_ROOTS_UNAVAILABLE")
        /// What was presented is no certificate.
        public static let malformedCertificate = Code("MALFORMED_CERTIFICATE")
        /// More was presented than the ``Budget`` admits, or it takes more work.
        public static let tooMuch = Code("CHAIN_TOO_LARGE")
        /// No path leads to a trust root.
        public static let noPath = Code("NO_PATH_TO_TRUST_ROOT")
        /// A path leads to a trust root and breaks a rule; ``TrustError/rule`` names it.
        public static let refused = Code("PATH_REFUSED")
    }

    /// The stable code; the only part that takes part in equality.
    public let code: Code
    /// What is wrong, where, and what to do; safe to show to the caller.
    public let reason: String
    /// The name of the rule that is broken, such as `name_constraints`.
    public let rule: String?
    /// Where it was thrown.
    public let file: String
    /// Where it was thrown.
    public let line: UInt

    /// Creates an error.
    public init(_ code: Code, _ reason: String, rule: String? = nil, file: String = #fileID, line: UInt = #line) {
        self.code = code
        self.reason = reason
        self.rule = rule
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
