// Who answers for agents. An account's id is the owner that registrations name: `account:…` for one that an operator opened,
// `key:…` for one that the holder of a key opened for itself (the key may change, the id does not), `token:…` for a token
// without an account.

public import FoundationEssentials
public import PKIX

/// An owner of agents, with whom to turn to.
public struct Account: Hashable, Sendable {
    /// Whether it may act.
    public enum Status: String, Sendable, CaseIterable, Codable {
        // Stored: a change here needs a migration.
        /// It may.
        case active = "ACTIVE"
        /// It may not, until an operator lifts that; its agents stay as they are.
        case suspended = "SUSPENDED"
    }

    // Instants are whole milliseconds.
    /// The id; what registrations have as their owner.
    public let id: String
    /// What people call it.
    public var name: String
    /// Where its holder is reached: `mailto:` and `https:` URIs.
    public var contacts: [String]
    /// Whether it may act.
    public var status: Status
    /// When it was opened.
    public let createdAt: Date
    /// When it last changed.
    public var updatedAt: Date

    /// Creates or restores an account.
    public init(
        id: String,
        name: String,
        contacts: [String],
        status: Status = .active,
        createdAt: Date,
        updatedAt: Date
    ) {
        self.id = id
        self.name = name
        self.contacts = contacts
        self.status = status
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// What is to change of an account; nil leaves a member as it is.
public struct AccountChange: Hashable, Sendable {
    /// What people call it.
    public var name: String?
    /// Where its holder is reached.
    public var contacts: [String]?
    /// Whether it may act; an operator's decision.
    public var status: Account.Status?

    /// Creates a change.
    public init(name: String? = nil, contacts: [String]? = nil, status: Account.Status? = nil) {
        self.name = name
        self.contacts = contacts
        self.status = status
    }
}

/// A key that acted for an account, or does.
public struct AccountKey: Hashable, Sendable {
    /// The account for which it acts; nil for a key that acted for its agent alone.
    public let account: String?
    /// When another key took its place; nil for one in use.
    public let retiredAt: Date?
    /// The key itself, where it has opened an account; that of an agent stands in its registration.
    public let key: SubjectPublicKey?

    /// Creates the value.
    public init(account: String?, retiredAt: Date?, key: SubjectPublicKey? = nil) {
        self.account = account
        self.retiredAt = retiredAt
        self.key = key
    }
}
