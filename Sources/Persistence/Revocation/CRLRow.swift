// CRLs in the database: numbers given out, and what is published under them.

import CertificateAuthority
import GRDB
import PKIX

enum CRLRow {
    private static let columns = """
        issuer, shard, kind, number, base_number, this_update, next_update, position, entries, size, sha256
        """

    static let lastNumber = "SELECT number FROM crls WHERE issuer = ? AND shard = ? ORDER BY number DESC LIMIT 1"

    static let reserve = """
        INSERT INTO crls (issuer, shard, number, kind, state, position) VALUES (?, ?, ?, ?, 0, ?)
        """

    static let publish = """
        UPDATE crls
        SET state = 1, position = ?1, base_number = ?2, this_update = ?3, next_update = ?4, entries = ?5, size = ?6,
            sha256 = ?7
        WHERE issuer = ?8 AND shard = ?9 AND number = ?10 AND kind = ?11 AND state = 0
        """

    /// Never the row with the highest number of the partition, from which the next one is counted.
    static let forget = "DELETE FROM crls WHERE issuer = ? AND shard = ? AND number < ? AND kind = ?"

    static let published = """
        SELECT \(columns) FROM crls INDEXED BY crls_published
        WHERE issuer = ? AND shard = ? AND kind = ? AND state = 1
        """

    /// One row for each kind and partition: the others were forgotten.
    static let allPublished = """
        SELECT \(columns) FROM crls INDEXED BY crls_published WHERE state = 1 ORDER BY issuer, shard, kind
        """

    /// The CRL of a row that is published.
    static func decode(_ row: Row) throws -> PublishedCRL {
        let shard: Int = try row.value(1)
        guard let kind = CRLKind(rawValue: try row.value(2)) else {
            throw AuthorityError(.storeFailed, "the database holds an unknown kind of CRL")
        }
        return PublishedCRL(
            partition: CRLPartition(issuer: try row.value(0), shard: shard < 0 ? nil : shard),
            kind: kind,
            number: try row.value(3),
            baseNumber: try row.optional(4),
            thisUpdate: try row.time(5),
            nextUpdate: try row.time(6),
            position: try row.value(7),
            entries: try row.value(8),
            size: try row.value(9),
            sha256: try row.bytes(10)
        )
    }

    /// The CRL that a partition has published last.
    static func published(
        _ kind: CRLKind,
        of partition: CRLPartition,
        in database: Database
    ) throws -> PublishedCRL? {
        try database.one(Self.published, [partition.issuer, partition.column, kind.rawValue], Self.decode)
    }

    /// Writes a published CRL over its reservation; whether there was one.
    static func publish(_ crl: PublishedCRL, in database: Database) throws -> Bool {
        let (issuer, shard) = (crl.partition.issuer, crl.partition.column)
        let arguments: StatementArguments = [
            crl.position, crl.baseNumber, crl.thisUpdate.secondsSinceEpoch, crl.nextUpdate.secondsSinceEpoch,
            crl.entries, crl.size, crl.sha256.data, issuer, shard, crl.number, crl.kind.rawValue,
        ]
        guard try database.change(Self.publish, arguments) == 1 else { return false }
        try database.change(Self.forget, [issuer, shard, crl.number, crl.kind.rawValue])
        return true
    }
}

extension CRLPartition {
    /// The shard as the table has it.
    var column: Int { self.shard ?? -1 }
}
