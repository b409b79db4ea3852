// A revocation: a change of a certificate's row, an entry of the feed, and a row of what CRLs list.

import CertificateAuthority
import GRDB
import PKIX

enum RevocationRow {
    /// A hold gives way to another reason; the time that it began stands.
    static let revoke = """
        UPDATE certificates
        SET state = 3, revoked_at = coalesce(revoked_at, ?1), revocation_reason = ?2,
            invalidity_date = coalesce(?3, invalidity_date)
        WHERE serial = ?4 AND (state = 1 OR (state = 3 AND revocation_reason = 6 AND ?2 <> 6))
        RETURNING \(CertificateRow.columns)
        """

    /// The state that the row has, as a change of kind 0.
    static let recordRevoked = """
        INSERT INTO revocations (
            kind, certificate_id, issuer, shard, serial, not_after, at, revoked_at, reason, invalidity_date
        )
        SELECT 0, id, issuer, shard, serial, not_after, ?1, revoked_at, revocation_reason, invalidity_date
        FROM certificates WHERE serial = ?2
        """

    static let putInForce = """
        INSERT INTO revocations_in_force (issuer, serial, shard, not_after, revoked_at, reason, invalidity_date)
        SELECT issuer, serial, shard, not_after, revoked_at, revocation_reason, invalidity_date
        FROM certificates WHERE serial = ?1
        ON CONFLICT (issuer, serial) DO UPDATE
            SET revoked_at = excluded.revoked_at, reason = excluded.reason, invalidity_date = excluded.invalidity_date
        """

    /// The hold that is about to end, as a change of kind 1; no row when there is no hold.
    static let recordReleased = """
        INSERT INTO revocations (
            kind, certificate_id, issuer, shard, serial, not_after, at, revoked_at, reason, invalidity_date
        )
        SELECT 1, id, issuer, shard, serial, not_after, ?1, revoked_at, revocation_reason, invalidity_date
        FROM certificates WHERE serial = ?2 AND state = 3 AND revocation_reason = 6
        """

    static let release = """
        UPDATE certificates SET state = 1, revoked_at = NULL, revocation_reason = NULL, invalidity_date = NULL
        WHERE serial = ? AND state = 3
        RETURNING \(CertificateRow.columns)
        """

    static let takeOutOfForce = "DELETE FROM revocations_in_force WHERE issuer = ? AND serial = ?"

    /// Revokes a certificate; `nil` when nothing has changed.
    static func revoke(
        _ serialNumber: SerialNumber,
        _ revocation: Revocation,
        in database: Database
    ) throws -> StoredCertificate? {
        let (serial, at) = (serialNumber.bytes.data, revocation.revokedAt.secondsSinceEpoch)
        let revoked = try database.one(
            Self.revoke,
            [at, revocation.reason.code, revocation.invalidityDate?.secondsSinceEpoch, serial],
            CertificateRow.decode
        )
        guard let revoked else { return nil }
        try database.change(Self.recordRevoked, [at, serial])
        try database.change(Self.putInForce, [serial])
        return revoked
    }

    /// Releases a certificate from hold; `nil` when nothing has changed.
    static func release(
        _ serialNumber: SerialNumber,
        at instant: CertificateTime,
        in database: Database
    ) throws -> StoredCertificate? {
        let serial = serialNumber.bytes.data
        guard try database.change(Self.recordReleased, [instant.secondsSinceEpoch, serial]) == 1,
            let released = try database.one(Self.release, [serial], CertificateRow.decode)
        else { return nil }
        try database.change(Self.takeOutOfForce, [released.issuer, serial])
        return released
    }

    /// The certificate as it is.
    static func find(_ serialNumber: SerialNumber, in database: Database) throws -> StoredCertificate? {
        try database.one(CertificateRow.find, [serialNumber.bytes.data], CertificateRow.decode)
    }
}
