// The store on SQLite: one file, one writer, readers that never wait for it.
//
// What it promises stands at the ports: `CertificateStore`, `AuditStore`, `APITokenStore`. How:
// - Durable: write-ahead log with `synchronous = FULL`, so that a commit is on stable storage before a caller is resumed.
// - Atomic: each call is one operation of a transaction; operations that wait share one (group commit).
// - Concurrent: changes go through a bounded queue to one thread of their own; reads see the last commit on connections of
//   theirs. Other processes may read and write the same file.

import CertificateAuthority
import GRDB
import Synchronization

/// The store on SQLite; see the ports for what it promises.
public final class SQLiteStore: Sendable {
    let queue: WriteQueue
    private let finished = Event()
    /// `nil` once the store is closed; the connections are closed when the last call under way gives them back.
    private let pool: Mutex<DatabasePool?>

    /// Opens the database, creating and migrating it as needed.
    ///
    /// Blocks while it does: call it when the program starts. Creates a file that only its owner may read. Cost: independent of how much the database holds.
    ///
    /// - Parameters:
    ///   - path: the file; its directory must exist.
    ///   - creating: whether a missing file is created, or an error.
    ///   - queuedWrites: how many changes may wait before one is refused.
    ///   - clock: measures commits, for the metrics.
    ///   - onStep: is called on the writer's thread at each step of a commit, for crash tests.
    /// - Throws: ``AuthorityError`` with `.storeFailed` when the file cannot be opened, is no database of ours, is damaged,
    ///   or was written by a newer version.
    public init(
        path: String,
        creating: Bool = true,
        queuedWrites: Int = Budget.queuedWrites,
        clock: any Clock<Duration>,
        onStep: @escaping @Sendable (StoreStep) -> Void = { _ in }
    ) throws {
        let pool = try DatabaseFile(path: path, creating: creating).open()
        self.pool = Mutex(pool)
        self.queue = WriteQueue(bound: queuedWrites)
        let commit = GroupCommit(pool: pool, metrics: StoreMetrics(), clock: clock, onStep: onStep)
        Writer(queue: self.queue, commit: commit, finished: self.finished).start()
    }

    deinit {
        // Ends the writer's thread, which keeps what it needs of the store alive until then.
        self.queue.close()
    }

    /// Closes the store: what was accepted is made durable, what comes later is refused with `.storeFailed`.
    ///
    /// Returns when the writer has ended and the log is written back. May be called more than once.
    public func close() async {
        self.queue.close()
        await self.finished.wait()
        self.pool.withLock { $0 = nil }
    }

    /// Makes a change, and returns when it is durable.
    ///
    /// Not cancelled with its task: a change that was accepted is made, and its caller learns so.
    func write<Value: Sendable>(
        isFinishing: Bool = false,
        _ body: @escaping @Sendable (WriteTransaction) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let operation = WriteOperation(body, resuming: continuation)
            do {
                try self.queue.append(operation, isFinishing: isFinishing)
            } catch {
                operation.fail(error)
            }
        }
    }

    /// Reads from a snapshot of the last commit.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        guard let pool = self.pool.withLock({ $0 }) else { throw StoreFailure.closed }
        do {
            return try await pool.read(body)
        } catch {
            throw StoreFailure.translated(error)
        }
    }

    /// A limit as a statement takes it: a negative one would mean none.
    static func rows(_ limit: Int) -> Int { min(max(limit, 0), Budget.rowsPerCall) }
}
