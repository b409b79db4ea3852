// The fifth migration's tables: zones that were connected while the daemon ran, and the record values that are ours.

extension Schema {
    /// Zones.
    ///
    /// `servers` are addresses with spaces between them. Times are milliseconds since 1970.
    static let zones = """
        CREATE TABLE zones (
            apex TEXT NOT NULL PRIMARY KEY,
            provider TEXT NOT NULL,
            is_ours INTEGER NOT NULL CHECK (is_ours IN (0, 1)),
            servers TEXT NOT NULL,
            connected_by TEXT NOT NULL,
            connected_at_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    /// Values that were written through the API; `value` is as zone files have it.
    ///
    /// A row outlives its zone's connection: what is ours stays ours. One that an operation has is its alone until the
    /// lease is over.
    static let ownedRecords = """
        CREATE TABLE dns_records (
            zone TEXT NOT NULL,
            name TEXT NOT NULL,
            type TEXT NOT NULL,
            value TEXT NOT NULL,
            ttl INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('planned', 'published', 'withdrawing')),
            failure TEXT,
            operation TEXT,
            lease_until_ms INTEGER,
            updated_at_ms INTEGER NOT NULL,
            PRIMARY KEY (zone, name, type, value),
            CHECK ((operation IS NULL) = (lease_until_ms IS NULL))
        ) STRICT, WITHOUT ROWID;
        """
}
