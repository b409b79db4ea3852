// Opening the file: created for its owner alone, checked to be ours, configured, migrated.

import CertificateAuthority
import Foundation
import GRDB

/// The database's file.
struct DatabaseFile {
    let path: String
    let creating: Bool

    /// Opens connections to the file, with every migration applied.
    func open() throws -> DatabasePool {
        try self.create()
        do {
            // A plain connection looks first: opening a pool changes the file. It stays until the pool has opened, for the
            // last one to close writes the log back.
            let queue = try DatabaseQueue(path: self.path, configuration: self.configuration)
            try queue.writeWithoutTransaction(self.check)
            let pool = try DatabasePool(path: self.path, configuration: self.configuration)
            try queue.close()
            try pool.writeWithoutTransaction(self.configureWriter)
            try self.migrate(pool)
            return pool
        } catch let error as DatabaseError {
            throw self.error("cannot be opened: \(StoreFailure.reason(of: error))")
        }
    }

    /// SQLite would create the file with the mode that the umask leaves; its log gets the mode of the file.
    private func create() throws {
        let flags = (self.creating ? O_CREAT : 0) | O_RDWR | O_CLOEXEC
        let descriptor = Foundation.open(self.path, flags, mode_t(0o600))
        guard descriptor < 0 else {
            Foundation.close(descriptor)
            return
        }
        let code = errno
        let advice =
            switch code {
            case ENOENT: "is missing; run: signet init --state DIR"
            case EACCES, EPERM, EROFS: "cannot be written by this user"
            case EISDIR: "is a directory"
            default: "cannot be opened"
            }
        throw self.error("\(advice) (\(String(cString: strerror(code))))")
    }

    private var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "signet-store"
        configuration.maximumReaderCount = Budget.readers
        configuration.busyMode = .timeout(Budget.busySeconds)
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { database in
            // What a file holds is not to be trusted more than need be (sqlite.org/security.html).
            try database.execute(sql: "PRAGMA trusted_schema = OFF")
        }
        return configuration
    }

    /// Refuses another program's database, one of a newer version of ours, and a library that is too old.
    private func check(_ database: Database) throws {
        let version = try String.fetchOne(database, sql: "SELECT sqlite_version()") ?? "0"
        guard version.compare("3.37.0", options: .numeric) != .orderedAscending else {
            throw self.error("needs SQLite 3.37 or newer for STRICT tables; this is \(version)")
        }
        let application = try Int.fetchOne(database, sql: "PRAGMA application_id")
        // GRDB commits its table of migrations before the first of them: a crash in between leaves that and nothing else.
        let sql = "SELECT count(*) FROM sqlite_schema WHERE tbl_name <> 'grdb_migrations'"
        let tables = try Int.fetchOne(database, sql: sql)
        guard application == Schema.applicationID || tables == 0 else {
            throw self.error("is the database of another program")
        }
        guard try !Schema.migrator.hasBeenSuperseded(database) else {
            throw self.error("was written by a newer version of signet; use that version, or restore a backup")
        }
    }

    /// GRDB sets `synchronous = NORMAL` for a write-ahead log, with which the last commits could be lost with the power.
    private func configureWriter(_ database: Database) throws {
        try database.execute(
            sql: """
                PRAGMA synchronous = FULL;
                PRAGMA wal_autocheckpoint = \(Budget.checkpointPages);
                PRAGMA journal_size_limit = \(Budget.journalBytes);
                PRAGMA cache_size = -\(Budget.writerCacheKiB);
                """
        )
    }

    /// Applies the migrations that are missing.
    ///
    /// Each is a transaction of its own, and another process may be applying them at the same time: what it has applied
    /// between this one's look and its turn fails here and is done. As long as there are more of them, go on.
    private func migrate(_ pool: DatabasePool) throws {
        var applied = try pool.read(Schema.migrator.appliedIdentifiers).count
        while true {
            do {
                return try Schema.migrator.migrate(pool)
            } catch {
                let now = try pool.read(Schema.migrator.appliedIdentifiers).count
                guard now > applied else { throw error }
                applied = now
            }
        }
    }

    private func error(_ problem: String) -> AuthorityError {
        AuthorityError(.storeFailed, "the database \(self.path) \(problem)")
    }
}
