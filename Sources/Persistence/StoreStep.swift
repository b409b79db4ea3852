// Where a crash test may stop the store.

/// A step of a commit, on the writer's thread.
public enum StoreStep: Hashable, Sendable {
    /// The changes of so many operations are in the transaction, and not durable.
    case beforeCommit(operations: Int)
    /// They are durable, and no caller knows yet.
    case afterCommit(operations: Int)
}
