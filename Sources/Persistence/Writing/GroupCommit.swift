// Group commit: one durable transaction for every change that waits.
//
// True after each batch: every operation's caller has been told, exactly once; those that were told of success are on stable
// storage; no transaction is open.

import CertificateAuthority
import GRDB
import Metrics

/// Makes the changes of a batch, and tells their callers.
struct GroupCommit: Sendable {
    let pool: DatabasePool
    let metrics: StoreMetrics
    let clock: any Clock<Duration>
    let onStep: @Sendable (StoreStep) -> Void

    /// Makes all changes in one transaction.
    ///
    /// When one of them fails, it alone does: the rest is made again without it.
    func perform(_ operations: [WriteOperation]) {
        self.metrics.batchSize.record(operations.count)
        do {
            let outcomes = try self.transaction(of: operations.count) { transaction in
                do {
                    return try operations.map { Outcome.made(try $0.run(transaction)) }
                } catch {
                    throw OperationFailure(error: error)
                }
            }
            self.tell(outcomes, to: operations)
        } catch let failure as OperationFailure {
            self.performApart(operations, after: failure)
        } catch {
            self.tell(operations.map { _ in .failed(error) }, to: operations)
        }
    }

    /// Makes each change in a savepoint of its own.
    private func performApart(_ operations: [WriteOperation], after failure: OperationFailure) {
        if operations.count == 1 { return self.tell([.failed(failure.error)], to: operations) }
        do {
            let outcomes = try self.transaction(of: operations.count) { transaction in
                try operations.map { try Outcome(of: $0, in: transaction) }
            }
            self.tell(outcomes, to: operations)
        } catch {
            self.tell(operations.map { _ in .failed(error) }, to: operations)
        }
    }

    private func tell(_ outcomes: [Outcome], to operations: [WriteOperation]) {
        for (operation, outcome) in zip(operations, outcomes) {
            switch outcome {
            case .made(let resume): resume()
            case .failed(let error): operation.fail(StoreFailure.translated(error))
            }
        }
    }

    private func transaction(
        of count: Int,
        _ body: (WriteTransaction) throws -> [Outcome]
    ) throws -> [Outcome] {
        var outcomes: [Outcome] = []
        let duration = try self.clock.measure {
            outcomes = try self.pool.writeWithoutTransaction { database in
                try self.transaction(of: count, on: database, body)
            }
        }
        self.metrics.commitDuration.recordNanoseconds(duration.nanoseconds)
        return outcomes
    }

    private func transaction(
        of count: Int,
        on database: Database,
        _ body: (WriteTransaction) throws -> [Outcome]
    ) throws -> [Outcome] {
        // IMMEDIATE: the lock comes first, so what is read stays true until the commit although other processes write.
        try database.cachedStatement(sql: "BEGIN IMMEDIATE").execute()
        do {
            let outcomes = try body(WriteTransaction(database))
            self.onStep(.beforeCommit(operations: count))
            try database.cachedStatement(sql: "COMMIT").execute()
            self.onStep(.afterCommit(operations: count))
            return outcomes
        } catch {
            // Ends the transaction where the error has not; after an error here the next BEGIN would tell.
            try? database.rollback()
            throw error
        }
    }
}

/// What came of one operation.
private enum Outcome {
    case made(@Sendable () -> Void)
    case failed(any Error)

    /// Makes the change in a savepoint.
    ///
    /// - Throws: the error that ended the whole transaction, and with it what was made before.
    init(of operation: WriteOperation, in transaction: WriteTransaction) throws {
        do {
            self = .made(try transaction.isolated(operation.run))
        } catch {
            // sqlite.org/lang_transaction.html: after SQLITE_FULL, SQLITE_IOERR, SQLITE_NOMEM and others "the transaction
            // may or may not be rolled back automatically". What came next would be committed by itself.
            guard transaction.database.isInsideTransaction else { throw error }
            self = .failed(error)
        }
    }
}

/// That an operation failed, and not the begin or the end of its transaction.
private struct OperationFailure: Error {
    let error: any Error
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        let (seconds, attoseconds) = self.components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
