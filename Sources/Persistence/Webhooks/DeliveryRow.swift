// Deliveries of webhooks: into the database and out of it.

import CertificateAuthority
import Foundation
import GRDB
import RegistrationAuthority

enum DeliveryRow {
    static let columns = """
        id, webhook_id, event, type, payload, created_at_ms, state, due_at_ms, attempts, first_attempt_at_ms,
        finished_at_ms, log
        """

    /// Nothing where the webhook is gone or off, has it already, or has as much pending as it may.
    static let insert = """
        INSERT INTO webhook_deliveries (\(columns))
        SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12
        WHERE EXISTS (SELECT 1 FROM webhooks WHERE id = ?2 AND is_active = 1) AND ?13 > (
            SELECT COUNT(*) FROM (SELECT 1 FROM webhook_deliveries WHERE webhook_id = ?2 AND state = 'pending' LIMIT ?13)
        )
        ON CONFLICT (webhook_id, event) DO NOTHING
        """

    static let find = "SELECT \(columns) FROM webhook_deliveries WHERE id = ? AND webhook_id = ?"

    static let findByEvent = "SELECT \(columns) FROM webhook_deliveries WHERE webhook_id = ? AND event = ?"

    /// The first that is due.
    static let due = """
        SELECT \(columns) FROM webhook_deliveries
        WHERE webhook_id = ? AND state = 'pending' AND due_at_ms <= ? ORDER BY due_at_ms, id LIMIT 1
        """

    static let settle = """
        UPDATE webhook_deliveries SET state = ?2, due_at_ms = ?3, attempts = ?4, first_attempt_at_ms = ?5,
            finished_at_ms = ?6, log = ?7
        WHERE id = ?1
        """

    static let retry = """
        UPDATE webhook_deliveries SET due_at_ms = ?3, finished_at_ms = NULL, state = 'pending',
            attempts = iif(state = 'pending', attempts, 0),
            first_attempt_at_ms = iif(state = 'pending', first_attempt_at_ms, NULL)
        WHERE id = ?1 AND webhook_id = ?2
        """

    static let deleteOfWebhook = "DELETE FROM webhook_deliveries WHERE webhook_id = ?"

    /// Finished ones of a webhook beyond the newest.
    static let deleteFinished = """
        DELETE FROM webhook_deliveries WHERE webhook_id = ?1 AND state <> 'pending' AND id <= (
            SELECT id FROM webhook_deliveries WHERE webhook_id = ?1 AND state <> 'pending' ORDER BY id DESC
            LIMIT 1 OFFSET ?2
        )
        """

    static let forget = """
        DELETE FROM webhook_deliveries WHERE rowid IN (
            SELECT rowid FROM webhook_deliveries WHERE created_at_ms < ? LIMIT ?
        )
        """

    static func arguments(_ delivery: WebhookDelivery, atMost pending: Int) throws -> StatementArguments {
        [
            delivery.id.description, delivery.webhook.description, delivery.event, delivery.type.rawValue,
            delivery.payload.data, delivery.createdAt.milliseconds, delivery.state.rawValue,
            delivery.dueAt?.milliseconds, delivery.attempts, delivery.firstAttemptAt?.milliseconds,
            delivery.finishedAt?.milliseconds, try Self.text(delivery.log), pending,
        ]
    }

    static func outcome(_ delivery: WebhookDelivery) throws -> StatementArguments {
        [
            delivery.id.description, delivery.state.rawValue, delivery.dueAt?.milliseconds, delivery.attempts,
            delivery.firstAttemptAt?.milliseconds, delivery.finishedAt?.milliseconds, try Self.text(delivery.log),
        ]
    }

    static func list(_ query: DeliveryQuery) -> (sql: String, arguments: StatementArguments) {
        var conditions = ["webhook_id = ?"]
        var arguments: StatementArguments = [query.webhook.description]
        if let before = query.before {
            conditions.append("id < ?")
            arguments += [before.description]
        }
        if let state = query.state {
            conditions.append("state = ?")
            arguments += [state.rawValue]
        }
        arguments += [SQLiteStore.rows(query.limit)]
        let filter = conditions.joined(separator: " AND ")
        return ("SELECT \(Self.columns) FROM webhook_deliveries WHERE \(filter) ORDER BY id DESC LIMIT ?", arguments)
    }

    /// The delivery of a row with ``columns``.
    static func decode(_ row: Row) throws -> WebhookDelivery {
        guard let type = WebhookEventType(rawValue: try row.value(3)),
            let state = WebhookDelivery.State(rawValue: try row.value(6))
        else {
            throw AuthorityError(.storeFailed, "the database holds a delivery of an unknown type or state")
        }
        var delivery = WebhookDelivery(
            id: try AgentID(stored: try row.value(0)),
            webhook: try AgentID(stored: try row.value(1)),
            event: try row.value(2),
            type: type,
            payload: try row.bytes(4),
            createdAt: Date(milliseconds: try row.value(5))
        )
        delivery.state = state
        delivery.dueAt = try Self.instant(row, 7)
        delivery.attempts = try row.value(8)
        delivery.firstAttemptAt = try Self.instant(row, 9)
        delivery.finishedAt = try Self.instant(row, 10)
        let log: String = try row.value(11)
        delivery.log = try JSONDecoder().decode([Attempt].self, from: Data(log.utf8)).map(\.value)
        return delivery
    }

    private static func instant(_ row: Row, _ index: Int) throws -> Date? {
        let milliseconds: Int64? = try row.optional(index)
        return milliseconds.map(Date.init(milliseconds:))
    }

    private static func text(_ log: [DeliveryAttempt]) throws -> String {
        String(decoding: try JSONEncoder().encode(log.map(Attempt.init)), as: UTF8.self)
    }

    /// An attempt as JSON.
    private struct Attempt: Codable {
        // Stored: a change here needs a migration.
        let at: Int64
        let milliseconds: Int64
        let status: Int?
        let error: String?

        init(_ attempt: DeliveryAttempt) {
            self.at = attempt.at.milliseconds
            self.milliseconds = attempt.milliseconds
            self.status = attempt.status
            self.error = attempt.error
        }

        var value: DeliveryAttempt {
            DeliveryAttempt(
                at: Date(milliseconds: self.at),
                milliseconds: self.milliseconds,
                status: self.status,
                error: self.error
            )
        }
    }
}
