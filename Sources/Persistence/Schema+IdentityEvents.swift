// The twelfth migration: events of identities, and an outbox that takes them.

extension Schema {
    /// What happened to identities, as the log will tell it: `document` is the event without who tells of it.
    static let identityEvents = """
        CREATE TABLE identity_events (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            type TEXT NOT NULL,
            at_ms INTEGER NOT NULL,
            identity TEXT NOT NULL REFERENCES identities (id),
            document TEXT NOT NULL
        ) STRICT;
        CREATE INDEX identity_events_by_identity ON identity_events (identity);
        CREATE TRIGGER identity_events_are_not_updated BEFORE UPDATE ON identity_events
            BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;
        CREATE TRIGGER identity_events_are_not_deleted BEFORE DELETE ON identity_events
            BEGIN SELECT RAISE(ABORT, 'an event is never removed'); END;
        """

    /// The outbox of the log with a further `kind`: 3 an event of an identity.
    ///
    /// And any entry that cannot be made has what is told of it instead in `sealed`. SQLite changes no constraint: the table is
    /// made anew, the triggers elsewhere that name it put aside meanwhile.
    static let widerOutbox = """
        DROP TRIGGER issued_certificates_are_logged;
        DROP TRIGGER revocations_are_logged;
        DROP TRIGGER registration_events_are_logged;
        CREATE TABLE wider_outbox (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            kind INTEGER NOT NULL CHECK (kind IN (0, 1, 2, 3)),
            reference INTEGER NOT NULL,
            sealed BLOB,
            leaf_hash BLOB,
            leaf_index INTEGER,
            UNIQUE (kind, reference),
            CHECK ((leaf_hash IS NULL) = (leaf_index IS NULL))
        ) STRICT;
        INSERT INTO wider_outbox SELECT id, kind, reference, sealed, leaf_hash, leaf_index FROM log_outbox ORDER BY id;
        DROP TABLE log_outbox;
        ALTER TABLE wider_outbox RENAME TO log_outbox;
        CREATE INDEX log_outbox_by_leaf ON log_outbox (leaf_hash) WHERE leaf_hash IS NOT NULL;
        CREATE INDEX log_outbox_by_index ON log_outbox (leaf_index) WHERE leaf_index IS NOT NULL;
        CREATE INDEX log_outbox_unsealed ON log_outbox (sealed) WHERE kind >= 2 AND sealed IS NULL;
        CREATE TRIGGER issued_certificates_are_logged AFTER UPDATE OF state ON certificates
            WHEN OLD.state = 0 AND NEW.state IN (1, 3)
            BEGIN INSERT INTO log_outbox (kind, reference) VALUES (0, NEW.id); END;
        CREATE TRIGGER revocations_are_logged AFTER INSERT ON revocations
            BEGIN INSERT INTO log_outbox (kind, reference) VALUES (1, NEW.id); END;
        CREATE TRIGGER registration_events_are_logged AFTER INSERT ON registration_events
            BEGIN INSERT INTO log_outbox (kind, reference) VALUES (2, NEW.sequence); END;
        CREATE TRIGGER identity_events_are_logged AFTER INSERT ON identity_events
            BEGIN INSERT INTO log_outbox (kind, reference) VALUES (3, NEW.sequence); END;
        CREATE TRIGGER log_outbox_is_not_deleted BEFORE DELETE ON log_outbox
            BEGIN SELECT RAISE(ABORT, 'what is to be logged is never removed'); END;
        CREATE TRIGGER log_outbox_is_not_rewritten BEFORE UPDATE ON log_outbox
            WHEN NEW.kind <> OLD.kind OR NEW.reference <> OLD.reference OR NEW.id <> OLD.id
                OR (OLD.sealed IS NOT NULL AND NEW.sealed IS NOT OLD.sealed)
                OR (OLD.leaf_index IS NOT NULL AND (NEW.leaf_index, NEW.leaf_hash) IS NOT (OLD.leaf_index, OLD.leaf_hash))
            BEGIN SELECT RAISE(ABORT, 'what is logged never changes'); END;
        """
}
