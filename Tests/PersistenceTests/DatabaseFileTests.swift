import AuditLog
import CertificateAuthority
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Persistence

/// Opens a store, and gives the reason why it cannot be.
private func reason(_ path: String, creating: Bool = true) async -> String? {
    do {
        try await SQLiteStore(path: path, creating: creating, clock: ContinuousClock()).close()
        return nil
    } catch {
        #expect(error as? AuthorityError == AuthorityError(.storeFailed, ""))
        return (error as? AuthorityError)?.reason
    }
}

private func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
}

@Suite("The database's file")
struct DatabaseFileTests {
    @Test("Only its owner may read the file and its log")
    func fileMode() async throws {
        try await withSQLiteStore { store, path in
            try await store.append([event()])
            #expect(try mode(path) == 0o600)
            #expect(try mode(path + "-wal") == 0o600)
            #expect(try mode(path + "-shm") == 0o600)
        }
    }

    @Test("A commit is on stable storage: write-ahead log, synchronous FULL, foreign keys")
    func settings() async throws {
        try await withSQLiteStore { store, _ in
            let settings = try await store.write { transaction in
                try ["journal_mode", "synchronous", "foreign_keys", "trusted_schema"].map {
                    try String.fetchOne(transaction.database, sql: "PRAGMA \($0)")
                }
            }
            #expect(settings == ["wal", "2", "1", "0"])
        }
    }

    @Test("Every table is STRICT")
    func strict() async throws {
        try await withSQLiteStore { store, _ in
            let lax = try await store.read { database in
                try String.fetchAll(
                    database,
                    sql: """
                        SELECT name FROM pragma_table_list
                        WHERE NOT strict AND schema = 'main' AND name NOT LIKE 'sqlite_%' AND name <> 'grdb_migrations'
                        """
                )
            }
            #expect(lax.isEmpty)
        }
    }

    @Test("What cannot be opened is refused with the file's name and the reason")
    func refused() async throws {
        try await withTemporaryDirectory { directory in
            let missing = directory + "/missing/signet.db"
            #expect(await reason(missing)?.contains("\(missing) is missing") == true)
            let absent = directory + "/absent.db"
            #expect(await reason(absent, creating: false)?.contains("\(absent) is missing") == true)
            #expect(!FileManager.default.fileExists(atPath: absent))
            #expect(await reason(directory)?.contains("is a directory") == true)
            let text = directory + "/text.db"
            try Data("no database at all, but long enough to look at".utf8 + Data(count: 4_096)).write(
                to: URL(fileURLWithPath: text)
            )
            #expect(await reason(text)?.contains("damaged") == true)
        }
    }

    @Test("A damaged file is refused, or its damage is reported when it is met")
    func damaged() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/signet.db"
            let store = try SQLiteStore(path: path, clock: ContinuousClock())
            for number in 0..<20 { try await store.issue(issuance(number), number) }
            await store.close()
            var octets = try Data(contentsOf: URL(fileURLWithPath: path))
            for index in octets.indices where index >= 8_192 { octets[index] = 0xA5 }
            try octets.write(to: URL(fileURLWithPath: path))
            await #expect(throws: AuthorityError(.storeFailed, "")) {
                let damaged = try SQLiteStore(path: path, clock: ContinuousClock())
                defer { withExtendedLifetime(damaged) {} }
                for number in 0..<20 { _ = try await damaged.certificate(serial(number)) }
            }
        }
    }

    @Test("Another program's database is refused and left as it was")
    func foreign() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/other.db"
            let other = try DatabaseQueue(path: path)
            try await other.write { try $0.execute(sql: "CREATE TABLE other (x)") }
            try other.close()
            let octets = try Data(contentsOf: URL(fileURLWithPath: path))
            #expect(await reason(path)?.contains("another program") == true)
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == octets)
        }
    }

    @Test("A database of a newer version is refused")
    func newer() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/signet.db"
            #expect(await reason(path) == nil)
            let queue = try DatabaseQueue(path: path)
            try await queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99 the future')") }
            try queue.close()
            #expect(await reason(path)?.contains("newer version") == true)
        }
    }

    @Test("Opening many times at once creates one database", arguments: 0..<8)
    func concurrently(_ round: Int) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/signet.db"
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        let store = try SQLiteStore(path: path, clock: ContinuousClock())
                        try await store.append([event(.ceremony, number)])
                        await store.close()
                    }
                }
                try await group.waitForAll()
            }
            let store = try SQLiteStore(path: path, creating: false, clock: ContinuousClock())
            #expect(try await store.verify().count == 8)
            await store.close()
        }
    }

    @Test(
        "Audit entries cannot be changed or removed, not even in SQL",
        arguments: [
            "UPDATE audit SET actor = 'x' WHERE sequence = 1", "DELETE FROM audit", "UPDATE audit SET sequence = 9",
        ]
    )
    func immutableAudit(sql: String) async throws {
        try await withSQLiteStore { store, _ in
            try await store.append([event(), event()])
            await #expect(throws: AuthorityError(.storeFailed, "")) {
                try await store.write { try $0.database.change(sql, []) }
            }
            #expect(try await store.verify().count == 2)
        }
    }

    @Test("A changed audit entry is found by its sequence")
    func tampered() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/signet.db"
            let store = try SQLiteStore(path: path, clock: ContinuousClock())
            try await store.append((0..<5).map { event(.ceremony, $0) })
            _ = try await store.write { transaction in
                try transaction.database.execute(sql: "DROP TRIGGER audit_is_not_updated")
                try transaction.database.execute(sql: "UPDATE audit SET details = '{\"a\":1}' WHERE sequence = 4")
            }
            let malformed = await #expect(throws: AuditError.self) { try await store.verify() }
            #expect(malformed?.code == .malformed)
            #expect(malformed?.sequence == 4)
            _ = try await store.write { transaction in
                try transaction.database.execute(sql: "UPDATE audit SET details = '{}' WHERE sequence = 4")
            }
            let changed = await #expect(throws: AuditError.self) { try await store.verify() }
            #expect(changed?.code == .hashDiffers)
            #expect(changed?.sequence == 4)
            await store.close()
        }
    }

    @Test("A lock that another process does not give up is an overload, not a failure")
    func busy() {
        let error = StoreFailure.translated(DatabaseError(resultCode: .SQLITE_BUSY)) as? AuthorityError
        #expect(error == AuthorityError(.overloaded, ""))
        #expect(error?.retryAfter == 1)
    }
}
