// The module's one error: an open code that callers compare, a reason for people, and what a caller can act on.

/// An error thrown by `AgentClient`.
///
/// Two errors are equal when their codes are. The reason is one line without control characters, whatever a server sent.
public struct AgentClientError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code's text in SCREAMING_SNAKE_CASE.
        public let rawValue: String

        /// The text of the code.
        public var description: String { self.rawValue }

        init(_ rawValue: String) {
            self.rawValue = rawValue
        }

        /// An option, an address, a name or a file that the caller named cannot be used.
        public static let invalidConfiguration = Code("INVALID_CONFIGURATION")
        /// A file with a secret can be read by others.
        public static let exposedSecret = Code("EXPOSED_SECRET")
        /// The directory holds an enrolment that must not be overwritten.
        public static let alreadyEnrolled = Code("ALREADY_ENROLLED")
        /// The directory holds no enrolment.
        public static let notEnrolled = Code("NOT_ENROLLED")
        /// The directory cannot be used: files of others in it, open to everybody, or in use by another process.
        public static let unusableDirectory = Code("UNUSABLE_DIRECTORY")
        /// A file of an enrolment is missing or damaged.
        public static let damagedEnrolment = Code("DAMAGED_ENROLMENT")
        /// A file could not be read or written.
        public static let fileFailed = Code("FILE_FAILED")
        /// The server cannot be reached, or closed the connection.
        public static let connectionFailed = Code("CONNECTION_FAILED")
        /// The server did not answer in time.
        public static let timedOut = Code("TIMED_OUT")
        /// The server's TLS certificate does not verify under the root, or is not for this host.
        public static let untrustedServer = Code("UNTRUSTED_SERVER")
        /// The server answered with an error.
        public static let refused = Code("REFUSED")
        /// The server answered with something that is no answer of this API.
        public static let invalidAnswer = Code("INVALID_ANSWER")
        /// The certificate that came is not the one that was asked for.
        public static let unacceptableCertificate = Code("UNACCEPTABLE_CERTIFICATE")
        /// A key or request could not be made.
        public static let cryptographyFailed = Code("CRYPTOGRAPHY_FAILED")
    }

    /// The stable code; the only part that takes part in equality.
    public let code: Code
    /// What is wrong, where, and what to do, in one line.
    public let reason: String
    /// What the server said, for ``Code/refused``.
    public let problem: ProblemDocument?
    /// Where it was thrown.
    public let file: String
    /// Where it was thrown.
    public let line: UInt

    /// Creates an error.
    public init(
        _ code: Code,
        _ reason: String,
        problem: ProblemDocument? = nil,
        file: String = #fileID,
        line: UInt = #line
    ) {
        self.code = code
        self.reason = reason.printable(limit: Budget.reasonCharacters)
        self.problem = problem
        self.file = file
        self.line = line
    }

    /// The reason.
    public var description: String { self.reason }

    /// Equal by code.
    public static func == (lhs: Self, rhs: Self) -> Bool { lhs.code == rhs.code }

    /// Hashes the code.
    public func hash(into hasher: inout Hasher) { hasher.combine(self.code) }
}

extension String {
    /// The text in one line, cut to a length, without control characters: what a server sent cannot move a terminal's cursor.
    public func printable(limit: Int = 200) -> String {
        let scalars = self.unicodeScalars
        let shown = scalars.prefix(limit)
            .map { scalar in
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse: Character(" ")
                default: Character(scalar)
                }
            }
        return String(shown) + (scalars.count > limit ? "…" : "")
    }
}
