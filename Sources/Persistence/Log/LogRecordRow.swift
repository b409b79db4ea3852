// How far the log is, its checkpoints, and its lease.

import CertificateAuthority
import GRDB
import TransparencyLog

enum LogRecordRow {
    static let write = """
        INSERT INTO log_record (id, size, root, last_id) VALUES (1, ?1, ?2, ?3)
        ON CONFLICT (id) DO UPDATE SET size = excluded.size, root = excluded.root, last_id = excluded.last_id
        """

    /// Of one size there is one root: a second one with another is refused by the key.
    static let addCheckpoint = "INSERT INTO log_checkpoints (size, root, at_ms, checkpoint) VALUES (?, ?, ?, ?)"

    static let sizeOfRoot = "SELECT size FROM log_checkpoints WHERE root = ? ORDER BY size DESC LIMIT 1"

    static func checkpoints(isAscending: Bool) -> String {
        """
        SELECT checkpoint, at_ms FROM log_checkpoints WHERE size >= ?1 AND size <= ?2
        ORDER BY size \(isAscending ? "ASC" : "DESC") LIMIT ?3 OFFSET ?4
        """
    }

    static let firstSince = "SELECT size FROM log_checkpoints WHERE at_ms >= ? ORDER BY at_ms, size LIMIT 1"

    /// Nothing changes while another has it.
    static let acquire = """
        INSERT INTO log_lease (id, holder, until_ms) VALUES (1, ?1, ?2)
        ON CONFLICT (id) DO UPDATE SET holder = ?1, until_ms = ?2 WHERE holder = ?1 OR until_ms <= ?3
        """

    static let release = "DELETE FROM log_lease WHERE holder = ?"

    static let releaseAll = "DELETE FROM log_lease"

    static func find(in database: Database) throws -> LogRecord? {
        try database.one("SELECT size, root, last_id FROM log_record WHERE id = 1", []) { row in
            LogRecord(
                size: Int(try row.value(0) as Int64),
                root: try row.logHash(1),
                lastID: try row.value(2)
            )
        }
    }

    static func leaseHolder(in database: Database) throws -> (holder: String, until: Int64)? {
        try database.one("SELECT holder, until_ms FROM log_lease WHERE id = 1", []) { row in
            (holder: try row.value(0), until: try row.value(1))
        }
    }

    static func arguments(_ record: LogRecord) -> StatementArguments {
        [record.size, record.root.bytes.data, record.lastID]
    }
}
