// Registrations: into the database and out of it.

import CertificateAuthority
import DNS
import Foundation
import GRDB
import RegistrationAuthority

enum RegistrationRow {
    static let columns = "id, owner, zone, thumbprint, status, revision, document, lease_holder, lease_until"

    static let insert = """
        INSERT INTO registrations (
            id, owner, ans_name, host, zone, thumbprint, status, holds_name, holds_host, revision, due_at, lease_holder,
            lease_until, document
        ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?)
        """

    /// With an instant as ?10, a lease of that instant stays as it is.
    static let update = """
        UPDATE registrations SET
            status = ?3, holds_name = ?4, holds_host = ?5, revision = revision + 1, due_at = ?6,
            lease_holder = iif(lease_until > ?10, lease_holder, ?7),
            lease_until = iif(lease_until > ?10, lease_until, ?8), document = ?9, thumbprint = ?11
        WHERE id = ?1 AND revision = ?2
        RETURNING lease_holder, lease_until
        """

    static let find = "SELECT \(columns) FROM registrations WHERE id = ?"

    static let holdsName = "SELECT 1 FROM registrations WHERE ans_name = ? AND id <> ? AND holds_name = 1 LIMIT 1"

    /// Its owner has begun to register the name, and not yet proven control of it.
    static let begunByOwner = """
        SELECT 1 FROM registrations INDEXED BY registrations_by_host
        WHERE host = ? AND ans_name = ? AND owner = ? AND id <> ?
            AND status = 'PENDING_VALIDATION' LIMIT 1
        """

    static let holdsHost = "SELECT 1 FROM registrations WHERE host = ? AND holds_host = 1 LIMIT 1"

    /// Held by another owner; or, in a zone of ours, under other keys alone.
    static let heldByOthers = """
        SELECT 1 FROM registrations WHERE host = ?1 AND holds_host = 1 AND id <> ?5
            AND (owner <> ?2 OR (?3 IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM registrations WHERE host = ?1 AND holds_host = 1 AND thumbprint IS ?4
            ))) LIMIT 1
        """

    static let bound = "SELECT thumbprint, holds_host FROM registrations WHERE id = ? AND revision = ?"

    private static let isUnderWay = "status IN ('PENDING_VALIDATION', 'PENDING_DNS', 'ACTIVE', 'DEPRECATED')"

    static let countOfOwner = "SELECT COUNT(*) FROM registrations WHERE owner = ? AND \(isUnderWay)"

    static let countOfHost = "SELECT COUNT(*) FROM registrations WHERE host = ? AND holds_host = 1"

    /// A host of a zone of ours that was another owner's (anyone's, when the owner is null), and for which a certificate or a
    /// record in a cache may still be about.
    static let heldUntil = """
        SELECT 1 FROM registrations WHERE host = ?1 AND owner IS NOT ?2 AND zone IS NOT NULL
            AND document ->> '$.activatedAt' IS NOT NULL
            AND max(coalesce(document ->> '$.expiresAt', 0), coalesce(document ->> '$.serverEndsAt', 0)) > ?3 LIMIT 1
        """

    static let boundTo = """
        SELECT \(columns) FROM registrations WHERE thumbprint = ? AND \(isUnderWay) ORDER BY id DESC LIMIT 1
        """

    static let due = """
        SELECT \(columns) FROM registrations
        WHERE due_at <= ?1 AND (lease_until IS NULL OR lease_until <= ?1) ORDER BY due_at LIMIT ?2
        """

    static let releaseLeases = """
        UPDATE registrations SET lease_holder = NULL, lease_until = NULL WHERE due_at <= ?1 AND lease_until > ?1
        """

    /// A row that cannot be read comes back in an hour.
    static let putOff = "UPDATE registrations SET due_at = ?2 + 3600000 WHERE id = ?1"

    static let takeLease = "UPDATE registrations SET lease_holder = ?2, lease_until = ?3 WHERE id = ?1"

