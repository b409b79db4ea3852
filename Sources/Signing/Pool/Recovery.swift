// What each return value says of the state of the token, and so what has to be rebuilt before another attempt
// (PKCS#11 2.40 Base §5.1).

/// What has to be rebuilt after a failure.
enum Recovery: Hashable, Sendable {
    /// The handles of objects; the session with them, since a lost login looks the same.
    case handles
    /// This thread's session, which is open but of no use.
    case login
    /// This thread's session, which the module no longer knows.
    case session
    /// Everything that we know of the token: its slot, all sessions, the login.
    case token
    /// The module's initialisation, and so everything.
    case module
    /// As `module`, of a module that answers: it has lost sight of objects and reads them again only when initialised.
    ///
    /// SoftHSM does so for good when the process was out of file descriptors as it looked for them.
    case objects
    /// Nothing: another attempt would do harm.
    case never

    /// The recovery from an error; `nil` when the error concerns the caller's request alone.
    init?(_ error: SigningError) {
        if error.code == .tokenNotFound {
            self = .token
            return
        }
        if error.code == .keyVanished {
            self = .objects
            return
        }
        if error.code == .pinRefused {
            self = .never
            return
        }
        switch error.returnValue {
        case .objectHandleInvalid, .keyHandleInvalid: self = .handles
        case .sessionHandleInvalid, .sessionClosed: self = .session
        // A new session logs in again, and has no operation left over from a call that failed half-way.
        case .userNotLoggedIn, .operationActive, .operationNotInitialized: self = .login
        case .deviceRemoved, .tokenNotPresent, .deviceError, .tokenNotRecognized, .slotIDInvalid: self = .token
        // What drivers of network HSMs return when the line breaks.
        case .generalError, .functionFailed, .deviceMemory, .sessionCount: self = .token
        // Between C_InitToken and C_InitPIN of another process; it costs no attempt at the PIN.
        case .userPinNotInitialized: self = .token
        case .cryptokiNotInitialized: self = .module
        case .pinIncorrect, .pinInvalid, .pinLenRange, .pinExpired, .pinLocked: self = .never
        default: return nil
        }
    }
}
