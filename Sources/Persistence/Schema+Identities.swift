// The eighth migration: verified identities and the agents that are linked to them; the thirteenth: by agent.

extension Schema {
    /// The thirteenth migration's: who is behind an agent.
    static let identitiesByAgent = "CREATE INDEX identity_links_by_agent ON identity_links (agent)"

    /// What owners proved control of, or are about to.
    ///
    /// Times are milliseconds since 1970; `keys` is a JSON array of the proven keys. An identifier is verified for one identity at a time, and pending for one of each owner.
    static let identities = """
        CREATE TABLE identities (
            id TEXT NOT NULL PRIMARY KEY,
            owner TEXT NOT NULL,
            value TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('PENDING_CONTROL', 'VERIFIED', 'REVOKED')),
            pending_value TEXT,
            nonce TEXT NOT NULL,
            nonce_expires_at INTEGER NOT NULL,
            nonce_used INTEGER NOT NULL CHECK (nonce_used IN (0, 1)),
            keys TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            verified_at INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX identities_verified ON identities (value) WHERE status = 'VERIFIED';
        CREATE UNIQUE INDEX identities_pending ON identities (owner, value) WHERE status = 'PENDING_CONTROL';
        CREATE INDEX identities_by_owner ON identities (owner, id);
        """

    /// Which agents an identity stands for; that there was a link before is in the audit log.
    static let identityLinks = """
        CREATE TABLE identity_links (
            identity TEXT NOT NULL REFERENCES identities (id),
            agent TEXT NOT NULL,
            linked_at INTEGER NOT NULL,
            PRIMARY KEY (identity, agent)
        ) STRICT, WITHOUT ROWID;
        """
}
