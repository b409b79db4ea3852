// The module's one error: an open code that callers compare, and a reason for people.

/// An error thrown by `JSON`; equal by code.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong, as a stable code.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code's text in SCREAMING_SNAKE_CASE, as problem documents show it.
        public let rawValue: String

        /// The text of the code.
        public var description: String { self.rawValue }

        init(_ rawValue: String) {
            self.rawValue = rawValue
        }

        /// The text is not JSON (RFC 8259), or beyond the limits.
        public static let malformedJSON = Code("MALFORMED_JSON")
        /// An object has two members of one name.
        public static let duplicateMember = Code("DUPLICATE_MEMBER")
        /// A number has no canonical form (RFC 8785): it is beyond IEEE 754 doubles, or an integer that none of them is.
        public static let numberOutOfRange = Code("NUMBER_OUT_OF_RANGE")
    }

    /// The stable code; the only part that takes part in equality.
    public let code: Code
    /// What is wrong and where, with line and column; safe to show to the caller.
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
