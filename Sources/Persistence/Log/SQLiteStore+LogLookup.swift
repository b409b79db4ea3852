// `LogLookup` on SQLite.

import Foundation
import GRDB
import PKIX
public import TransparencyLog

extension SQLiteStore: LogLookup {
    /// The places of the entries about a subject, the newest first.
    public func entries(about subject: LogSubject, limit: Int) async throws -> [IntegratedEntry] {
        let (sql, argument) = LogLookupRow.statement(subject)
        return try await self.read { database in
            try database.all(sql, [argument, Self.rows(limit)], LogOutboxRow.integrated)
        }
    }

    /// Checkpoints of greater size than this, or of any for nil, the smallest first.
    public func checkpoints(after size: Int?, limit: Int) async throws -> [[UInt8]] {
        try await self.read { database in
            try database.all(LogRecordRow.checkpointsAfter, [size ?? -1, Self.rows(limit)]) { try $0.bytes(0) }
        }
    }

    /// Checkpoints of the greatest sizes, the greatest first.
    public func lastCheckpoints(limit: Int) async throws -> [[UInt8]] {
        try await self.read { database in
            try database.all(LogRecordRow.lastCheckpoints, [Self.rows(limit)]) { try $0.bytes(0) }
        }
    }
}

enum LogLookupRow {
    /// Of certificates: what is told of their issuance and of each change, the newest first.
    ///
    /// The joins' order is given (`CROSS`): the outbox is never walked for what only a few rows refer to.
    private static func ofCertificates(_ condition: String) -> String {
        """
        SELECT o.id, o.leaf_hash, o.leaf_index FROM certificates c
            CROSS JOIN log_outbox o ON o.kind = 0 AND o.reference = c.id
        WHERE \(condition) AND o.leaf_index IS NOT NULL
        UNION ALL
        SELECT o.id, o.leaf_hash, o.leaf_index FROM certificates c
            CROSS JOIN revocations r ON r.serial = c.serial
            CROSS JOIN log_outbox o ON o.kind = 1 AND o.reference = r.id
        WHERE \(condition) AND o.leaf_index IS NOT NULL
        ORDER BY 1 DESC LIMIT ?2
        """
    }

    static let bySerial = Self.ofCertificates("c.serial = ?1")
    static let byFingerprint = Self.ofCertificates("c.sha256 = ?1")
    static let byHost = Self.ofCertificates("c.agent = ?1 AND c.sha256 IS NOT NULL")

    static let byAgent = """
        SELECT o.id, o.leaf_hash, o.leaf_index FROM registration_events e
            CROSS JOIN log_outbox o ON o.kind = 2 AND o.reference = e.sequence
        WHERE e.agent_id = ?1 AND o.leaf_index IS NOT NULL ORDER BY e.sequence DESC LIMIT ?2
        """

    static func statement(_ subject: LogSubject) -> (sql: String, argument: any DatabaseValueConvertible & Sendable) {
        switch subject {
        case .agent(let id): (Self.byAgent, id)
        case .serialNumber(let serialNumber): (Self.bySerial, serialNumber.bytes.data)
        case .fingerprint(let hash): (Self.byFingerprint, hash.data)
        case .host(let host): (Self.byHost, host)
        }
    }
}
