// `LogLookup` and what is beside it on SQLite.

import Foundation
import GRDB
import PKIX
import RegistrationAuthority
public import TransparencyLog

extension SQLiteStore: LogLookup {
    /// The places of the entries about a subject, the newest first, after so many.
    public func entries(about subject: LogSubject, limit: Int, offset: Int) async throws -> [IntegratedEntry] {
        let (sql, argument) = LogLookupRow.statement(subject)
        return try await self.read { database in
            try database.all(sql, [argument, Self.rows(limit), max(0, offset)], LogOutboxRow.integrated)
        }
    }

    /// The identities that an agent is linked to at present.
    public func identities(of agent: String, limit: Int) async throws -> [LinkedIdentity] {
        try await self.read { database in
            try database.all(LinkedIdentityRow.list, [agent, Self.rows(limit)], LinkedIdentityRow.decode).compactMap {
                $0
            }
        }
    }

    /// Checkpoints that were published.
    public func checkpoints(_ selection: CheckpointSelection) async throws -> [StoredCheckpoint] {
        try await self.read { database in
            var sizes = selection.sizes
            if let since = selection.since {
                let first: Int64? = try database.one(LogRecordRow.firstSince, [since.milliseconds]) { try $0.value(0) }
                guard let first = first.map({ Int($0) }), first <= sizes.upperBound else { return [] }
                sizes = max(first, sizes.lowerBound)...sizes.upperBound
            }
            let arguments: StatementArguments = [
                sizes.lowerBound, sizes.upperBound, Self.rows(selection.limit), max(0, selection.offset),
            ]
            return try database.all(LogRecordRow.checkpoints(isAscending: selection.isAscending), arguments) { row in
                StoredCheckpoint(bytes: try row.bytes(0), at: Date(milliseconds: try row.value(1)))
            }
        }
    }

    /// Checkpoints of greater size than this, or of any for nil, the smallest first.
    public func checkpoints(after size: Int?, limit: Int) async throws -> [[UInt8]] {
        try await self.checkpoints(
            CheckpointSelection(sizes: (size.map { $0 + 1 } ?? 0)...Int.max, isAscending: true, limit: limit)
        ).map(\.bytes)
    }
}

extension SQLiteStore: LogNumbering {
    /// The number of the entry about an act; nil when there is none.
    public func number(of act: LogAct) async throws -> Int64? {
        try await self.read { database in
            switch act {
            case .issuance(let serialNumber):
                return try database.one(LogLookupRow.issuance, [serialNumber.bytes.data]) { try $0.value(0) }
            case .newest(let subject):
                let (sql, argument) = LogLookupRow.statement(subject, onlyIntegrated: false)
                return try database.all(sql, [argument, 1, 0]) { try $0.value(0) as Int64 }.first
            }
        }
    }
}

extension SQLiteStore {
    /// What the log has to tell of and the outbox does not refer to, in words: nothing, unless the store was altered.
    public func unloggedActs(limit: Int) async throws -> [String] {
        try await self.read { database in
            try database.all(UnloggedRow.list, [Self.rows(limit)]) { row in
                let (kind, subject) = (try LogOutboxRow.kind(row, at: 0), try row.value(1) as String)
                return switch kind {
                case .issued: "the issuance of certificate \(subject.lowercased())"
                case .changed: "a revocation or release of certificate \(subject.lowercased())"
                case .registration: "an event of agent \(subject)"
                case .identity: "an event of identity \(subject)"
                }
            }
        }
    }
}

enum UnloggedRow {
    private static func without(_ kind: Int, _ reference: String) -> String {
        "NOT EXISTS (SELECT 1 FROM log_outbox WHERE kind = \(kind) AND reference = \(reference))"
    }

    static let list = """
        SELECT 0, hex(serial) FROM certificates WHERE state IN (1, 3) AND \(without(0, "certificates.id"))
        UNION ALL SELECT 1, hex(serial) FROM revocations WHERE \(without(1, "revocations.id"))
        UNION ALL SELECT 2, agent_id FROM registration_events WHERE \(without(2, "registration_events.sequence"))
        UNION ALL SELECT 3, identity FROM identity_events WHERE \(without(3, "identity_events.sequence"))
        LIMIT ?
        """
}

extension SQLiteStore: LogBacklogReading {
    /// Since when the oldest of what waits has waited.
    public func logBacklog() async throws -> LogBacklog {
        try await self.read { database in
            let last = try LogRecordRow.find(in: database)?.lastID ?? 0
            return LogBacklog(
                unsealedSince: try Self.instant(LogBacklogRow.unsealed, [], in: database),
                unloggedSince: try Self.instant(LogBacklogRow.unlogged, [last], in: database)
            )
        }
    }

    private static func instant(
        _ sql: String,
        _ arguments: StatementArguments,
        in database: Database
    ) throws -> Date? {
        let found = try database.one(sql, arguments) { row in
            (kind: try LogOutboxRow.kind(row, at: 0), reference: try row.value(1) as Int64)
        }
        guard let found else { return nil }
        let instant: Int64? = try database.one(LogBacklogRow.instant(found.kind), [found.reference]) { try $0.value(0) }
        return instant.map { Date(milliseconds: $0) }
    }
}

