// `LogOutbox` on SQLite. Each change is one operation of a group commit.

import CertificateAuthority
public import Foundation
import GRDB
public import TransparencyLog

extension SQLiteStore: LogOutbox {
    /// Entries with greater numbers than this, in order; none from the first on that waits to be sealed.
    ///
    /// An entry that cannot be made, or is too long for the log, is sealed as what it leaves out.
    public func next(after id: Int64, limit: Int, bytes: Int) async throws -> [OutboxEntry] {
        while true {
            let (entries, failed) = try await self.entries(after: id, limit: limit, bytes: bytes)
            guard entries.isEmpty, let failed else { return entries }
            let sealed = try CertificateLogEntry.omitted(
                failed.kind.omittedType,
                reference: failed.reference,
                entry: failed.entry
            )
            _ = try await self.seal(failed.id, as: sealed)
        }
    }

    /// Entries with greater numbers than this, in order, as ``next(after:limit:bytes:)`` gives them; changes nothing.
    ///
    /// - Returns: With the number of the entry after them, if that one cannot be made.
    public func loggedEntries(after id: Int64, limit: Int) async throws -> (entries: [OutboxEntry], unreadable: Int64?)
    {
        let (entries, failed) = try await self.entries(
            after: id,
            limit: limit,
            bytes: TransparencyLog.Budget.batchBytes
        )
        return (entries, failed?.id)
    }

    /// As ``next(after:limit:bytes:)``, and changes nothing: with the entry after them that cannot be made.
    func entries(
        after id: Int64,
        limit: Int,
        bytes: Int
    ) async throws -> (entries: [OutboxEntry], failed: LogOutboxRow.Failed?) {
        try await self.read { database in
            var entries: [OutboxEntry] = []
            var total = 0
            let arguments: StatementArguments = [id, Self.rows(limit)]
            let cursor = try Row.fetchCursor(database.cachedStatement(sql: LogOutboxRow.next), arguments: arguments)
            while total < bytes, let row = try cursor.next() {
                let (id, kind): (Int64, LogOutboxRow.Kind) = (try row.value(0), try LogOutboxRow.kind(row, at: 1))
                let made = try LogOutboxRow.made(
                    kind,
                    reference: try row.value(2),
                    sealed: try row.optionalBytes(3),
                    in: database
                )
                guard let data = made.data else { break }
                guard made.isWhole else {
                    let entry = data.isEmpty ? nil : data
                    return (entries, LogOutboxRow.Failed(id: id, kind: kind, reference: try row.value(2), entry: entry))
                }
                entries.append(OutboxEntry(id: id, data: data))
                total += data.count
            }
            return (entries, nil)
        }
    }

    /// The last record; nil before the first.
    public func lastRecord() async throws -> LogRecord? {
        try await self.read { try LogRecordRow.find(in: $0) }
    }

    /// Records what was integrated: places of entries, record and checkpoint in one transaction.
    public func record(_ batch: IntegratedBatch, lease: LogLease) async throws {
        try await self.write(isFinishing: true) { transaction in
            let database = transaction.database
            guard try LogRecordRow.leaseHolder(in: database)?.holder == lease.holder else {
                throw LogError(.leaseLost, "another process appends to the log; this one goes on when that one ends")
            }
            guard try LogRecordRow.find(in: database) == batch.previous else {
                throw LogError(
                    .inconsistent,
                    "the store's record of the log is not the one that the batch was made from"
                )
            }
            for entry in batch.entries {
                let place: StatementArguments = [entry.id, entry.leafHash.bytes.data, entry.index]
                guard try database.change(LogOutboxRow.place, place) == 0 else { continue }
                let known = try database.one(LogOutboxRow.integration, [entry.id], LogOutboxRow.integrated)
                guard known == entry else {
                    throw LogError(
                        .inconsistent,
                        "the outbox's entry \(entry.id) is not there, or has another place by now"
                    )
                }
            }
            try database.change(LogRecordRow.write, LogRecordRow.arguments(batch.record))
            if let checkpoint = batch.checkpoint {
                try database.change(
                    LogRecordRow.addCheckpoint,
                    [
                        batch.record.size, batch.record.root.bytes.data, batch.instant.milliseconds, checkpoint.data,
                    ]
                )
            }
        }
    }

    /// Takes the lease, or prolongs one that the holder has; false when another has it at this instant.
    public func acquire(_ lease: LogLease, at instant: Date) async throws -> Bool {
        try await self.write { transaction in
            let arguments: StatementArguments = [lease.holder, lease.until.milliseconds, instant.milliseconds]
            return try transaction.database.change(LogRecordRow.acquire, arguments) == 1
        }
    }

    /// Gives back the lease if the holder has it.
    public func release(_ lease: LogLease) async throws {
        _ = try await self.write { try $0.database.change(LogRecordRow.release, [lease.holder]) }
    }

    /// Ends the lease, whoever has it: for the start of a process that is alone with the store, after one that was killed.
    public func releaseLogLease() async throws {
        _ = try await self.write { try $0.database.change(LogRecordRow.releaseAll, []) }
    }

    /// The index of the first entry with each of these leaf hashes, where there is one.
    public func indices(ofLeaves hashes: [LogHash]) async throws -> [LogHash: Int] {
        try await self.read { database in
            var found: [LogHash: Int] = [:]
            for hash in hashes where found[hash] == nil {
                let index: Int64? = try database.one(LogOutboxRow.indexOfLeaf, [hash.bytes.data]) { try $0.value(0) }
                if let index { found[hash] = Int(index) }
            }
            return found
        }
    }

    /// The place of each of these entries of the outbox, where it is integrated.
    public func integrations(of ids: [Int64]) async throws -> [IntegratedEntry] {
        try await self.read { database in
            try ids.compactMap { try database.one(LogOutboxRow.integration, [$0], LogOutboxRow.integrated) }
        }
    }

    /// The size of a checkpoint that was published with this root; nil for none.
    public func size(ofRoot root: LogHash) async throws -> Int? {
        try await self.read { database in
            let size: Int64? = try database.one(LogRecordRow.sizeOfRoot, [root.bytes.data]) { try $0.value(0) }
            return size.map { Int($0) }
        }
    }
}
