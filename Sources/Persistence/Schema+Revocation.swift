// The second migration's tables: what OCSP and CRLs are made of.
//
// True after each transaction: `revocations_in_force` has the certificates in state 3 that are not yet dropped, and the
// last entry of the feed for a certificate says whether it is in state 3.

extension Schema {
    /// Certificates by key, those on hold, and the shard that a certificate's CRLDP names.
    ///
    /// Certificates of before name their issuer's complete CRL, which lists every shard.
    static let shards = """
        ALTER TABLE certificates ADD COLUMN shard INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX certificates_issued_by_key ON certificates (public_key_hash, not_after, place) WHERE state = 1;
        CREATE INDEX certificates_held ON certificates (not_after, place) WHERE state = 3 AND revocation_reason = 6;
        CREATE TABLE blocked_keys (
            public_key_hash BLOB NOT NULL PRIMARY KEY,
            reason INTEGER NOT NULL,
            blocked_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    /// The feed of changes.
    ///
    /// `kind`: 0 revoked, 1 released. An index ends in the rowid, so each is a range of positions.
    static let feed = """
        CREATE TABLE revocations (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            kind INTEGER NOT NULL CHECK (kind IN (0, 1)),
            certificate_id INTEGER NOT NULL REFERENCES certificates (id),
            issuer TEXT NOT NULL,
            shard INTEGER NOT NULL,
            serial BLOB NOT NULL,
            not_after INTEGER NOT NULL,
            at INTEGER NOT NULL,
            revoked_at INTEGER NOT NULL,
            reason INTEGER NOT NULL,
            invalidity_date INTEGER
        ) STRICT;
        CREATE INDEX revocations_by_issuer ON revocations (issuer);
        CREATE INDEX revocations_by_shard ON revocations (issuer, shard);
        CREATE INDEX revocations_by_serial ON revocations (serial);
        CREATE TRIGGER revocations_are_not_updated BEFORE UPDATE ON revocations
            BEGIN SELECT RAISE(ABORT, 'an entry of the feed is never changed'); END;
        CREATE TRIGGER revocations_are_not_deleted BEFORE DELETE ON revocations
            BEGIN SELECT RAISE(ABORT, 'an entry of the feed is never removed'); END;
        """

    /// What CRLs list: narrow rows in the order in which they are read.
    static let inForce = """
        CREATE TABLE revocations_in_force (
            issuer TEXT NOT NULL,
            serial BLOB NOT NULL,
            shard INTEGER NOT NULL,
            not_after INTEGER NOT NULL,
            revoked_at INTEGER NOT NULL,
            reason INTEGER NOT NULL,
            invalidity_date INTEGER,
            PRIMARY KEY (issuer, serial)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX revocations_in_force_by_shard
            ON revocations_in_force (issuer, shard, serial, not_after, revoked_at, reason, invalidity_date);
        CREATE INDEX revocations_in_force_by_expiry ON revocations_in_force (issuer, not_after);
        """

    /// `shard` is -1 for a CRL of all shards; `kind`: 0 complete, 1 delta; `state`: 0 reserved, 1 published.
    static let crls = """
        CREATE TABLE crls (
            issuer TEXT NOT NULL,
            shard INTEGER NOT NULL CHECK (shard >= -1),
            number INTEGER NOT NULL CHECK (number > 0),
            kind INTEGER NOT NULL CHECK (kind IN (0, 1)),
            state INTEGER NOT NULL CHECK (state IN (0, 1)),
            position INTEGER NOT NULL,
            base_number INTEGER,
            this_update INTEGER,
            next_update INTEGER,
            entries INTEGER,
            size INTEGER,
            sha256 BLOB,
            PRIMARY KEY (issuer, shard, number),
            CHECK (state = 0 OR (this_update IS NOT NULL AND next_update IS NOT NULL AND entries IS NOT NULL
                AND size IS NOT NULL AND sha256 IS NOT NULL))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX crls_published ON crls (issuer, shard, kind) WHERE state = 1;
        """

    /// Revocations of before become the beginning of the feed.
    static let revokedBefore = """
        INSERT INTO revocations (
            kind, certificate_id, issuer, shard, serial, not_after, at, revoked_at, reason, invalidity_date
        )
        SELECT 0, id, issuer, shard, serial, not_after, revoked_at, revoked_at, revocation_reason, invalidity_date
        FROM certificates WHERE state = 3 ORDER BY revoked_at, id;
        INSERT INTO revocations_in_force (issuer, serial, shard, not_after, revoked_at, reason, invalidity_date)
        SELECT issuer, serial, shard, not_after, revoked_at, reason, invalidity_date FROM revocations;
        """
}
