// Slots, tokens and handles as Swift values (PKCS#11 2.40 Base §3).

/// The number of a slot; it may change whenever the module is initialised or a token is.
public struct SlotID: RawRepresentable, Hashable, Sendable {
    /// The number.
    public let rawValue: UInt

    /// Wraps a number.
    public init(rawValue: UInt) { self.rawValue = rawValue }
}

/// The handle of a session; void once the session is closed or the module finalised.
public struct SessionHandle: RawRepresentable, Hashable, Sendable {
    /// The number.
    public let rawValue: UInt

    /// Wraps a number.
    public init(rawValue: UInt) { self.rawValue = rawValue }
}

/// The handle of an object as one session sees it.
public struct ObjectHandle: RawRepresentable, Hashable, Sendable {
    /// The number.
    public let rawValue: UInt

    /// Wraps a number.
    public init(rawValue: UInt) { self.rawValue = rawValue }
}

/// Who logs in to a token.
public enum CryptokiUser: UInt, Sendable {
    /// `CKU_SO`: initialises the token and the user's PIN; cannot use keys.
    case securityOfficer = 0
    /// `CKU_USER`: makes and uses keys.
    case user = 1
}

/// A token as its slot describes it (`CK_TOKEN_INFO`).
public struct TokenInfo: Hashable, Sendable {
    /// The label, without padding.
    public var label: String
    /// Who made it, without padding.
    public var manufacturer: String
    /// The model, without padding.
    public var model: String
    /// The serial number, without padding.
    public var serial: String
    /// The flags (`CKF_…`).
    public var flags: UInt

    /// Creates a description.
    public init(label: String, manufacturer: String, model: String, serial: String, flags: UInt) {
        self.label = label
        self.manufacturer = manufacturer
        self.model = model
        self.serial = serial
        self.flags = flags
    }

    /// `CKF_USER_PIN_INITIALIZED`: the user has a PIN.
    public static let userPINInitialized: UInt = 1 << 3
    /// `CKF_TOKEN_INITIALIZED`: the token has been initialised.
    public static let tokenInitialized: UInt = 1 << 10
    /// `CKF_USER_PIN_FINAL_TRY`: one more wrong PIN locks the token.
    public static let userPINFinalTry: UInt = 1 << 17
    /// `CKF_USER_PIN_LOCKED`: the user's PIN is locked.
    public static let userPINLocked: UInt = 1 << 18

    /// Whether the token has been initialised.
    public var isInitialized: Bool { self.flags & Self.tokenInitialized != 0 }
    /// Whether the user has a PIN.
    public var hasUserPIN: Bool { self.flags & Self.userPINInitialized != 0 }
}
