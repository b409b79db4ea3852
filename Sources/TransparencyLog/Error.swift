// The module's one error: an open code that callers compare, and a reason for people.

/// An error thrown by `TransparencyLog`.
///
/// Two errors are equal when their codes are.
public struct LogError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong, as a stable code.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code's text in SCREAMING_SNAKE_CASE, as problem documents show it.
        public let rawValue: String

        /// The text of the code.
        public var description: String { self.rawValue }

        init(_ rawValue: String) {
            self.rawValue = rawValue
        }

        /// A path, tile or bundle is not one of C2SP tlog-tiles, or not one of the size that the tree gives it.
        public static let malformedTile = Code("MALFORMED_TILE")
        /// The text is no signed note, verifier key or checkpoint.
        public static let malformedNote = Code("MALFORMED_NOTE")
        /// No signature of a trusted key stands on the note, or one of them is false.
        public static let untrustedNote = Code("UNTRUSTED_NOTE")
        /// A proof is malformed, or does not lead to the root.
        public static let invalidProof = Code("INVALID_PROOF")
        /// A query's parameter is none, or out of its bounds.
        public static let malformedQuery = Code("MALFORMED_LOG_QUERY")
        /// The index or size is beyond the tree.
        public static let outOfRange = Code("LOG_INDEX_OUT_OF_RANGE")
        /// The log has no such entry or root.
        public static let notFound = Code("LOG_ENTRY_NOT_FOUND")
        /// An entry or event does not fit the log.
        public static let invalidEntry = Code("INVALID_LOG_ENTRY")
        /// Store, checkpoint and tiles contradict each other: going on could fork the log.
        public static let inconsistent = Code("LOG_INCONSISTENT")
        /// A durable object of the same name has another content.
        public static let conflict = Code("LOG_OBJECT_CONFLICT")
        /// Storage could not be read or written; the call may be repeated.
        public static let storageFailed = Code("LOG_STORAGE_FAILED")
        /// The lease on the log is another's.
        public static let leaseLost = Code("LOG_LEASE_LOST")
        /// A signature could not be made, or does not verify under the signer's own key.
        public static let signingFailed = Code("LOG_SIGNING_FAILED")
        /// Too few witnesses cosigned.
        public static let notWitnessed = Code("LOG_NOT_WITNESSED")
        /// A witness has seen a longer log than ours: ours was rolled back, or another signs with our key.
        public static let rolledBack = Code("LOG_ROLLED_BACK")
        /// More wait than there is room for; the call may be repeated.
        public static let overloaded = Code("LOG_OVERLOADED")
        /// The log integrates nothing at present.
        public static let unavailable = Code("LOG_UNAVAILABLE")
        /// The entry was not integrated within the time allowed; it will be.
        public static let timedOut = Code("LOG_WAIT_TIMED_OUT")
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

extension LogError {
    /// Whether going on could fork the log, so that a person must look first.
    public var isFatal: Bool { [.inconsistent, .conflict, .malformedTile, .untrustedNote].contains(self.code) }
}
