// Revocations in force, as CRLs list them, and the status of one serial number.

import CertificateAuthority
import GRDB
import PKIX

enum InForceRow {
    static let status = """
        SELECT state, not_after, revoked_at, revocation_reason, invalidity_date FROM certificates
        WHERE serial = ? AND issuer = ? AND state IN (1, 3)
        """

    static let dropExpired = """
        DELETE FROM revocations_in_force WHERE (issuer, serial) IN (
            SELECT issuer, serial FROM revocations_in_force INDEXED BY revocations_in_force_by_expiry
            WHERE issuer = ?1 AND not_after < ?2 ORDER BY not_after LIMIT ?3
        )
        """

    /// The statement for a page of a partition.
    static func list(byShard: Bool) -> String {
        """
        SELECT serial, not_after, revoked_at, reason, invalidity_date
        FROM revocations_in_force \(byShard ? "INDEXED BY revocations_in_force_by_shard" : "")
        WHERE issuer = ?1 \(byShard ? "AND shard = ?5" : "") AND serial > ?2 AND not_after >= ?3
        ORDER BY serial LIMIT ?4
        """
    }

    /// The statement for how many there are of a partition.
    static func count(byShard: Bool) -> String {
        """
        SELECT count(*) FROM revocations_in_force \(byShard ? "INDEXED BY revocations_in_force_by_shard" : "")
        WHERE issuer = ?1 \(byShard ? "AND shard = ?2" : "")
        """
    }

    /// The revocation of a row of a page.
    static func decode(_ row: Row) throws -> RevocationInForce {
        RevocationInForce(
            serialNumber: try SerialNumber(bytes: row.bytes(0)),
            notAfter: try row.time(1),
            revocation: try row.revocation(2)
        )
    }

    /// The status of a row.
    static func decodeStatus(_ row: Row) throws -> StatusRecord {
        let notAfter = try row.time(1)
        guard try row.value(0) == 3 else { return .issued(notAfter: notAfter) }
        return .revoked(try row.revocation(2), notAfter: notAfter)
    }
}
