// Audit entries: into the database and out of it, exactly as they were hashed.

import AuditLog
import GRDB

enum AuditRow {
    static let columns = """
        sequence, at_ms, actor, action, object, address, request_id, result, profile_hash, policy_hash, details, \
        previous_hash, hash
        """

    static let insert = "INSERT INTO audit (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

    static let head = "SELECT sequence, hash FROM audit WHERE sequence = (SELECT max(sequence) FROM audit)"

    static let list = "SELECT \(columns) FROM audit WHERE sequence > ? ORDER BY sequence LIMIT ?"

    static func head(_ database: Database) throws -> AuditHead? {
        try database.one(Self.head, []) { AuditHead(sequence: try $0.value(0), hash: try $0.bytes(1)) }
    }

    static func insert(_ entry: AuditEntry, into database: Database) throws {
        let event = entry.event
        try database.change(
            Self.insert,
            [
                entry.sequence, event.atMilliseconds, event.actor, event.action.rawValue, event.object, event.address,
                event.requestID, event.result.rawValue, event.profileHash?.data, event.policyHash?.data,
                AuditDetails.encode(event.details), entry.previousHash.data, entry.hash.data,
            ]
        )
    }

    /// The entry of a row with ``columns``, unchecked but for its form.
    static func decode(_ row: Row) throws -> AuditEntry {
        let sequence: Int64 = try row.value(0)
        guard let result = AuditResult(rawValue: try row.value(7)) else {
            throw AuditError(.malformed, at: sequence, "the result of entry \(sequence) is none that is ever written")
        }
        let event = AuditEvent(
            atMilliseconds: try row.value(1),
            actor: try row.value(2),
            action: AuditAction(rawValue: try row.value(3)),
            object: try row.value(4),
            address: try row.optional(5),
            requestID: try row.optional(6),
            result: result,
            profileHash: try row.optionalBytes(8),
            policyHash: try row.optionalBytes(9),
            details: try AuditDetails.decode(row.value(10), of: sequence)
        )
        return AuditEntry(
            sequence: sequence,
            event: event,
            previousHash: try row.bytes(11),
            hash: try row.bytes(12)
        )
    }
}
