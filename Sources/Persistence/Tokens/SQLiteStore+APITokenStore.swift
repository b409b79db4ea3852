// `APITokenStore` on SQLite.

public import AuditLog
public import FoundationEssentials
import GRDB
public import RegistrationAuthority

extension SQLiteStore: APITokenStore {
    /// Adds a token.
    ///
    /// Throws `RegistrationError.tokenExists` when the id is taken.
    public func create(_ token: APIToken, audit: AuditEvent) async throws {
        try await self.write { transaction in
            guard try transaction.database.change(TokenRow.insert, TokenRow.arguments(token)) == 1 else {
                throw RegistrationError(.tokenExists, "an API token with the id \(token.id) exists")
            }
            try transaction.append(audit)
        }
    }

    /// The token with the id, or nil.
    public func token(id: String) async throws -> APIToken? {
        try await self.read { try $0.one(TokenRow.find, [id], TokenRow.decode) }
    }

    /// Tokens with an id above the given one (nil for the start), in ascending order of id, at most `limit`.
    public func list(after id: String?, limit: Int) async throws -> [APIToken] {
        // No id is empty, so that the empty text comes before the first.
        try await self.read { try $0.all(TokenRow.list, [id ?? "", Self.rows(limit)], TokenRow.decode) }
    }

    /// Tokens that act for an account, in ascending order of id, at most `limit`.
    public func tokens(of account: String, limit: Int) async throws -> [APIToken] {
        try await self.read { try $0.all(TokenRow.listOfAccount, [account, Self.rows(limit)], TokenRow.decode) }
    }

    /// Revokes a token, and returns it as it is then; nil, and no audit entry, when there is none.
    ///
    /// A token that was revoked before keeps its first instant, and no second audit entry is made.
    public func revoke(id: String, at instant: Date, audit: AuditEvent) async throws -> APIToken? {
        try await self.write { transaction in
            if try transaction.database.change(TokenRow.revoke, [instant.secondsSinceEpoch, id]) == 1 {
                try transaction.append(audit)
            }
            return try transaction.database.one(TokenRow.find, [id], TokenRow.decode)
        }
    }

    /// Notes that a token was used; a later note that is already there stays, and an unknown id is ignored.
    public func recordUse(id: String, at instant: Date) async throws {
        _ = try await self.write { transaction in
            try transaction.database.change(TokenRow.recordUse, [instant.secondsSinceEpoch, id])
        }
    }
}