    static func arguments(
        _ registration: Registration,
        dueAt: Date?,
        lease: WorkLease?
    ) throws -> StatementArguments {
        [
            registration.id.description, registration.owner, registration.ansName, registration.host,
            registration.zone?.description, registration.thumbprint, registration.status.rawValue,
            Self.holdsName(registration), Self.holdsHost(registration), dueAt?.milliseconds, lease?.holder,
            lease?.until.milliseconds, try Self.document(registration),
        ]
    }

    static func arguments(_ change: RegistrationChange) throws -> StatementArguments {
        let registration = change.registration
        return [
            registration.id.description, change.revision, registration.status.rawValue,
            Self.holdsName(registration), Self.holdsHost(registration), change.dueAt?.milliseconds,
            change.lease?.holder, change.lease?.until.milliseconds, try Self.document(registration),
            change.yieldsAt?.milliseconds, registration.thumbprint,
        ]
    }

    /// The registration of a row with ``columns``.
    static func decode(_ row: Row) throws -> StoredRegistration {
        guard let status = AgentStatus(rawValue: try row.value(4)) else {
            throw AuthorityError(.storeFailed, "the database holds a registration in an unknown state")
        }
        let document: String = try row.value(6)
        let registration = try JSONDecoder().decode(RegistrationDocument.self, from: Data(document.utf8)).registration(
            id: try AgentID(stored: try row.value(0)),
            owner: try row.value(1),
            zone: try row.optional(2),
            thumbprint: try row.optional(3),
            status: status
        )
        let lease = try Self.lease(row, at: 7)
        return StoredRegistration(registration: registration, revision: try row.value(5), lease: lease)
    }

    /// The lease that two columns give: who has it, and until when.
    private static func lease(_ row: Row, at column: Int) throws -> WorkLease? {
        let until: Int64? = try row.optional(column + 1)
        return try until.map { WorkLease(holder: try row.value(column), until: Date(milliseconds: $0)) }
    }

    /// What ``update`` gives back.
    struct Updated {
        let lease: WorkLease?

        init(_ row: Row) throws { self.lease = try RegistrationRow.lease(row, at: 0) }
    }

    /// The statement of a query: by host, by owner, or of all, each along an index that ends in the id.
    static func list(_ query: RegistrationQuery) -> (sql: String, arguments: StatementArguments) {
        var conditions: [String] = []
        var arguments: StatementArguments = []
        if let host = query.host {
            conditions.append("host = ?")
            arguments += [host]
        }
        if let parent = query.parent {
            // Hosts have no character that a pattern of GLOB gives a meaning to.
            conditions.append("host GLOB ? AND instr(substr(host, 1, length(host) - length(?)), '.') = 0")
            arguments += ["*.\(parent)", ".\(parent)"]
        }
        if query.holdsHost { conditions.append("holds_host = 1") }
        if let owner = query.owner {
            conditions.append("owner = ?")
            arguments += [owner]
        }
        if let other = query.otherOwner {
            conditions.append("owner <> ?")
            arguments += [other]
        }
        if let before = query.before {
            conditions.append("id < ?")
            arguments += [before.description]
        }
        if let step = query.step {
            conditions.append("document ->> '$.step' = ?")
            arguments += [step.rawValue]
        }
        if !query.statuses.isEmpty {
            let statuses = query.statuses.map(\.rawValue).sorted()
            conditions.append("status IN (\(statuses.map { _ in "?" }.joined(separator: ", ")))")
            arguments += StatementArguments(statuses)
        }
        let filter = conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND ")) "
        arguments += [SQLiteStore.rows(query.limit)]
        return ("SELECT \(Self.columns) FROM registrations \(filter)ORDER BY id DESC LIMIT ?", arguments)
    }

    static func document(_ registration: Registration) throws -> String {
        String(decoding: try JSONEncoder().encode(RegistrationDocument(registration)), as: UTF8.self)
    }

    static func holdsName(_ registration: Registration) -> Bool {
        Self.isPendingProven(registration) || registration.activatedAt != nil
    }

    static func holdsHost(_ registration: Registration) -> Bool {
        Self.isPendingProven(registration) || registration.status.isLive
    }

    /// Whoever has proven nothing yet holds nothing: else anybody could lock anybody's domain.
    private static func isPendingProven(_ registration: Registration) -> Bool {
        registration.status.isPending && registration.control != nil
    }
}
