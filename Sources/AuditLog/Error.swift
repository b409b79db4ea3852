// The module's one error: an open code that callers compare, and a reason for people.

/// An error thrown by `AuditLog`.
///
/// Two errors are equal when their codes are; the sequence, reason, file and line are for people and reports.
public struct AuditError: Error, Hashable, Sendable, CustomStringConvertible {
    /// How the chain is broken, as a stable code.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code's text in SCREAMING_SNAKE_CASE.
        public let rawValue: String

        /// The text of the code.
        public var description: String { self.rawValue }

        init(_ rawValue: String) {
            self.rawValue = rawValue
        }

        /// One or more entries are missing before the one that was read.
        public static let gap = Code("AUDIT_GAP")
        /// An entry comes a second time, or after one with a higher sequence.
        public static let order = Code("AUDIT_ORDER")
        /// An entry does not name the hash of the one before it.
        public static let previousHashDiffers = Code("AUDIT_PREVIOUS_HASH_DIFFERS")
        /// An entry's content does not give the hash that it carries.
        public static let hashDiffers = Code("AUDIT_HASH_DIFFERS")
        /// The log ends before, or otherwise than, the head that is known from elsewhere.
        public static let headDiffers = Code("AUDIT_HEAD_DIFFERS")
        /// A stored or transmitted value is not one that this module writes.
        public static let malformed = Code("AUDIT_MALFORMED")
    }

    /// The stable code; the only part that takes part in equality.
    public let code: Code
    /// The first sequence that cannot be relied on, where the code concerns one.
    public let sequence: Int64?
    /// What is wrong and where.
    public let reason: String
    /// Where it was thrown.
    public let file: String
    /// Where it was thrown.
    public let line: UInt

    /// Creates an error.
    public init(_ code: Code, at sequence: Int64?, _ reason: String, file: String = #fileID, line: UInt = #line) {
        self.code = code
        self.sequence = sequence
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
