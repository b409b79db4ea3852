// The states of accounts, orders, authorizations and challenges (RFC 8555 §7.1.6). Open: a CA may have others, which are
// kept and treated as "not yet".

/// The state of an account, order, authorization or challenge.
public struct ACMEStatus: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
    /// The text of the state.
    public let rawValue: String

    /// A state by its text.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// The text of the state.
    public var description: String { self.rawValue.printable }

    /// Nothing has been decided.
    public static let pending = ACMEStatus(rawValue: "pending")
    /// The CA is at work.
    public static let processing = ACMEStatus(rawValue: "processing")
    /// All authorizations of the order are valid: it waits to be finalized.
    public static let ready = ACMEStatus(rawValue: "ready")
    /// It has succeeded; of an account: it is in use.
    public static let valid = ACMEStatus(rawValue: "valid")
    /// It has failed for ever.
    public static let invalid = ACMEStatus(rawValue: "invalid")
    /// The client gave it up.
    public static let deactivated = ACMEStatus(rawValue: "deactivated")
    /// It has grown too old.
    public static let expired = ACMEStatus(rawValue: "expired")
    /// The CA took it back.
    public static let revoked = ACMEStatus(rawValue: "revoked")

    /// Whether nothing can come of it any more.
    var isDead: Bool { [.invalid, .deactivated, .expired, .revoked].contains(self) }
}
