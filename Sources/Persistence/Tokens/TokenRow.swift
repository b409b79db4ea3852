// API tokens: into the database and out of it. Instants are whole seconds, as `APIToken` says.

import CertificateAuthority
import Foundation
import GRDB
import RegistrationAuthority

enum TokenRow {
    private static let written = "id, name, role, created, expires, last_used, revoked_at, secret_hash, account"

    static let columns = """
        \(written), EXISTS (
            SELECT 1 FROM accounts
            WHERE accounts.id = coalesce(api_tokens.account, 'token:' || api_tokens.id) AND status = 'SUSPENDED'
        )
        """

    static let insert = """
        INSERT INTO api_tokens (\(written)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
        """

    static let find = "SELECT \(columns) FROM api_tokens WHERE id = ?"

    static let list = "SELECT \(columns) FROM api_tokens WHERE id > ? ORDER BY id LIMIT ?"

    static let listOfAccount = "SELECT \(columns) FROM api_tokens WHERE account = ? ORDER BY id LIMIT ?"

    static let revoke = "UPDATE api_tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL"

    static let recordUse = """
        UPDATE api_tokens SET last_used = ?1 WHERE id = ?2 AND (last_used IS NULL OR last_used < ?1)
        """

    static func arguments(_ token: APIToken) -> StatementArguments {
        [
            token.id, token.name, token.role.rawValue, token.created.secondsSinceEpoch,
            token.expires?.secondsSinceEpoch, token.lastUsed?.secondsSinceEpoch, token.revokedAt?.secondsSinceEpoch,
            token.secretHash.data, token.account,
        ]
    }

    /// The token of a row with ``columns``.
    static func decode(_ row: Row) throws -> APIToken {
        // No role is safer than a guessed one: a token of a role that this version does not know cannot be used.
        guard let role = Role(rawValue: try row.value(2)) else {
            throw AuthorityError(.storeFailed, "the database holds an API token with an unknown role")
        }
        return APIToken(
            id: try row.value(0),
            name: try row.value(1),
            role: role,
            created: Date(secondsSinceEpoch: try row.value(3)),
            expires: try row.optional(4).map(Date.init(secondsSinceEpoch:)),
            lastUsed: try row.optional(5).map(Date.init(secondsSinceEpoch:)),
            revokedAt: try row.optional(6).map(Date.init(secondsSinceEpoch:)),
            secretHash: try row.bytes(7),
            account: try row.optional(8),
            isSuspended: try row.value(9)
        )
    }
}

extension Date {
    /// The second in which the instant lies.
    var secondsSinceEpoch: Int64 { Int64(self.timeIntervalSince1970.rounded(.down)) }

    fileprivate init(secondsSinceEpoch: Int64) {
        self.init(timeIntervalSince1970: Double(secondsSinceEpoch))
    }
}
