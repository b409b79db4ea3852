// Revocations: a change of a certificate's row.

import CertificateAuthority
import GRDB
import PKIX

enum RevocationRow {
    static let revoke = """
        UPDATE certificates SET state = 3, revoked_at = ?, revocation_reason = ?, invalidity_date = ?
        WHERE serial = ? AND state = 1
        RETURNING \(CertificateRow.columns)
        """

    static func revoke(
        _ serialNumber: SerialNumber,
        _ revocation: Revocation,
        in database: Database
    ) throws -> RevocationOutcome {
        let serial = serialNumber.bytes.data
        let revoked = try database.one(
            Self.revoke,
            [
                revocation.revokedAt.secondsSinceEpoch, revocation.reason.code,
                revocation.invalidityDate?.secondsSinceEpoch, serial,
            ],
            CertificateRow.decode
        )
        if let revoked { return .revoked(revoked) }
        guard let before = try database.one(CertificateRow.find, [serial], CertificateRow.decode) else {
            return .notFound
        }
        return .alreadyRevoked(before)
    }
}
