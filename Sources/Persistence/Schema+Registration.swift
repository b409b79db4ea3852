// The third migration's tables: agents' registrations, their work, their events, and what limits them.

extension Schema {
    /// Registrations.
    ///
    /// What is searched for has a column; the rest is in `document` (see `RegistrationDocument`). Times are milliseconds
    /// since 1970. `holds_name`: the ANS name is taken by this one: it is pending, or was once active. `holds_host`: it is
    /// pending or live. A row that nobody may work on has no `due_at`.
    static let registrations = """
        CREATE TABLE registrations (
            id TEXT NOT NULL PRIMARY KEY,
            owner TEXT NOT NULL,
            ans_name TEXT NOT NULL,
            host TEXT NOT NULL,
            zone TEXT,
            thumbprint TEXT,
            status TEXT NOT NULL,
            holds_name INTEGER NOT NULL CHECK (holds_name IN (0, 1)),
            holds_host INTEGER NOT NULL CHECK (holds_host IN (0, 1)),
            revision INTEGER NOT NULL CHECK (revision > 0),
            due_at INTEGER,
            lease_holder TEXT,
            lease_until INTEGER,
            document TEXT NOT NULL,
            CHECK ((lease_holder IS NULL) = (lease_until IS NULL))
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX registrations_by_name ON registrations (ans_name) WHERE holds_name = 1;
        CREATE INDEX registrations_by_host ON registrations (host, id);
        CREATE INDEX registrations_held ON registrations (host) WHERE holds_host = 1;
        CREATE INDEX registrations_by_owner ON registrations (owner, id);
        CREATE INDEX registrations_of_owner ON registrations (owner) WHERE holds_host = 1;
        CREATE INDEX registrations_by_key ON registrations (thumbprint, id) WHERE holds_host = 1;
        CREATE INDEX registrations_due ON registrations (due_at) WHERE due_at IS NOT NULL;
        """

    /// Events, in the order of their commits.
    static let registrationEvents = """
        CREATE TABLE registration_events (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            type TEXT NOT NULL,
            at_ms INTEGER NOT NULL,
            owner TEXT NOT NULL,
            agent_id TEXT NOT NULL REFERENCES registrations (id),
            document TEXT NOT NULL
        ) STRICT;
        CREATE INDEX registration_events_by_owner ON registration_events (owner);
        CREATE TRIGGER registration_events_are_not_updated BEFORE UPDATE ON registration_events
            BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;
        CREATE TRIGGER registration_events_are_not_deleted BEFORE DELETE ON registration_events
            BEGIN SELECT RAISE(ABORT, 'an event is never removed'); END;
        """

    /// Nonces of signed requests, for as long as the signatures are valid.
    static let nonces = """
        CREATE TABLE signature_nonces (
            key TEXT NOT NULL,
            nonce TEXT NOT NULL,
            until_ms INTEGER NOT NULL,
            PRIMARY KEY (key, nonce)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX signature_nonces_by_age ON signature_nonces (until_ms);
        """

    /// Token buckets, as `RegistrationAuthority.TokenBucket` has them.
    static let rateLimits = """
        CREATE TABLE rate_limits (
            key TEXT NOT NULL PRIMARY KEY,
            tokens INTEGER NOT NULL,
            scale INTEGER NOT NULL,
            updated_at_ms INTEGER NOT NULL,
            full_at_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX rate_limits_by_end ON rate_limits (full_at_ms);
        """
}
