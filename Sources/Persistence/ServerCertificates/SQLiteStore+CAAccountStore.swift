// `CAAccountStore` and `RateLimitMemory` on SQLite.

public import ACME
import CertificateAuthority
import Foundation
import GRDB
public import PKIX
public import ServerCertificates

extension SQLiteStore: CAAccountStore {
    /// The address of an account; nil when none is known.
    public func accountURL(authority: String, thumbprint: String) async throws -> String? {
        try await self.read { try $0.one(CAAccountRow.find, [authority, thumbprint]) { try $0.value(0) } }
    }

    /// Remembers the address of an account, in the place of a former one; forgets it when it is nil.
    public func keepAccountURL(_ url: String?, authority: String, thumbprint: String) async throws {
        _ = try await self.write { transaction in
            if let url {
                try transaction.database.change(CAAccountRow.write, [authority, thumbprint, url])
            } else {
                try transaction.database.change(CAAccountRow.forget, [authority, thumbprint])
            }
        }
    }
}

extension SQLiteStore: RateLimitMemory {
    /// The doors of a CA that are closed to an account.
    public func closedDoors(
        authority: String,
        account: String,
        at now: CertificateTime
    ) async throws -> [ClosedDoor] {
        try await self.read { database in
            try database.all(CAAccountRow.doors, [authority, account, now.secondsSinceEpoch]) { row in
                let scope: String = try row.value(0)
                do {
                    return ClosedDoor(
                        authority: authority,
                        account: account,
                        scope: try JSONDecoder().decode(ClosedDoor.Scope.self, from: Data(scope.utf8)),
                        until: CertificateTime(secondsSinceEpoch: try row.value(1)),
                        includesRenewals: try row.value(2),
                        reason: try row.value(3)
                    )
                } catch is DecodingError {
                    throw AuthorityError(.storeFailed, "the database holds a limit of a CA that cannot be read")
                }
            }
        }
    }

    /// Remembers a door; one of the same scope is replaced, and those that have opened long ago are forgotten.
    public func close(_ door: ClosedDoor) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let scope = String(decoding: try encoder.encode(door.scope), as: UTF8.self)
        // None is closed for longer: what opened before this was over when the door was met.
        let old = door.until.secondsSinceEpoch - ACME.Budget.longestRetryAfter
        try await self.write { transaction in
            try transaction.database.change(CAAccountRow.forgetDoors, [door.authority, door.account, old])
            try transaction.database.change(
                CAAccountRow.closeDoor,
                [
                    door.authority, door.account, scope, door.until.secondsSinceEpoch, door.includesRenewals,
                    door.reason,
                ]
            )
        }
    }
}

enum CAAccountRow {
    static let find = "SELECT url FROM acme_accounts WHERE authority = ? AND thumbprint = ?"

    static let write = """
        INSERT INTO acme_accounts (authority, thumbprint, url) VALUES (?1, ?2, ?3)
        ON CONFLICT (authority, thumbprint) DO UPDATE SET url = ?3
        """

    static let forget = "DELETE FROM acme_accounts WHERE authority = ? AND thumbprint = ?"

    static let doors = """
        SELECT scope, opens_at, includes_renewals, reason FROM acme_limits
        WHERE authority = ? AND thumbprint = ? AND opens_at > ?
        """

    static let forgetDoors = "DELETE FROM acme_limits WHERE authority = ? AND thumbprint = ? AND opens_at < ?"

    static let closeDoor = """
        INSERT INTO acme_limits (authority, thumbprint, scope, opens_at, includes_renewals, reason)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (authority, thumbprint, scope) DO UPDATE
        SET opens_at = ?4, includes_renewals = ?5, reason = ?6
        """
}