enum LinkedIdentityRow {
    static let list = """
        SELECT identities.id, identities.value, identities.verified_at, links.linked_at FROM identity_links AS links
        CROSS JOIN identities ON identities.id = links.identity
        JOIN registrations ON registrations.id = links.agent AND registrations.status IN ('ACTIVE', 'DEPRECATED')
        WHERE links.agent = ? AND identities.status = 'VERIFIED' AND identities.verified_at IS NOT NULL
        ORDER BY links.linked_at, identities.id LIMIT ?
        """

    /// Nil for one whose identifier this version cannot read: it hides no other.
    static func decode(_ row: Row) throws -> LinkedIdentity? {
        let value: String = try row.value(1)
        guard let anchor = try? IdentityAnchor(value) else { return nil }
        return LinkedIdentity(
            id: try row.value(0),
            kind: anchor.kind.rawValue,
            value: value,
            verifiedAt: Date(milliseconds: try row.value(2)),
            linkedAt: Date(milliseconds: try row.value(3))
        )
    }
}

enum LogBacklogRow {
    static let unsealed = """
        SELECT kind, reference FROM log_outbox WHERE kind >= 2 AND sealed IS NULL ORDER BY id LIMIT 1
        """

    static let unlogged = "SELECT kind, reference FROM log_outbox WHERE id > ? ORDER BY id LIMIT 1"

    /// When what an entry tells of was committed, in milliseconds.
    static func instant(_ kind: LogOutboxRow.Kind) -> String {
        switch kind {
        case .issued: "SELECT issued_at * 1000 FROM certificates WHERE id = ?"
        case .changed: "SELECT at * 1000 FROM revocations WHERE id = ?"
        case .registration: "SELECT at_ms FROM registration_events WHERE sequence = ?"
        case .identity: "SELECT at_ms FROM identity_events WHERE sequence = ?"
        }
    }
}

enum LogLookupRow {
    private static let integrated = "o.leaf_index IS NOT NULL"

    /// Of certificates: what is told of their issuance and of each change, the newest first.
    ///
    /// The joins' order is given (`CROSS`): the outbox is never walked for what only a few rows refer to.
    ///
    /// - Parameter others: a selection of entries of another kind, to be joined.
    private static func ofCertificates(_ condition: String, _ state: String, and others: String? = nil) -> String {
        """
        SELECT o.id, o.leaf_hash, o.leaf_index FROM certificates c
            CROSS JOIN log_outbox o ON o.kind = 0 AND o.reference = c.id
        WHERE \(condition) AND \(state)
        UNION ALL
        SELECT o.id, o.leaf_hash, o.leaf_index FROM certificates c
            CROSS JOIN revocations r ON r.serial = c.serial
            CROSS JOIN log_outbox o ON o.kind = 1 AND o.reference = r.id
        WHERE \(condition) AND \(state)
        \(others.map { "UNION ALL \($0)" } ?? "")
        ORDER BY 1 DESC LIMIT ?2 OFFSET ?3
        """
    }

    static let bySerial = Self.ofCertificates("c.serial = ?1", Self.integrated)
    static let byFingerprint = Self.ofCertificates("c.sha256 = ?1", Self.integrated)
    static let byHost = Self.ofHost(Self.integrated)
    static let byAgent = Self.ofAgent(Self.integrated)
    static let byIdentity = Self.ofIdentity(Self.integrated)

    static let issuance = """
        SELECT o.id FROM certificates c CROSS JOIN log_outbox o ON o.kind = 0 AND o.reference = c.id WHERE c.serial = ?
        """

    private static func ofAgent(_ state: String) -> String {
        """
        SELECT o.id, o.leaf_hash, o.leaf_index FROM registration_events e
            CROSS JOIN log_outbox o ON o.kind = 2 AND o.reference = e.sequence
        WHERE e.agent_id = ?1 AND \(state) ORDER BY e.sequence DESC LIMIT ?2 OFFSET ?3
        """
    }

    private static func ofIdentity(_ state: String) -> String {
        """
        SELECT o.id, o.leaf_hash, o.leaf_index FROM identity_events e
            CROSS JOIN log_outbox o ON o.kind = 3 AND o.reference = e.sequence
        WHERE e.identity = ?1 AND \(state) ORDER BY e.sequence DESC LIMIT ?2 OFFSET ?3
        """
    }

    private static func ofHost(_ state: String) -> String {
        self.ofCertificates(
            "c.agent = ?1 AND c.sha256 IS NOT NULL",
            state,
            and: """
                SELECT o.id, o.leaf_hash, o.leaf_index FROM registrations g
                    CROSS JOIN registration_events e ON e.agent_id = g.id
                    CROSS JOIN log_outbox o ON o.kind = 2 AND o.reference = e.sequence
                WHERE g.host = ?1 AND \(state)
                """
        )
    }

    static func statement(
        _ subject: LogSubject,
        onlyIntegrated: Bool = true
    ) -> (sql: String, argument: any DatabaseValueConvertible & Sendable) {
        let state = onlyIntegrated ? Self.integrated : "TRUE"
        return switch subject {
        case .agent(let id): (Self.ofAgent(state), id)
        case .identity(let id): (Self.ofIdentity(state), id)
        case .serialNumber(let serialNumber): (Self.ofCertificates("c.serial = ?1", state), serialNumber.bytes.data)
        case .fingerprint(let hash): (Self.ofCertificates("c.sha256 = ?1", state), hash.data)
        case .host(let host): (Self.ofHost(state), host)
        }
    }
}
