// `AccountStore` on SQLite.

public import AuditLog
public import FoundationEssentials
import GRDB
import PKIX
public import RegistrationAuthority

extension SQLiteStore: AccountStore {
    /// Adds an account, and the key that acts for it, if any; false, and no audit entry, when there is one with its id.
    public func create(_ account: Account, key: IdentityKey?, audit: AuditEvent) async throws -> Bool {
        try await self.write { transaction in
            let arguments = try AccountRow.arguments(account)
            guard try transaction.database.change(AccountRow.insert, arguments) == 1 else { return false }
            if let key {
                let values: StatementArguments = [key.thumbprint, account.id, key.key.subjectPublicKeyInfo.data]
                try transaction.database.change(AccountKeyRow.insert, values)
            }
            try transaction.append(audit)
            return true
        }
    }

    /// The account with the id, or nil.
    public func account(id: String) async throws -> Account? {
        try await self.read { try $0.one(AccountRow.find, [id], AccountRow.decode) }
    }

    /// Accounts with an id above the given one (nil for the start), in ascending order of id, at most `limit`.
    public func accounts(after id: String?, limit: Int) async throws -> [Account] {
        try await self.read { try $0.all(AccountRow.list, [id ?? "", Self.rows(limit)], AccountRow.decode) }
    }

    /// Changes an account, and returns it as it is then; nil, and no audit entry, when there is none.
    public func change(
        _ id: String,
        _ change: AccountChange,
        at instant: Date,
        audit: AuditEvent
    ) async throws -> Account? {
        try await self.write { transaction in
            let arguments = try AccountRow.arguments(id, change, at: instant)
            guard try transaction.database.change(AccountRow.change, arguments) == 1 else { return nil }
            try transaction.append(audit)
            return try transaction.database.one(AccountRow.find, [id], AccountRow.decode)
        }
    }

    /// What is known of a key, by its thumbprint; nil for one that never opened an account, nor took another one's place or lost
    /// its own.
    public func key(thumbprint: String) async throws -> AccountKey? {
        try await self.read { try $0.one(AccountKeyRow.find, [thumbprint], AccountKeyRow.decode) }
    }
}
