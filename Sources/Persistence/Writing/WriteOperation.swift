// A change that waits for the writer, and its way back to the caller.

/// A caller's change, to be made in a transaction that it shares with others.
struct WriteOperation: Sendable {
    /// Makes the change, and returns what tells the caller once it is durable.
    ///
    /// May run a second time after a rollback, so it keeps nothing of the first.
    let run: @Sendable (WriteTransaction) throws -> @Sendable () -> Void
    /// Tells the caller that the change was not made.
    let fail: @Sendable (any Error) -> Void
}

extension WriteOperation {
    /// The operation of a caller that waits on the continuation.
    init<Value: Sendable>(
        _ body: @escaping @Sendable (WriteTransaction) throws -> Value,
        resuming continuation: CheckedContinuation<Value, any Error>
    ) {
        self.run = { transaction in
            let value = try body(transaction)
            return { continuation.resume(returning: value) }
        }
        self.fail = { continuation.resume(throwing: $0) }
    }
}
