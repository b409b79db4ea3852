// What an operation sees of the transaction that it shares: the connection, and the end of the audit log.

import AuditLog
import GRDB

/// A transaction under way, on the writer's thread.
final class WriteTransaction {
    let database: Database
    /// The end of the log; read when first needed, for another process may have appended since the last transaction, and
    /// none can before this one ends.
    private var chain: AuditChain?

    init(_ database: Database) {
        self.database = database
    }

    /// Adds an entry to the audit log.
    func append(_ event: AuditEvent) throws {
        var chain = try self.chain ?? AuditChain(head: AuditRow.head(self.database))
        // One owner at a time: the chain's scratch buffer is then reused and not copied.
        self.chain = nil
        let entry = chain.append(event.storable)
        self.chain = chain
        try AuditRow.insert(entry, into: self.database)
    }

    /// Makes a change whole or not at all, within the transaction.
    func isolated<Value>(_ body: (WriteTransaction) throws -> Value) throws -> Value {
        let chain = self.chain
        try self.database.execute(sql: "SAVEPOINT operation")
        do {
            let value = try body(self)
            try self.database.execute(sql: "RELEASE operation")
            return value
        } catch {
            self.chain = chain
            // Some errors roll back everything: then there is no savepoint either.
            if self.database.isInsideTransaction {
                try self.database.execute(sql: "ROLLBACK TO operation")
                try self.database.execute(sql: "RELEASE operation")
            }
            throw error
        }
    }
}
