// The ninth migration's tables: orders of public certificates, the certificates, accounts with CAs and their limits. Times
// are milliseconds since 1970 where a name says so, and seconds elsewhere.

extension Schema {
    /// Orders.
    ///
    /// `document` is the order in JSON; what is looked for stands beside it. `id` tells which of a host's orders came first.
    static let serverOrders = """
        CREATE TABLE server_orders (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            reference TEXT NOT NULL UNIQUE,
            host TEXT NOT NULL,
            is_underway INTEGER NOT NULL CHECK (is_underway IN (0, 1)),
            ended_at_ms INTEGER,
            revision INTEGER NOT NULL CHECK (revision > 0),
            due_at_ms INTEGER,
            lease_holder TEXT,
            lease_until_ms INTEGER,
            document TEXT NOT NULL,
            CHECK ((lease_holder IS NULL) = (lease_until_ms IS NULL)),
            CHECK ((is_underway = 1) = (ended_at_ms IS NULL))
        ) STRICT;
        CREATE INDEX server_orders_due ON server_orders (due_at_ms) WHERE due_at_ms IS NOT NULL;
        CREATE INDEX server_orders_underway ON server_orders (host, id) WHERE is_underway = 1;
        CREATE INDEX server_orders_ended ON server_orders (ended_at_ms) WHERE is_underway = 0 AND due_at_ms IS NULL;
        CREATE TABLE server_order_answers (
            token TEXT NOT NULL,
            order_id INTEGER NOT NULL REFERENCES server_orders (id),
            key_authorization TEXT NOT NULL,
            PRIMARY KEY (token, order_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX server_order_answers_by_order ON server_order_answers (order_id);
        """

    /// Orders that a version of the program could not read hold up no other of their host.
    static let unreadableServerOrders = """
        ALTER TABLE server_orders ADD COLUMN is_unreadable INTEGER NOT NULL DEFAULT 0 CHECK (is_unreadable IN (0, 1));
        """

    /// Public certificates, and when their CAs want them to be renewed.
    ///
    /// `authority` is the configuration's name of the CA; NULL for one that was brought. `chain` has a certificate a line, in
    /// base64.
    static let serverCertificates = """
        CREATE TABLE server_certificates (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            agent TEXT NOT NULL,
            host TEXT NOT NULL,
            reference TEXT NOT NULL UNIQUE,
            added_at_ms INTEGER NOT NULL,
            fingerprint BLOB NOT NULL,
            public_key_hash BLOB NOT NULL,
            not_before INTEGER NOT NULL,
            not_after INTEGER NOT NULL,
            authority TEXT,
            timestamps INTEGER NOT NULL,
            is_revoked INTEGER NOT NULL CHECK (is_revoked IN (0, 1)),
            certificate BLOB NOT NULL,
            chain TEXT NOT NULL,
            UNIQUE (agent, fingerprint)
        ) STRICT;
        CREATE INDEX server_certificates_by_agent ON server_certificates (agent, id);
        CREATE INDEX server_certificates_by_fingerprint ON server_certificates (fingerprint);
        CREATE INDEX server_certificates_by_end ON server_certificates (not_after) WHERE is_revoked = 0;
        CREATE TABLE server_certificate_renewals (
            fingerprint BLOB NOT NULL PRIMARY KEY,
            window_start INTEGER,
            window_end INTEGER,
            ask_again_at_ms INTEGER NOT NULL,
            CHECK ((window_start IS NULL) = (window_end IS NULL))
        ) STRICT, WITHOUT ROWID;
        """

    /// Accounts with CAs, and what is closed to them.
    ///
    /// `scope` is for what it is closed, in JSON.
    static let acmeAccounts = """
        CREATE TABLE acme_accounts (
            authority TEXT NOT NULL,
            thumbprint TEXT NOT NULL,
            url TEXT NOT NULL,
            PRIMARY KEY (authority, thumbprint)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE acme_limits (
            authority TEXT NOT NULL,
            thumbprint TEXT NOT NULL,
            scope TEXT NOT NULL,
            opens_at INTEGER NOT NULL,
            includes_renewals INTEGER NOT NULL CHECK (includes_renewals IN (0, 1)),
            reason TEXT NOT NULL,
            PRIMARY KEY (authority, thumbprint, scope)
        ) STRICT, WITHOUT ROWID;
        """
}
