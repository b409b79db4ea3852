// Where entries come from and what the store remembers of the log: the other half of the truth beside the tiles.

public import FoundationEssentials

/// An entry that was committed and waits for its place in the log.
public struct OutboxEntry: Hashable, Sendable {
    /// Its number in the order of commitment.
    public let id: Int64
    /// What is logged, 1 to ``Budget/entryBytes`` octets.
    public let data: [UInt8]

    /// Creates an entry.
    public init(id: Int64, data: [UInt8]) {
        self.id = id
        self.data = data
    }
}

/// The place that an entry of the outbox got.
public struct IntegratedEntry: Hashable, Sendable {
    /// Its number in the outbox.
    public let id: Int64
    /// Its leaf hash: the hash of its content.
    public let leafHash: LogHash
    /// Its index in the log; that of the first entry with the same content.
    public let index: Int

    /// Creates a record.
    public init(id: Int64, leafHash: LogHash, index: Int) {
        self.id = id
        self.leafHash = leafHash
        self.index = index
    }
}

/// How far the log is, as the store knows it.
public struct LogRecord: Hashable, Sendable {
    /// Entries in the log.
    public let size: Int
    /// The root of the tree of that size.
    public let root: LogHash
    /// The number of the last entry of the outbox that was integrated; 0 before the first.
    public let lastID: Int64

    /// Creates a record.
    public init(size: Int, root: LogHash, lastID: Int64) {
        self.size = size
        self.root = root
        self.lastID = lastID
    }
}

/// The right to append to the log, for a while.
public struct LogLease: Hashable, Sendable {
    /// Who has it: a name that is new at each start of a process.
    public let holder: String
    /// Until when.
    public let until: Date

    /// Creates a lease.
    public init(holder: String, until: Date) {
        self.holder = holder
        self.until = until
    }
}

/// What is recorded of a batch.
public struct IntegratedBatch: Sendable {
    /// The record that the store must have; nil for none.
    public let previous: LogRecord?
    /// The record that it has afterwards.
    public let record: LogRecord
    /// The entries in the order of the outbox, duplicates also.
    public let entries: [IntegratedEntry]
    /// The signed checkpoint of the new size, for the history; nil when this batch did not change it, and for the middle
    /// of a recovery.
    public let checkpoint: [UInt8]?
    /// When.
    public let instant: Date

    /// Creates a batch.
    public init(
        previous: LogRecord?,
        record: LogRecord,
        entries: [IntegratedEntry],
        checkpoint: [UInt8]?,
        instant: Date
    ) {
        self.previous = previous
        self.record = record
        self.entries = entries
        self.checkpoint = checkpoint
        self.instant = instant
    }
}

/// Finds what the log holds.
public protocol LogIndex: Sendable {
    /// The index of the first entry with each of these leaf hashes, where there is one.
    func indices(ofLeaves hashes: [LogHash]) async throws -> [LogHash: Int]

    /// The place of each of these entries of the outbox, where it is integrated.
    func integrations(of ids: [Int64]) async throws -> [IntegratedEntry]

    /// The size of a checkpoint that was published with this root; nil for none.
    func size(ofRoot root: LogHash) async throws -> Int?
}

/// The entries that the authorities committed, and the record of what became of them.
///
/// What it promises:
/// - **One truth.** An entry enters in the same transaction as the act that it tells of: both are durable, or neither.
/// - **Order.** Numbers rise in the order of commitment: once an entry can be read, none with a smaller number appears any
///   more. Numbers are positive and never given twice. Content never changes, and an entry stays readable until it is
///   integrated and for as long as recovery may need it (a day is plenty).
/// - **Exactly once.** ``record(_:lease:)`` is one durable transaction: places of entries, record and checkpoint together.
///   It throws ``LogError`` with `.leaseLost` when another has the lease, and with `.inconsistent` when the store's record is
///   not the batch's `previous`. So an entry gets one place, however often its batch is tried.
/// - **Concurrency.** Anyone may read; one at a time, the holder of the lease, records.
public protocol LogOutbox: LogIndex {
    /// Entries with greater numbers than this, in order: at most so many, and no more after the one with which they have
    /// that many octets.
    func next(after id: Int64, limit: Int, bytes: Int) async throws -> [OutboxEntry]

    /// The last record; nil before the first.
    func lastRecord() async throws -> LogRecord?

    /// Records what was integrated.
    func record(_ batch: IntegratedBatch, lease: LogLease) async throws

    /// Takes the lease, or prolongs one that the holder has; false when another has it at this instant.
    func acquire(_ lease: LogLease, at instant: Date) async throws -> Bool

    /// Gives back the lease if the holder has it.
    func release(_ lease: LogLease) async throws
}
