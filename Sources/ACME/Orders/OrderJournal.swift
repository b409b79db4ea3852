// The port to where orders are kept.

/// Keeps the states of orders.
///
/// A state is durable when ``save(_:)`` returns. It is saved before the step that it names is taken, so that whoever finds it
/// after a crash can take the step again. One process works at an order at a time (a lease is the caller's matter), and there
/// is at most one unfinished state of an account for one set of names: CAs give the same order to whoever asks twice.
public protocol OrderJournal: Sendable {
    /// Saves a state in the place of the former one of the same `id`.
    func save(_ state: OrderState) async throws
}
