// `ReminderStore` on SQLite. Each change is one operation of a group commit.

public import Foundation
import GRDB
public import RegistrationAuthority

extension SQLiteStore: ReminderStore {
    /// Watches of which a reminder is due, the oldest first.
    public func watches(dueAt instant: Date, limit: Int) async throws -> [CertificateWatch] {
        try await self.read { try $0.all(WatchRow.due, [instant.milliseconds, Self.rows(limit)], WatchRow.decode) }
    }

    /// Replaces a watch, or ends it with nil, and records a notice; false when it is not in this state any longer.
    public func advance(
        _ watch: CertificateWatch,
        to next: CertificateWatch?,
        notice: AgentNotice?
    ) async throws -> Bool {
        try await self.write { transaction in
            let database = transaction.database
            let key = WatchRow.key(watch)
            let changed =
                if let next {
                    try database.change(WatchRow.advance, key + [next.reminded, next.dueAt?.milliseconds])
                } else {
                    try database.change(WatchRow.end, key)
                }
            guard changed == 1 else { return false }
            if let notice { try database.change(NoticeRow.insert, NoticeRow.arguments(notice)) }
            return true
        }
    }

    /// Notices above a sequence (0 for the start), ascending, at most `limit`.
    public func notices(after sequence: Int64, limit: Int) async throws -> [RecordedNotice] {
        try await self.read { try $0.all(NoticeRow.list, [sequence, Self.rows(limit)], NoticeRow.decode) }
    }
}
