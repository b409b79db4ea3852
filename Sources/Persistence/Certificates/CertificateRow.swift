// Issued certificates out of the database.

import AuditLog
import CertificateAuthority
import GRDB
import PKIX

enum CertificateRow {
    /// What ``decode(_:)`` reads, in its order; `place` is `id`, see ``Schema``.
    static let columns = """
        place, serial, issuer, profile, agent, names, actor, not_before, not_after, issued_at, certificate, \
        revoked_at, revocation_reason, invalidity_date
        """

    static let find = "SELECT \(columns) FROM certificates WHERE serial = ? AND state IN (1, 3)"

    static let findByID = "SELECT \(columns) FROM certificates WHERE id = ? AND state IN (1, 3)"

    /// The certificate of a row with ``columns``.
    static func decode(_ row: Row) throws -> StoredCertificate {
        StoredCertificate(
            id: try row.value(0),
            serialNumber: try SerialNumber(bytes: row.bytes(1)),
            issuer: try row.value(2),
            profile: try row.value(3),
            agent: try row.optional(4),
            names: try row.value(5),
            requestedBy: try row.value(6),
            notBefore: try row.time(7),
            notAfter: try row.time(8),
            issuedAt: try row.time(9),
            certificate: try row.bytes(10),
            revocation: try Self.revocation(row)
        )
    }

    private static func revocation(_ row: Row) throws -> Revocation? {
        guard let revokedAt = try row.optionalTime(11) else { return nil }
        let code: Int = try row.value(12)
        guard let reason = RevocationReason(code: code) else {
            throw AuthorityError(.storeFailed, "the database holds the unknown revocation reason \(code)")
        }
        return Revocation(revokedAt: revokedAt, reason: reason, invalidityDate: try row.optionalTime(13))
    }
}

extension Row {
    /// The second in a column that is not NULL.
    func time(_ index: Int) throws -> CertificateTime {
        CertificateTime(secondsSinceEpoch: try self.value(index))
    }

    /// The second in a column, if any.
    func optionalTime(_ index: Int) throws -> CertificateTime? {
        try self.optional(index).map { CertificateTime(secondsSinceEpoch: $0) }
    }
}
