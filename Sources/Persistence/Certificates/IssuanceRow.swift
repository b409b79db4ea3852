// Issuances under way: into the database and out of it.

import CertificateAuthority
import GRDB
import PKIX

enum IssuanceRow {
    /// `ON CONFLICT`: a serial number that any issuance ever had is no error, but changes no row; so does a blocked key.
    static let insert = """
        INSERT INTO certificates (
            serial, state, issuer, shard, profile, profile_hash, agent, names, public_key_hash, not_before, not_after,
            tbs_certificate, scheme, begun_at, actor, address, request_id, idempotency_scope, idempotency_key
        )
        SELECT ?1, 0, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18
        WHERE NOT EXISTS (SELECT 1 FROM blocked_keys WHERE public_key_hash = ?8)
        ON CONFLICT (serial) DO NOTHING
        """

    /// Besides the certificate, the hash of its key, which may be blocked.
    static let complete = """
        UPDATE certificates
        SET state = 1, certificate = ?1, issued_at = ?2, sha256 = ?4, tbs_certificate = NULL,
            idempotency_scope = NULL, idempotency_key = NULL
        WHERE serial = ?3 AND state = 0
        RETURNING \(CertificateRow.columns), public_key_hash
        """

    /// The to-be-signed bytes stay: they may have been signed.
    static let abandon = "UPDATE certificates SET state = 2 WHERE serial = ? AND state = 0"

    static let underWay = """
        SELECT id, serial, issuer, profile, profile_hash, agent, names, public_key_hash, not_before, not_after,
            tbs_certificate, scheme, begun_at, actor, address, request_id, scope, key, request_hash, shard
        FROM certificates INDEXED BY certificates_begun
        LEFT JOIN idempotency
            ON scope = idempotency_scope AND key = idempotency_key AND certificate_id = certificates.id
        WHERE state = 0 AND id > ?
        ORDER BY id
        LIMIT ?
        """

    static func arguments(_ issuance: BegunIssuance) -> StatementArguments {
        [
            issuance.serialNumber.bytes.data, issuance.issuer, issuance.shard, issuance.profile,
            issuance.profileHash.data,
            issuance.agent, issuance.names, issuance.publicKeyHash.data, issuance.notBefore.secondsSinceEpoch,
            issuance.notAfter.secondsSinceEpoch, issuance.tbsCertificate.data, issuance.scheme.rawValue,
            issuance.begunAt.secondsSinceEpoch, issuance.requester.actor, issuance.requester.address,
            issuance.requester.requestID, issuance.idempotency?.scope, issuance.idempotency?.key,
        ]
    }

    /// The issuance of a row of ``underWay``.
    static func decode(_ row: Row) throws -> (id: Int64, issuance: BegunIssuance) {
        let issuance = BegunIssuance(
            serialNumber: try SerialNumber(bytes: row.bytes(1)),
            issuer: try row.value(2),
            shard: try row.value(19),
            profile: try row.value(3),
            profileHash: try row.bytes(4),
            agent: try row.optional(5),
            names: try row.value(6),
            publicKeyHash: try row.bytes(7),
            notBefore: try row.time(8),
            notAfter: try row.time(9),
            tbsCertificate: try row.bytes(10),
            scheme: try Self.scheme(row.value(11)),
            begunAt: try row.time(12),
            requester: Requester(
                actor: try row.value(13),
                address: try row.optional(14),
                requestID: try row.optional(15)
            ),
            idempotency: try Self.idempotency(row)
        )
        return (id: try row.value(0), issuance: issuance)
    }

    private static func scheme(_ name: String) throws -> SignatureScheme {
        guard let scheme = SignatureScheme(rawValue: name) else {
            throw AuthorityError(.storeFailed, "the database holds an unknown signature scheme")
        }
        return scheme
    }

    private static func idempotency(_ row: Row) throws -> IdempotencyKey? {
        guard let scope: String = try row.optional(16) else { return nil }
        return IdempotencyKey(scope: scope, key: try row.value(17), requestHash: try row.bytes(18))
    }
}
