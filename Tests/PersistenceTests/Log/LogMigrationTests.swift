// The twelfth migration over an outbox of the tenth: what waits and what is logged is carried over, and stays guarded.

import GRDB
import TestSupport
import Testing

@testable import Persistence

@Suite("The log's outbox from a former version")
struct LogMigrationTests {
    private static let rows = "SELECT id, kind, reference, sealed, leaf_hash, leaf_index FROM log_outbox ORDER BY id"
    private static let triggers = """
        SELECT name FROM sqlite_schema WHERE type = 'trigger' AND sql LIKE '%log_outbox%' ORDER BY name
        """

    @Test("Entries keep their numbers and places, numbers go on, and nothing can be changed or removed as before")
    func carriedOver() async throws {
        try await withTemporaryDirectory { directory in
            let queue = try DatabaseQueue(path: directory + "/signet.db")
            try Schema.migrator.migrate(queue, upTo: "11 unreadable server orders")
            let (before, guards) = try await queue.write { database in
                try database.execute(
                    sql: """
                        INSERT INTO log_outbox (kind, reference) VALUES (0, 1), (1, 1), (2, 7), (2, 8);
                        UPDATE log_outbox SET sealed = x'7b7d' WHERE id = 3;
                        UPDATE log_outbox SET leaf_hash = zeroblob(32), leaf_index = id - 1 WHERE id < 3;
                        """
                )
                return (
                    try Row.fetchAll(database, sql: Self.rows).map(\.description),
                    try String.fetchAll(database, sql: Self.triggers)
                )
            }
            #expect(throws: DatabaseError.self) {
                try queue.write { try $0.execute(sql: "INSERT INTO log_outbox (kind, reference) VALUES (3, 1)") }
            }
            try Schema.migrator.migrate(queue)
            try await queue.write { database in
                #expect(try Row.fetchAll(database, sql: Self.rows).map(\.description) == before)
                let after = try String.fetchAll(database, sql: Self.triggers)
                #expect(Set(after) == Set(guards).union(["identity_events_are_logged"]))
                try database.execute(sql: "INSERT INTO log_outbox (kind, reference) VALUES (3, 1)")
                #expect(database.lastInsertedRowID == 5)
                for sql in [
                    "DELETE FROM log_outbox WHERE id = 4", "UPDATE log_outbox SET sealed = x'' WHERE id = 3",
                    "UPDATE log_outbox SET leaf_index = 9 WHERE id = 1",
                    "UPDATE log_outbox SET reference = 9 WHERE id = 4",
                ] {
                    #expect(throws: DatabaseError.self, "\(sql)") { try database.execute(sql: sql) }
                }
            }
            try queue.close()
        }
    }
}
