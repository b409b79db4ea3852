// The feed of changes out of the database.

import CertificateAuthority
import GRDB
import PKIX

enum ChangeRow {
    static let columns = """
        id, kind, issuer, shard, serial, not_after, at, revoked_at, reason, invalidity_date
        """

    static let last = "SELECT max(id) FROM revocations"

    static let list = "SELECT \(columns) FROM revocations WHERE id > ? ORDER BY id LIMIT ?"

    /// The statement for the last change of each certificate of a partition.
    static func listLast(byShard: Bool) -> String {
        """
        SELECT \(Self.columns)
        FROM revocations AS change INDEXED BY revocations_by_\(byShard ? "shard" : "issuer")
        WHERE issuer = ?1 \(byShard ? "AND shard = ?4" : "") AND id > ?2 AND NOT EXISTS (
            SELECT 1 FROM revocations AS later INDEXED BY revocations_by_serial
            WHERE later.serial = change.serial AND later.id > change.id
        )
        ORDER BY id LIMIT ?3
        """
    }

    /// The position of the last change; 0 before the first.
    static func lastPosition(_ database: Database) throws -> Int64 {
        let last: Int64?? = try database.one(Self.last, []) { try $0.optional(0) }
        return (last ?? nil) ?? 0
    }

    /// The change of a row.
    static func decode(_ row: Row) throws -> RevocationChange {
        guard let kind = RevocationChange.Kind(rawValue: try row.value(1)) else {
            throw AuthorityError(.storeFailed, "the database holds an unknown kind of revocation")
        }
        return RevocationChange(
            position: try row.value(0),
            kind: kind,
            issuer: try row.value(2),
            shard: try row.value(3),
            serialNumber: try SerialNumber(bytes: row.bytes(4)),
            notAfter: try row.time(5),
            at: try row.time(6),
            revocation: try row.revocation(7)
        )
    }
}
