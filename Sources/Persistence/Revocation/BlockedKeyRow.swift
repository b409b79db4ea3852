// Blocked keys.

import CertificateAuthority
import GRDB
import PKIX

enum BlockedKeyRow {
    static let find = "SELECT public_key_hash, reason, blocked_at FROM blocked_keys WHERE public_key_hash = ?"

    static let insert = """
        INSERT INTO blocked_keys (public_key_hash, reason, blocked_at) VALUES (?, ?, ?)
        ON CONFLICT (public_key_hash) DO NOTHING
        """

    /// The block on a key, if any.
    static func key(_ publicKeyHash: [UInt8], in database: Database) throws -> BlockedKey? {
        try database.one(Self.find, [publicKeyHash.data]) { row in
            BlockedKey(
                publicKeyHash: try row.bytes(0),
                reason: try row.reason(1),
                blockedAt: try row.time(2)
            )
        }
    }

    /// Blocks a key; whether it was not blocked before.
    static func insert(_ key: BlockedKey, into database: Database) throws -> Bool {
        let arguments: StatementArguments = [
            key.publicKeyHash.data, key.reason.code, key.blockedAt.secondsSinceEpoch,
        ]
        return try database.change(Self.insert, arguments) == 1
    }
}

extension Row {
    /// The revocation reason in a column.
    func reason(_ index: Int) throws -> RevocationReason {
        let code: Int = try self.value(index)
        guard let reason = RevocationReason(code: code) else {
            throw AuthorityError(.storeFailed, "the database holds the unknown revocation reason \(code)")
        }
        return reason
    }

    /// A revocation in three columns: since when, why, and its invalidity date.
    func revocation(_ index: Int) throws -> Revocation {
        Revocation(
            revokedAt: try self.time(index),
            reason: try self.reason(index + 1),
            invalidityDate: try self.optionalTime(index + 2)
        )
    }
}
