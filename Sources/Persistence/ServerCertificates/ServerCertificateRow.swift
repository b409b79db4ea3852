// Public certificates: into the database and out of it.

import CertificateAuthority
import Foundation
import GRDB
import PKIX
import ServerCertificates

enum ServerCertificateRow {
    static let columns = """
        agent, host, reference, added_at_ms, fingerprint, public_key_hash, not_before, not_after, authority, timestamps,
        is_revoked, certificate, chain
        """

    static let insert = """
        INSERT INTO server_certificates (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    static let listOfAgent = "SELECT \(columns) FROM server_certificates WHERE agent = ? ORDER BY id"

    static let find = "SELECT \(columns) FROM server_certificates WHERE fingerprint = ? ORDER BY id"

    static let findByReference = "SELECT \(columns) FROM server_certificates WHERE reference = ?"

    static let findOfAgent = "SELECT \(columns) FROM server_certificates WHERE agent = ? AND fingerprint = ?"

    static let revoke = "UPDATE server_certificates SET is_revoked = 1 WHERE fingerprint = ? AND is_revoked = 0"

    static let revokeOfAgent = "UPDATE server_certificates SET is_revoked = 1 WHERE agent = ? AND fingerprint = ?"

    static let findRenewal = """
        SELECT window_start, window_end, ask_again_at_ms FROM server_certificate_renewals WHERE fingerprint = ?
        """

    static let writeRenewal = """
        INSERT INTO server_certificate_renewals (fingerprint, window_start, window_end, ask_again_at_ms)
        VALUES (?1, ?2, ?3, ?4) ON CONFLICT (fingerprint) DO UPDATE
        SET window_start = ?2, window_end = ?3, ask_again_at_ms = ?4
        """

    static let countInLastThird = """
        SELECT COUNT(*) FROM server_certificates AS own
        WHERE is_revoked = 0 AND not_after >= ?1 AND not_before + (not_after - not_before) * 2 / 3 <= ?1
            AND NOT EXISTS (
                SELECT 1 FROM server_certificates AS newer
                WHERE newer.agent = own.agent AND newer.is_revoked = 0 AND newer.not_after > own.not_after
            )
        """

    static func arguments(_ kept: KeptCertificate) -> StatementArguments {
        let certificate = kept.certificate
        let authority: String? = if case .authority(let name) = certificate.source { name } else { nil }
        return [
            kept.agent, kept.host, kept.reference, kept.addedAt.milliseconds, certificate.fingerprint.data,
            certificate.publicKeyHash.data, certificate.notBefore.secondsSinceEpoch,
            certificate.notAfter.secondsSinceEpoch, authority, certificate.timestamps, certificate.isRevoked,
            certificate.certificate.data,
            certificate.chain.map { $0.data.base64EncodedString() }.joined(separator: "\n"),
        ]
    }

    /// The certificate of a row with ``columns``.
    static func decode(_ row: Row) throws -> KeptCertificate {
        let authority: String? = try row.optional(8)
        let chain: String = try row.value(12)
        return KeptCertificate(
            agent: try row.value(0),
            host: try row.value(1),
            reference: try row.value(2),
            addedAt: Date(milliseconds: try row.value(3)),
            certificate: ServerCertificate(
                certificate: try row.bytes(11),
                chain: try chain.split(separator: "\n").map { line in
                    guard let der = Data(base64Encoded: String(line)) else {
                        throw AuthorityError(.storeFailed, "the database holds a chain that cannot be read")
                    }
                    return [UInt8](der)
                },
                fingerprint: try row.bytes(4),
                publicKeyHash: try row.bytes(5),
                notBefore: CertificateTime(secondsSinceEpoch: try row.value(6)),
                notAfter: CertificateTime(secondsSinceEpoch: try row.value(7)),
                source: authority.map { .authority($0) } ?? .brought,
                timestamps: try row.value(9),
                isRevoked: try row.value(10)
            )
        )
    }

    static func decodeRenewal(_ row: Row) throws -> KeptRenewalInfo {
        let (start, end): (Int64?, Int64?) = (try row.optional(0), try row.optional(1))
        let window = start.flatMap { start in
            end.flatMap { end in
                start <= end
                    ? CertificateTime(secondsSinceEpoch: start)...CertificateTime(secondsSinceEpoch: end) : nil
            }
        }
        return KeptRenewalInfo(window: window, askAgainAt: Date(milliseconds: try row.value(2)))
    }
}
