// What server certificates have added: notices of their ends.

extension Schema {
    /// The table of notices anew, for a condition of a table cannot be changed.
    ///
    /// Its sequence goes on: those to whom notices were given know how far. While the trigger has no table it must not be there,
    /// for SQLite reads it when a table is renamed.
    static let serverNotices = """
        DROP TRIGGER registrations_end;
        CREATE TABLE agent_notices_9 (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            type TEXT NOT NULL CHECK (type IN (
                'AGENT_EXPIRING', 'AGENT_EXPIRED', 'AGENT_FAILED', 'AGENT_SERVER_CERTIFICATE_EXPIRING',
                'AGENT_SERVER_CERTIFICATE_FAILING'
            )),
            at_ms INTEGER,
            notice_owner TEXT NOT NULL,
            agent_id TEXT NOT NULL REFERENCES registrations (id),
            ends_ms INTEGER,
            percent_left INTEGER,
            CHECK ((type IN ('AGENT_EXPIRED', 'AGENT_FAILED')) = (at_ms IS NULL)),
            CHECK ((type IN ('AGENT_EXPIRED', 'AGENT_FAILED')) = (ends_ms IS NULL OR percent_left IS NULL))
        ) STRICT;
        INSERT INTO agent_notices_9 (sequence, type, at_ms, notice_owner, agent_id, ends_ms, percent_left)
            SELECT sequence, type, at_ms, notice_owner, agent_id, ends_ms, percent_left FROM agent_notices;
        DELETE FROM sqlite_sequence WHERE name = 'agent_notices_9';
        INSERT INTO sqlite_sequence (name, seq)
            SELECT 'agent_notices_9', seq FROM sqlite_sequence WHERE name = 'agent_notices';
        DROP TABLE agent_notices;
        ALTER TABLE agent_notices_9 RENAME TO agent_notices;
        CREATE UNIQUE INDEX agent_notices_once ON agent_notices (agent_id, type, ends_ms, percent_left);
        CREATE TRIGGER registrations_end AFTER UPDATE OF status ON registrations
            WHEN NEW.status IN ('EXPIRED', 'FAILED') AND NEW.status <> OLD.status
            BEGIN
                INSERT INTO agent_notices (type, notice_owner, agent_id)
                VALUES ('AGENT_' || NEW.status, NEW.owner, NEW.id);
            END;
        """
}
