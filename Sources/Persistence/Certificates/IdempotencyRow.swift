// Idempotency keys: which issuance answers a repeated request.

import CertificateAuthority
import GRDB
import PKIX

enum IdempotencyRow {
    static let find = """
        SELECT request_hash = ?, state, certificate_id
        FROM idempotency JOIN certificates ON certificates.id = certificate_id
        WHERE scope = ? AND key = ?
        """

    static let issuance = """
        SELECT certificate_id, state FROM idempotency JOIN certificates ON certificates.id = certificate_id
        WHERE scope = ? AND key = ?
        """

    static let insert = """
        INSERT INTO idempotency (scope, key, request_hash, certificate_id, created_at) VALUES (?, ?, ?, ?, ?)
        """

    /// Frees the key of an issuance, unless it was forgotten meanwhile and belongs to another one now.
    static let free = """
        DELETE FROM idempotency
        WHERE (scope, key) = (
            SELECT idempotency_scope, idempotency_key FROM certificates WHERE serial = ?1 AND state = 2
        ) AND certificate_id = (SELECT id FROM certificates WHERE serial = ?1)
        """

    /// What an order's reference is kept for beyond a caller's key: longer than any registration is pending.
    private static let orderSeconds = 30 * 86_400

    static let forget = """
        DELETE FROM idempotency WHERE (scope, key) IN (
            SELECT scope, key FROM idempotency INDEXED BY idempotency_by_age
            WHERE created_at < ?1 AND (scope <> '\(IdempotencyKey.orderScope)' OR created_at < ?1 - \(orderSeconds))
            ORDER BY created_at LIMIT ?2
        )
        """

    /// The answer to a request whose key was used before; `nil` for a key that is free.
    static func answer(to key: IdempotencyKey, in database: Database) throws -> BeginOutcome? {
        let found = try database.one(Self.find, [key.requestHash.data, key.scope, key.key]) { row in
            (isSameRequest: try row.value(0) as Bool, state: try row.value(1) as Int, id: try row.value(2) as Int64)
        }
        guard let found else { return nil }
        if !found.isSameRequest { return .idempotencyKeyReused }
        if found.state == 0 { return .inProgress }
        guard let certificate = try database.one(CertificateRow.findByID, [found.id], CertificateRow.decode) else {
            return nil
        }
        return .replay(certificate)
    }

    static func insert(_ key: IdempotencyKey, of issuance: BegunIssuance, id: Int64, into database: Database) throws {
        try database.change(
            Self.insert,
            [key.scope, key.key, key.requestHash.data, id, issuance.begunAt.secondsSinceEpoch]
        )
    }
}
