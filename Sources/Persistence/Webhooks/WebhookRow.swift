// Webhooks: into the database and out of it.

import CertificateAuthority
import Foundation
import GRDB
import Metrics
import RegistrationAuthority

enum WebhookRow {
    static let columns = """
        id, owner, url, events, is_active, inactive_reason, created_at_ms, updated_at_ms, secret, former_secret,
        former_until_ms, after_event, after_notice, revision, failures
        """

    static let countOfOwner = "SELECT COUNT(*) FROM webhooks WHERE owner = ?"

    /// Behind everything that has happened: notices that were forgotten have been given to webhooks.
    static let insert = """
        INSERT INTO webhooks (\(columns)) VALUES (
            ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, coalesce((SELECT max(sequence) FROM registration_events), 0),
            max(
                coalesce((SELECT max(sequence) FROM agent_notices), 0),
                (SELECT notice FROM webhook_position WHERE id = 1)
            ), 1, 0
        )
        """

    static let find = "SELECT \(columns) FROM webhooks WHERE id = ?"

    static let listOfOwner = "SELECT \(columns) FROM webhooks WHERE owner = ? ORDER BY id"

    static let update = """
        UPDATE webhooks SET url = ?3, events = ?4, is_active = ?5, inactive_reason = ?6, updated_at_ms = ?7, secret = ?8,
            former_secret = ?9, former_until_ms = ?10, revision = revision + 1, failures = 0, rests_until_ms = NULL
        WHERE id = ?1 AND revision = ?2
        """

    static let delete = "DELETE FROM webhooks WHERE id = ?"

    /// Webhooks that have something due and that nobody has a lease on.
    static let due = """
        SELECT \(columns) FROM webhooks
        WHERE is_active = 1 AND due_at_ms <= ?1 AND (lease_until_ms IS NULL OR lease_until_ms <= ?1) ORDER BY due_at_ms
        """

    static let leasedOfOwner = "SELECT COUNT(*) FROM webhooks WHERE owner = ? AND lease_until_ms > ?"

    static let lease = "UPDATE webhooks SET lease_holder = ?2, lease_until_ms = ?3 WHERE id = ?1"

    static let releaseLeases = """
        UPDATE webhooks SET lease_holder = NULL, lease_until_ms = NULL WHERE lease_until_ms IS NOT NULL
        """

    static let settle = """
        UPDATE webhooks SET lease_holder = NULL, lease_until_ms = NULL, failures = ?3, rests_until_ms = ?4
        WHERE id = ?1 AND lease_holder = ?2
        """

    /// Only what is on is switched off: what its owner switched off has no reason of ours.
    static let deactivate = """
        UPDATE webhooks SET is_active = 0, inactive_reason = ?2, revision = revision + 1 WHERE id = ?1 AND is_active = 1
        """

    static let endRest = "UPDATE webhooks SET rests_until_ms = NULL, failures = 0 WHERE id = ?"

    /// Brings `due_at_ms` up to date, after whatever changes deliveries or the rest.
    static let refresh = """
        UPDATE webhooks SET due_at_ms = (
            SELECT max(d.due_at_ms, coalesce(webhooks.rests_until_ms, 0)) FROM webhook_deliveries d
            WHERE d.webhook_id = webhooks.id AND d.state = 'pending' ORDER BY d.due_at_ms LIMIT 1
        ) WHERE id = ?
        """

    static func arguments(_ webhook: WebhookSubscription) -> StatementArguments {
        [
            webhook.id.description, webhook.owner, webhook.url, Self.text(webhook.events), webhook.isActive,
            webhook.inactiveReason, webhook.createdAt.milliseconds, webhook.updatedAt.milliseconds,
            webhook.secret.data, webhook.formerSecret?.secret.data, webhook.formerSecret?.until.milliseconds,
        ]
    }

    static func changes(_ webhook: WebhookSubscription) -> StatementArguments {
        [
            webhook.id.description, webhook.revision, webhook.url, Self.text(webhook.events), webhook.isActive,
            webhook.inactiveReason, webhook.updatedAt.milliseconds, webhook.secret.data,
            webhook.formerSecret?.secret.data, webhook.formerSecret?.until.milliseconds,
        ]
    }

    /// The webhook of a row, unless this version cannot read it: it holds up no other.
    static func readable(_ row: Row) -> WebhookSubscription? {
        if let webhook = try? Self.decode(row) { return webhook }
        Counter(label: "signet_webhooks_unreadable_total").increment()
        return nil
    }

    /// The webhook of a row with ``columns``.
    static func decode(_ row: Row) throws -> WebhookSubscription {
        let events: String = try row.value(3)
        let types = events.split(separator: " ").map { WebhookEventType(rawValue: String($0)) }
        guard !types.contains(nil) else {
            throw AuthorityError(.storeFailed, "the database holds a webhook for an event of an unknown type")
        }
        let until: Int64? = try row.optional(10)
        return WebhookSubscription(
            id: try AgentID(stored: try row.value(0)),
            owner: try row.value(1),
            url: try row.value(2),
            events: Set(types.compactMap(\.self)),
            isActive: try row.value(4),
            inactiveReason: try row.optional(5),
            createdAt: Date(milliseconds: try row.value(6)),
            updatedAt: Date(milliseconds: try row.value(7)),
            secret: try row.bytes(8),
            formerSecret: try until.map { until in
                WebhookSubscription.FormerSecret(secret: try row.bytes(9), until: Date(milliseconds: until))
            },
            begins: OutboxPosition(event: try row.value(11), notice: try row.value(12)),
            revision: try row.value(13),
            failures: try row.value(14)
        )
    }

    private static func text(_ events: Set<WebhookEventType>) -> String {
        events.map(\.rawValue).sorted().joined(separator: " ")
    }
}
