// The module's one error: an open code that callers compare, and a reason for people.

/// An error thrown by `Signing`.
///
/// Two errors are equal when their codes are; everything else is for people and for recovery.
/// No reason ever holds a PIN.
public struct SigningError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong, as a stable code.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code's text in SCREAMING_SNAKE_CASE.
        public let rawValue: String

        /// The text of the code.
        public var description: String { self.rawValue }

        init(_ rawValue: String) {
            self.rawValue = rawValue
        }

        /// The PKCS#11 module cannot be loaded or initialised.
        public static let moduleNotLoaded = Code("MODULE_NOT_LOADED")
        /// A PKCS#11 function returned a value that no other code covers; see ``SigningError/returnValue``.
        public static let cryptoki = Code("CRYPTOKI_ERROR")
        /// A PKCS#11 URI is malformed, or carries a PIN.
        public static let invalidURI = Code("INVALID_PKCS11_URI")
        /// The source of the PIN is malformed, missing, or readable by others.
        public static let invalidPINSource = Code("INVALID_PIN_SOURCE")
        /// The token refused the PIN, for good: another attempt could lock the token.
        public static let pinRefused = Code("PIN_REFUSED")
        /// No token, or more than one, answers to the URI.
        public static let tokenNotFound = Code("TOKEN_NOT_FOUND")
        /// A token with this label exists already.
        public static let tokenExists = Code("TOKEN_EXISTS")
        /// The module has no slot with a token to initialise.
        public static let noFreeSlot = Code("NO_FREE_SLOT")
        /// The token is away for now; ``SigningError/retryAfter`` says when to ask again.
        public static let unavailable = Code("SIGNING_UNAVAILABLE")
        /// Too many signatures are waiting; ``SigningError/retryAfter`` says when to ask again.
        public static let overloaded = Code("SIGNING_OVERLOADED")
        /// The token has been shut down.
        public static let shutDown = Code("SIGNING_SHUT_DOWN")
        /// The token holds no key pair with this label or identifier.
        public static let keyNotFound = Code("KEY_NOT_FOUND")
        /// A private key that the token held before is not found any more: the module has lost sight of it.
        public static let keyVanished = Code("KEY_VANISHED")
        /// More than one key pair has this label or identifier.
        public static let keyAmbiguous = Code("KEY_AMBIGUOUS")
        /// A key with this label or identifier exists already.
        public static let keyExists = Code("KEY_EXISTS")
        /// The private key can leave the token, or may not sign.
        public static let keyNotProtected = Code("KEY_NOT_PROTECTED")
        /// The key on the token is not the one in the certificate.
        public static let keyMismatch = Code("KEY_MISMATCH")
        /// The key's algorithm, curve or size is not one that we sign with.
        public static let unsupportedKey = Code("UNSUPPORTED_KEY")
        /// The key cannot sign with this scheme.
        public static let unsupportedScheme = Code("UNSUPPORTED_SCHEME")
        /// The token's answer is not what its specification says.
        public static let malformedAnswer = Code("MALFORMED_TOKEN_ANSWER")
        /// A synchronous signature was asked for on a thread that may not block.
        public static let wouldBlock = Code("WOULD_BLOCK")
        /// The private key was asked to leave the token.
        public static let notExportable = Code("KEY_NOT_EXPORTABLE")
    }

    /// The stable code; the only part that takes part in equality.
    public let code: Code
    /// What is wrong, where, and what to do.
    public let reason: String
    /// What the PKCS#11 function returned, when one did.
    public let returnValue: ReturnValue?
    /// How long to wait before asking again, when asking again helps.
    public let retryAfter: Duration?
    /// Where it was thrown.
    public let file: String
    /// Where it was thrown.
    public let line: UInt

    /// Creates an error.
    public init(
        _ code: Code,
        _ reason: String,
        returnValue: ReturnValue? = nil,
        retryAfter: Duration? = nil,
        file: String = #fileID,
        line: UInt = #line
    ) {
        self.code = code
        self.reason = reason
        self.returnValue = returnValue
        self.retryAfter = retryAfter
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
