// `ZoneStore` on SQLite. Each change is one operation of a group commit.

public import AuditLog
public import DNS
import Foundation
import GRDB
public import RegistrationAuthority

extension SQLiteStore: ZoneStore {
    /// All connected zones, by name.
    public func zones() async throws -> [StoredZone] {
        try await self.read { try $0.all(ZoneRow.list, [], ZoneRow.decode) }
    }

    /// Adds a zone; false when one with its apex is there.
    public func connect(_ zone: StoredZone, audit: AuditEvent) async throws -> Bool {
        try await self.write { transaction in
            guard try transaction.database.change(ZoneRow.insert, ZoneRow.arguments(zone)) == 1 else { return false }
            try transaction.append(audit)
            return true
        }
    }

    /// Removes a zone unless registrations in it, and not in one of the zones below, are live or being worked on.
    public func disconnect(
        _ apex: DomainName,
        sparing inner: [DomainName],
        audit: AuditEvent
    ) async throws -> ZoneDisconnection {
        try await self.write { transaction in
            guard try transaction.database.exists(ZoneRow.find, [apex.description]) else { return .unknown }
            let (sql, arguments) = ZoneRow.registrations(in: apex, sparing: inner)
            let count: Int = try transaction.database.one(sql, arguments) { try $0.value(0) } ?? 0
            if count > 0 { return .inUse(count) }
            try transaction.database.change(ZoneRow.delete, [apex.description])
            try transaction.append(audit)
            return .done
        }
    }

    /// Values of a zone that were written through the API, by name, type and value, at most `limit`.
    public func ownedRecords(
        in zone: DomainName,
        at name: DomainName?,
        type: RecordType?,
        limit: Int
    ) async throws -> [OwnedRecord] {
        try await self.read { database in
            let (sql, arguments) = OwnedRecordRow.list(zone, name, type, limit: Self.rows(limit))
            return try database.all(sql, arguments, OwnedRecordRow.decode)
        }
    }

    /// Records an operation, to be sent afterwards.
    public func begin(_ operation: RecordOperation) async throws -> RecordAdmission {
        try await self.write { transaction in
            let database = transaction.database
            var new: Set<Int> = []
            // All are looked at before any is changed.
            for (index, change) in operation.changes.enumerated() {
                let key = OwnedRecordRow.key(operation.zone, change.record)
                let lease: Int64?? = try database.one(OwnedRecordRow.lease, key) { try $0.optional(0) }
                switch (lease, change) {
                case (.some(let until), _):
                    if let until, until > operation.at.milliseconds { return .busy(index) }
                case (.none, .add): new.insert(index)
                case (.none, .remove): return .notOurs(index)
                }
            }
            for change in operation.changes {
                let holder: StatementArguments = [
                    operation.id, operation.leaseUntil.milliseconds, operation.at.milliseconds,
                ]
                let arguments = OwnedRecordRow.key(operation.zone, change.record) + holder
                switch change {
                case .add(let record): try database.change(OwnedRecordRow.plan, arguments + [record.ttl])
                case .remove: try database.change(OwnedRecordRow.withdraw, arguments)
                }
            }
            for event in operation.audit { try transaction.append(event) }
            return .begun(new: new)
        }
    }

    /// Records what became of an operation's changes; of values that another operation has by now, nothing.
    public func settle(
        _ operation: RecordOperation,
        _ settlements: [RecordSettlement],
        audit: [AuditEvent]
    ) async throws {
        try await self.write(isFinishing: true) { transaction in
            for settlement in settlements {
                let key = OwnedRecordRow.key(operation.zone, settlement.record) + [operation.id]
                if let state = settlement.state {
                    let outcome: StatementArguments = [state.rawValue, settlement.failure]
                    try transaction.database.change(OwnedRecordRow.settle, key + outcome)
                } else {
                    try transaction.database.change(OwnedRecordRow.forget, key)
                }
            }
            for event in audit { try transaction.append(event) }
        }
    }
}
