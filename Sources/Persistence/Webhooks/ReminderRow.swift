// Watched certificates and notices: into the database and out of it.

import CertificateAuthority
import Foundation
import GRDB
import RegistrationAuthority

enum WatchRow {
    static let columns = "agent_id, begins_ms, ends_ms, reminded, due_at_ms"

    /// A watch of the same certificate goes on as it is.
    static let insert = """
        INSERT INTO certificate_watches (\(columns)) VALUES (?, ?, ?, ?, ?) ON CONFLICT (agent_id) DO UPDATE SET
            begins_ms = excluded.begins_ms, ends_ms = excluded.ends_ms, reminded = excluded.reminded,
            due_at_ms = excluded.due_at_ms
        WHERE certificate_watches.ends_ms <> excluded.ends_ms
        """

    static let due = "SELECT \(columns) FROM certificate_watches WHERE due_at_ms <= ? ORDER BY due_at_ms LIMIT ?"

    static let advance = """
        UPDATE certificate_watches SET reminded = ?4, due_at_ms = ?5 WHERE agent_id = ?1 AND ends_ms = ?2 AND reminded = ?3
        """

    static let end = "DELETE FROM certificate_watches WHERE agent_id = ? AND ends_ms = ? AND reminded = ?"

    static let delete = "DELETE FROM certificate_watches WHERE agent_id = ?"

    static func arguments(_ watch: CertificateWatch) -> StatementArguments {
        [
            watch.agent.description, watch.begins.milliseconds, watch.ends.milliseconds, watch.reminded,
            watch.dueAt?.milliseconds,
        ]
    }

    /// The state that a change is made from.
    static func key(_ watch: CertificateWatch) -> StatementArguments {
        [watch.agent.description, watch.ends.milliseconds, watch.reminded]
    }

    static func decode(_ row: Row) throws -> CertificateWatch {
        let dueAt: Int64? = try row.optional(4)
        return CertificateWatch(
            agent: try AgentID(stored: try row.value(0)),
            begins: Date(milliseconds: try row.value(1)),
            ends: Date(milliseconds: try row.value(2)),
            reminded: try row.value(3),
            dueAt: dueAt.map(Date.init(milliseconds:))
        )
    }
}

enum NoticeRow {
    static let insert = """
        INSERT INTO agent_notices (type, at_ms, notice_owner, agent_id, ends_ms, percent_left) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (agent_id, type, ends_ms, percent_left) DO NOTHING
        """

    /// The registration's columns first, as `RegistrationRow` reads them.
    static let list = """
        SELECT \(RegistrationRow.columns), sequence, type, at_ms, notice_owner, ends_ms, percent_left
        FROM agent_notices JOIN registrations ON id = agent_id WHERE sequence > ? ORDER BY sequence LIMIT ?
        """

    /// Those that have been given to webhooks.
    static let forget = """
        DELETE FROM agent_notices WHERE sequence IN (
            SELECT sequence FROM agent_notices
            WHERE coalesce(at_ms, 0) < ?1 AND sequence <= (SELECT notice FROM webhook_position WHERE id = 1)
            ORDER BY sequence LIMIT ?2
        )
        """

    static func arguments(_ notice: AgentNotice) -> StatementArguments {
        [
            notice.type.rawValue, notice.at.milliseconds, notice.owner, notice.agent.description,
            notice.reminder?.ends.milliseconds, notice.reminder?.percentLeft,
        ]
    }

    static func decode(_ row: Row) throws -> RecordedNotice {
        let registration = try RegistrationRow.decode(row).registration
        guard let type = WebhookEventType(rawValue: try row.value(10)) else {
            throw AuthorityError(.storeFailed, "the database holds a notice of an unknown type")
        }
        let (at, ends): (Int64?, Int64?) = (try row.optional(11), try row.optional(13))
        return RecordedNotice(
            sequence: try row.value(9),
            notice: AgentNotice(
                type,
                at: at.map(Date.init(milliseconds:)) ?? registration.ending?.at ?? registration.updatedAt,
                owner: try row.value(12),
                agent: registration.id,
                reminder: try ends.map {
                    AgentNotice.Reminder(ends: Date(milliseconds: $0), percentLeft: try row.value(14))
                }
            ),
            registration: registration
        )
    }
}
