// An API token as it is kept: everything but the secret.

public import FoundationEssentials

/// The record of an API token.
public struct APIToken: Sendable, Hashable {
    // Stored: a change here needs a migration. Instants are whole seconds.
    /// 64 random bits, 16 lower-case hexadecimal digits; unique.
    public let id: String
    /// What its creator calls it; need not be unique.
    public let name: String
    /// What it may do.
    public let role: Role
    /// When it was created.
    public let created: Date
    /// From when on it is not valid any more; nil for never.
    public let expires: Date?
    /// When it was last used, to within ``Budget/useInterval``; nil for never.
    public var lastUsed: Date?
    /// When it was revoked; nil while it is not.
    public var revokedAt: Date?
    /// SHA-256 of the secret.
    public let secretHash: [UInt8]
    /// The account that it acts for; nil for one of its own.
    public let account: String?
    /// Whether that account is suspended, as it was when the token was read.
    public let isSuspended: Bool

    /// Restores a record from a store.
    public init(
        id: String,
        name: String,
        role: Role,
        created: Date,
        expires: Date?,
        lastUsed: Date?,
        revokedAt: Date?,
        secretHash: [UInt8],
        account: String? = nil,
        isSuspended: Bool = false
    ) {
        self.id = id
        self.name = name
        self.role = role
        self.created = created
        self.expires = expires
        self.lastUsed = lastUsed
        self.revokedAt = revokedAt
        self.secretHash = secretHash
        self.account = account
        self.isSuspended = isSuspended
    }

    /// Whether the token is a valid proof at the instant, for someone who has the secret; if not, why.
    func denial(at instant: Date) -> AuthenticationDenial? {
        if self.revokedAt != nil { return .revoked }
        if let expires, instant >= expires { return .expired }
        return nil
    }
}

extension APIToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Id, name and role, without the hash.
    public var description: String { "API token \(self.id) (\(self.role.rawValue))" }

    /// Id, name and role, without the hash.
    public var debugDescription: String { self.description }

    /// Everything but the hash.
    public var customMirror: Mirror {
        Mirror(
            self,
            children: [
                "id": self.id, "name": self.name, "role": self.role, "created": self.created,
                "expires": self.expires as Any, "lastUsed": self.lastUsed as Any, "revokedAt": self.revokedAt as Any,
            ]
        )
    }
}
