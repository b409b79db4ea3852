// The tables, as migrations. A released migration never changes: a later one alters what it made.
//
// True of every database that opens: all of these migrations, and no other, have been applied.

import GRDB

enum Schema {
    /// "SGNT": marks the file as ours (`PRAGMA application_id`).
    static let applicationID = 0x53_47_4E_54

    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 certificates", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: "PRAGMA application_id = \(Self.applicationID)")
            try database.execute(sql: Self.certificates)
            try database.execute(sql: Self.listings)
            try database.execute(sql: Self.idempotency)
        }
        migrator.registerMigration("1 audit", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: Self.audit)
        }
        migrator.registerMigration("1 API tokens", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: Self.tokens)
        }
        migrator.registerMigration("2 revocation", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: Self.shards)
            try database.execute(sql: Self.feed)
            try database.execute(sql: Self.inForce)
            try database.execute(sql: Self.crls)
            try database.execute(sql: Self.revokedBefore)
        }
        migrator.registerMigration("3 registration", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: Self.registrations)
            try database.execute(sql: Self.registrationEvents)
            try database.execute(sql: Self.nonces)
            try database.execute(sql: Self.rateLimits)
        }
        migrator.registerMigration("4 agent cards", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: Self.agentCards)
        }
        migrator.registerMigration("5 zones", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: Self.zones)
            try database.execute(sql: Self.ownedRecords)
        }
        migrator.registerMigration("6 webhooks", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: Self.webhooks)
            try database.execute(sql: Self.webhookDeliveries)
            try database.execute(sql: Self.reminders)
        }
        migrator.registerMigration("7 accounts", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: Self.accounts)
            try database.execute(sql: Self.accountKeys)
            try database.execute(sql: Self.tokenAccounts)
            try database.execute(sql: Self.registrationsUnderWay)
        }
        migrator.registerMigration("8 identities", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: Self.identities)
            try database.execute(sql: Self.identityLinks)
        }
        migrator.registerMigration("9 notices of server certificates", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: Self.serverNotices)
        }
        migrator.registerMigration("9 server certificates", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: Self.serverOrders)
            try database.execute(sql: Self.serverCertificates)
            try database.execute(sql: Self.acmeAccounts)
        }
        migrator.registerMigration("10 transparency log", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: Self.logSearch)
            try Self.hashCertificates(database)
            try database.execute(sql: Self.logOutbox)
            try database.execute(sql: Self.logRecord)
        }
        migrator.registerMigration("11 unreadable server orders", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: Self.unreadableServerOrders)
        }
        migrator.registerMigration("12 events of identities", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: Self.identityEvents)
            try database.execute(sql: Self.widerOutbox)
        }
        migrator.registerMigration("13 identities by agent", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: Self.identitiesByAgent)
        }
        return migrator
    }()
}

extension Schema {
    /// Issuances and what came of them.
    ///
    /// `state`: 0 begun, 1 issued, 2 abandoned, 3 revoked. Times are seconds since 1970.
    ///
    /// `place` is `id` under a name that an index can hold, for SQLite does not search an index by a row value that ends
    /// in the rowid; with it a page begins where its cursor says, however many certificates expire in that second.
    private static let certificates = """
        CREATE TABLE certificates (
            id INTEGER PRIMARY KEY,
            serial BLOB NOT NULL UNIQUE,
            state INTEGER NOT NULL CHECK (state IN (0, 1, 2, 3)),
            issuer TEXT NOT NULL,
            profile TEXT NOT NULL,
            profile_hash BLOB NOT NULL,
            agent TEXT,
            names TEXT NOT NULL,
            public_key_hash BLOB NOT NULL,
            not_before INTEGER NOT NULL,
            not_after INTEGER NOT NULL,
            scheme TEXT NOT NULL,
            begun_at INTEGER NOT NULL,
            actor TEXT NOT NULL,
            address TEXT,
            request_id TEXT,
            idempotency_scope TEXT,
            idempotency_key TEXT,
            tbs_certificate BLOB,
            issued_at INTEGER,
            revoked_at INTEGER,
            revocation_reason INTEGER,
            invalidity_date INTEGER,
            certificate BLOB,
            place INTEGER NOT NULL GENERATED ALWAYS AS (id) VIRTUAL,
            CHECK ((state IN (1, 3)) = (certificate IS NOT NULL AND issued_at IS NOT NULL)),
            CHECK ((state = 3) = (revoked_at IS NOT NULL AND revocation_reason IS NOT NULL)),
            CHECK (state <> 0 OR tbs_certificate IS NOT NULL)
        ) STRICT
        """

    /// Partial indexes: a certificate is in the three of its state and in no other, and what is in flight in one of its own.
    private static let listings = """
        CREATE INDEX certificates_begun ON certificates (state) WHERE state = 0;
        CREATE INDEX certificates_issued ON certificates (not_after, place) WHERE state = 1;
        CREATE INDEX certificates_issued_by_profile ON certificates (profile, not_after, place) WHERE state = 1;
        CREATE INDEX certificates_issued_by_agent ON certificates (agent, not_after, place) WHERE state = 1;
        CREATE INDEX certificates_revoked ON certificates (not_after, place) WHERE state = 3;
        CREATE INDEX certificates_revoked_by_profile ON certificates (profile, not_after, place) WHERE state = 3;
        CREATE INDEX certificates_revoked_by_agent ON certificates (agent, not_after, place) WHERE state = 3;
        """

    private static let idempotency = """
        CREATE TABLE idempotency (
            scope TEXT NOT NULL,
            key TEXT NOT NULL,
            request_hash BLOB NOT NULL,
            certificate_id INTEGER NOT NULL REFERENCES certificates (id),
            created_at INTEGER NOT NULL,
            PRIMARY KEY (scope, key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX idempotency_by_age ON idempotency (created_at);
        """

    private static let audit = """
        CREATE TABLE audit (
            sequence INTEGER PRIMARY KEY,
            at_ms INTEGER NOT NULL,
            actor TEXT NOT NULL,
            action TEXT NOT NULL,
            object TEXT NOT NULL,
            address TEXT,
            request_id TEXT,
            result TEXT NOT NULL,
            profile_hash BLOB,
            policy_hash BLOB,
            details TEXT NOT NULL,
            previous_hash BLOB NOT NULL,
            hash BLOB NOT NULL
        ) STRICT;
        CREATE TRIGGER audit_is_not_updated BEFORE UPDATE ON audit
            BEGIN SELECT RAISE(ABORT, 'an audit entry is never changed'); END;
        CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
            BEGIN SELECT RAISE(ABORT, 'an audit entry is never removed'); END;
        """

    private static let tokens = """
        CREATE TABLE api_tokens (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            role TEXT NOT NULL,
            created INTEGER NOT NULL,
            expires INTEGER,
            last_used INTEGER,
            revoked_at INTEGER,
            secret_hash BLOB NOT NULL
        ) STRICT, WITHOUT ROWID
        """
}
