// The tenth migration's tables: what is to be logged, and what the store remembers of the transparency log.

import Crypto
import GRDB

extension Schema {
    /// The outbox: a reference to each act that the log tells of, in the order of their commits.
    ///
    /// `kind`: 0 a certificate was issued (`reference` is its id), 1 its status changed (of the feed of revocations), 2 an
    /// event of a registration. Triggers fill it, so that no way of making such a row goes past the log, in the same transaction.
    /// What an entry says follows from the rows that it refers to, which never change; where signatures are part of it, it is
    /// kept in `sealed`. `leaf_hash` and `leaf_index` once it is in the log. What was there before the log is told first.
    static let logOutbox = """
        CREATE TABLE log_outbox (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            kind INTEGER NOT NULL CHECK (kind IN (0, 1, 2)),
            reference INTEGER NOT NULL,
            sealed BLOB,
            leaf_hash BLOB,
            leaf_index INTEGER,
            UNIQUE (kind, reference),
            CHECK ((leaf_hash IS NULL) = (leaf_index IS NULL))
        ) STRICT;
        CREATE INDEX log_outbox_by_leaf ON log_outbox (leaf_hash) WHERE leaf_hash IS NOT NULL;
        CREATE INDEX log_outbox_by_index ON log_outbox (leaf_index) WHERE leaf_index IS NOT NULL;
        CREATE INDEX log_outbox_unsealed ON log_outbox (kind) WHERE kind = 2 AND sealed IS NULL;
        INSERT INTO log_outbox (kind, reference) SELECT 0, id FROM certificates WHERE state IN (1, 3) ORDER BY id;
        INSERT INTO log_outbox (kind, reference) SELECT 1, id FROM revocations ORDER BY id;
        INSERT INTO log_outbox (kind, reference) SELECT 2, sequence FROM registration_events ORDER BY sequence;
        CREATE TRIGGER issued_certificates_are_logged AFTER UPDATE OF state ON certificates
            WHEN OLD.state = 0 AND NEW.state IN (1, 3)
            BEGIN INSERT INTO log_outbox (kind, reference) VALUES (0, NEW.id); END;
        CREATE TRIGGER revocations_are_logged AFTER INSERT ON revocations
            BEGIN INSERT INTO log_outbox (kind, reference) VALUES (1, NEW.id); END;
        CREATE TRIGGER registration_events_are_logged AFTER INSERT ON registration_events
            BEGIN INSERT INTO log_outbox (kind, reference) VALUES (2, NEW.sequence); END;
        CREATE TRIGGER log_outbox_is_not_deleted BEFORE DELETE ON log_outbox
            BEGIN SELECT RAISE(ABORT, 'what is to be logged is never removed'); END;
        CREATE TRIGGER log_outbox_is_not_rewritten BEFORE UPDATE ON log_outbox
            WHEN NEW.kind <> OLD.kind OR NEW.reference <> OLD.reference OR NEW.id <> OLD.id
                OR (OLD.sealed IS NOT NULL AND NEW.sealed IS NOT OLD.sealed)
                OR (OLD.leaf_index IS NOT NULL AND (NEW.leaf_index, NEW.leaf_hash) IS NOT (OLD.leaf_index, OLD.leaf_hash))
            BEGIN SELECT RAISE(ABORT, 'what is logged never changes'); END;
        """

    /// Certificates by the SHA-256 of their DER and, in any state, by host; events by agent: what the log is searched by.
    static let logSearch = """
        ALTER TABLE certificates ADD COLUMN sha256 BLOB;
        CREATE INDEX certificates_by_fingerprint ON certificates (sha256) WHERE sha256 IS NOT NULL;
        CREATE INDEX certificates_by_agent ON certificates (agent) WHERE sha256 IS NOT NULL;
        CREATE INDEX registration_events_by_agent ON registration_events (agent_id);
        """

    /// Fills `sha256` of the certificates that were issued before.
    static func hashCertificates(_ database: Database) throws {
        var last: Int64 = 0
        while true {
            let rows = try database.all(
                "SELECT id, certificate FROM certificates WHERE id > ? AND certificate IS NOT NULL ORDER BY id LIMIT 1000",
                [last]
            ) { (id: try $0.value(0) as Int64, certificate: try $0.bytes(1)) }
            guard let end = rows.last?.id else { return }
            for row in rows {
                let hash = Array(SHA256.hash(data: row.certificate)).data
                try database.change("UPDATE certificates SET sha256 = ?2 WHERE id = ?1", [row.id, hash])
            }
            last = end
        }
    }

    /// How far the log is, its checkpoints, and who may append to it.
    static let logRecord = """
        CREATE TABLE log_record (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            size INTEGER NOT NULL CHECK (size >= 0),
            root BLOB NOT NULL,
            last_id INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE log_checkpoints (
            size INTEGER PRIMARY KEY,
            root BLOB NOT NULL,
            at_ms INTEGER NOT NULL,
            checkpoint BLOB NOT NULL
        ) STRICT;
        CREATE INDEX log_checkpoints_by_root ON log_checkpoints (root);
        CREATE INDEX log_checkpoints_by_age ON log_checkpoints (at_ms);
        CREATE TRIGGER log_checkpoints_are_not_updated BEFORE UPDATE ON log_checkpoints
            BEGIN SELECT RAISE(ABORT, 'a checkpoint never changes'); END;
        CREATE TRIGGER log_checkpoints_are_not_deleted BEFORE DELETE ON log_checkpoints
            BEGIN SELECT RAISE(ABORT, 'a checkpoint is never removed'); END;
        CREATE TABLE log_lease (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            holder TEXT NOT NULL,
            until_ms INTEGER NOT NULL
        ) STRICT;
        """
}
