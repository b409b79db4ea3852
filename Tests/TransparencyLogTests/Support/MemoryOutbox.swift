// A LogOutbox in memory that keeps its promises, and dies where it is told to.

import FoundationEssentials
import Synchronization

@testable import TransparencyLog

final class MemoryOutbox: LogOutbox {
    struct State {
        var entries: [OutboxEntry] = []
        var record: LogRecord?
        var integrated: [Int64: IntegratedEntry] = [:]
        var indices: [LogHash: Int] = [:]
        var history: [[UInt8]] = []
        var sizes: [LogHash: Int] = [:]
        var lease: LogLease?
    }

    let faults: FaultPlan
    let state = Mutex(State())

    init(faults: FaultPlan = FaultPlan()) {
        self.faults = faults
    }

    /// Commits entries; their numbers.
    @discardableResult
    func commit(_ data: [[UInt8]]) -> [Int64] {
        self.state.withLock { state in
            data.map { data in
                // Gaps are normal: rolled back transactions leave them.
                let id = (state.entries.last?.id ?? 0) + (state.entries.count % 3 == 0 ? 2 : 1)
                state.entries.append(OutboxEntry(id: id, data: data))
                return id
            }
        }
    }

    var record: LogRecord? { self.state.withLock { $0.record } }
    var integrated: [Int64: IntegratedEntry] { self.state.withLock { $0.integrated } }
    var history: [[UInt8]] { self.state.withLock { $0.history } }

    func next(after id: Int64, limit: Int, bytes: Int) async throws -> [OutboxEntry] {
        try self.faults.perform {
            self.state.withLock { state in
                var rest = bytes
                let start = state.entries.partitioningIndex { $0.id > id }
                return Array(
                    state.entries[start...].prefix(limit).prefix { entry in
                        defer { rest -= entry.data.count }
                        return rest > 0
                    }
                )
            }
        }
    }

    func lastRecord() async throws -> LogRecord? { try self.faults.perform { self.record } }

    func record(_ batch: IntegratedBatch, lease: LogLease) async throws {
        try self.faults.perform {
            try self.state.withLock { state in
                guard state.lease?.holder == lease.holder else { throw LogError(.leaseLost, "another has it") }
                guard state.record == batch.previous else { throw LogError(.inconsistent, "the record is another") }
                state.record = batch.record
                for entry in batch.entries {
                    guard state.integrated.updateValue(entry, forKey: entry.id) == nil else {
                        throw LogError(.inconsistent, "integrated twice")
                    }
                    if state.indices[entry.leafHash] == nil { state.indices[entry.leafHash] = entry.index }
                }
                guard let checkpoint = batch.checkpoint else { return }
                state.history.append(checkpoint)
                state.sizes[batch.record.root] = batch.record.size
            }
        }
    }

    func indices(ofLeaves hashes: [LogHash]) async throws -> [LogHash: Int] {
        try self.faults.perform {
            self.state.withLock { state in
                var found: [LogHash: Int] = [:]
                for hash in hashes { found[hash] = state.indices[hash] }
                return found
            }
        }
    }

    func integrations(of ids: [Int64]) async throws -> [IntegratedEntry] {
        self.state.withLock { state in ids.compactMap { state.integrated[$0] } }
    }

    func size(ofRoot root: LogHash) async throws -> Int? { self.state.withLock { $0.sizes[root] } }

    func acquire(_ lease: LogLease, at instant: Date) async throws -> Bool {
        try self.faults.perform {
            self.state.withLock { state in
                if let held = state.lease, held.holder != lease.holder, held.until > instant { return false }
                state.lease = lease
                return true
            }
        }
    }

    func release(_ lease: LogLease) async throws {
        self.state.withLock { if $0.lease?.holder == lease.holder { $0.lease = nil } }
    }
}

extension Array {
    /// The first index whose element fulfils a predicate that holds from some element on.
    func partitioningIndex(_ predicate: (Element) -> Bool) -> Int {
        var (low, high) = (0, self.count)
        while low < high {
            let middle = (low + high) / 2
            if predicate(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
