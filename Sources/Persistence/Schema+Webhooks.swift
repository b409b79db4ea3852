// The sixth migration's tables: webhooks, their deliveries, and what owners are reminded of. Times are milliseconds since
// 1970.

extension Schema {
    /// Webhooks.
    ///
    /// Secrets are sealed. `events` are types with spaces between them, none for all. `after_event` and `after_notice`: what
    /// came before is not for it. `due_at_ms`: when its first pending delivery is due, and no sooner than its rest ends.
    static let webhooks = """
        CREATE TABLE webhooks (
            id TEXT NOT NULL PRIMARY KEY,
            owner TEXT NOT NULL,
            url TEXT NOT NULL,
            events TEXT NOT NULL,
            is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
            inactive_reason TEXT,
            created_at_ms INTEGER NOT NULL,
            updated_at_ms INTEGER NOT NULL,
            secret BLOB NOT NULL,
            former_secret BLOB,
            former_until_ms INTEGER,
            after_event INTEGER NOT NULL,
            after_notice INTEGER NOT NULL,
            revision INTEGER NOT NULL CHECK (revision > 0),
            failures INTEGER NOT NULL,
            rests_until_ms INTEGER,
            due_at_ms INTEGER,
            lease_holder TEXT,
            lease_until_ms INTEGER,
            CHECK ((former_secret IS NULL) = (former_until_ms IS NULL)),
            CHECK ((lease_holder IS NULL) = (lease_until_ms IS NULL))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX webhooks_by_owner ON webhooks (owner, id);
        CREATE INDEX webhooks_due ON webhooks (due_at_ms) WHERE is_active = 1 AND due_at_ms IS NOT NULL;
        CREATE INDEX webhooks_leased ON webhooks (owner, lease_until_ms) WHERE lease_until_ms IS NOT NULL;
        """

    /// Deliveries: of each event one for each webhook.
    ///
    /// `log` has the last attempts in JSON.
    static let webhookDeliveries = """
        CREATE TABLE webhook_deliveries (
            id TEXT NOT NULL PRIMARY KEY,
            webhook_id TEXT NOT NULL REFERENCES webhooks (id),
            event TEXT NOT NULL,
            type TEXT NOT NULL,
            payload BLOB NOT NULL,
            created_at_ms INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed', 'abandoned')),
            due_at_ms INTEGER,
            attempts INTEGER NOT NULL,
            first_attempt_at_ms INTEGER,
            finished_at_ms INTEGER,
            log TEXT NOT NULL,
            UNIQUE (webhook_id, event),
            CHECK ((state = 'pending') = (due_at_ms IS NOT NULL)),
            CHECK ((state = 'pending') = (finished_at_ms IS NULL))
        ) STRICT;
        CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook_id, id);
        CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, due_at_ms, id) WHERE state = 'pending';
        CREATE INDEX webhook_deliveries_finished ON webhook_deliveries (webhook_id, id) WHERE state <> 'pending';
        CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (created_at_ms);
        CREATE TABLE webhook_position (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            event INTEGER NOT NULL,
            notice INTEGER NOT NULL
        ) STRICT;
        INSERT INTO webhook_position (id, event, notice) VALUES (1, 0, 0);
        """

    /// Certificates that are watched, and notices to their owners.
    ///
    /// The trigger keeps a promise of `ReminderStore`: whoever ends a registration leaves a notice of it, in one transaction.
    /// When that was, the registration says.
    static let reminders = """
        CREATE TABLE certificate_watches (
            agent_id TEXT NOT NULL PRIMARY KEY REFERENCES registrations (id),
            begins_ms INTEGER NOT NULL,
            ends_ms INTEGER NOT NULL,
            reminded INTEGER NOT NULL,
            due_at_ms INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX certificate_watches_due ON certificate_watches (due_at_ms) WHERE due_at_ms IS NOT NULL;
        CREATE TABLE agent_notices (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            type TEXT NOT NULL CHECK (type IN ('AGENT_EXPIRING', 'AGENT_EXPIRED', 'AGENT_FAILED')),
            at_ms INTEGER,
            notice_owner TEXT NOT NULL,
            agent_id TEXT NOT NULL REFERENCES registrations (id),
            ends_ms INTEGER,
            percent_left INTEGER,
            CHECK ((type = 'AGENT_EXPIRING') = (at_ms IS NOT NULL)),
            CHECK ((type = 'AGENT_EXPIRING') = (ends_ms IS NOT NULL AND percent_left IS NOT NULL))
        ) STRICT;
        CREATE UNIQUE INDEX agent_notices_once ON agent_notices (agent_id, type, ends_ms, percent_left);
        CREATE TRIGGER registrations_end AFTER UPDATE OF status ON registrations
            WHEN NEW.status IN ('EXPIRED', 'FAILED') AND NEW.status <> OLD.status
            BEGIN
                INSERT INTO agent_notices (type, notice_owner, agent_id)
                VALUES ('AGENT_' || NEW.status, NEW.owner, NEW.id);
            END;
        """
}
