// `AuditStore` on SQLite. Issuance, revocation and tokens append in their own transactions, on the same chain.

public import AuditLog
import GRDB

extension SQLiteStore: AuditStore {
    /// Appends the events, in order.
    public func append(_ events: [AuditEvent]) async throws {
        try await self.write { transaction in
            for event in events { try transaction.append(event) }
        }
    }

    /// Entries with a sequence above the given one (0 for the start), ascending, at most `limit`.
    ///
    /// - Throws: ``AuditError`` with `.malformed` for a row that this module never writes, beside the port's errors.
    public func entries(after sequence: Int64, limit: Int) async throws -> [AuditEntry] {
        try await self.read { try $0.all(AuditRow.list, [sequence, Self.rows(limit)], AuditRow.decode) }
    }

    /// The last entry's sequence and hash; nil in an empty log.
    public func head() async throws -> AuditHead? {
        try await self.read(AuditRow.head)
    }
}
