// One piece of work for a session, and whoever waits for its result.

import Synchronization

/// A call on its way through the queue; it is answered exactly once.
final class Call: Sendable {
    /// Answers the caller with a result.
    typealias Delivery = @Sendable () -> Void

    /// When the caller gets ``SigningError/Code/unavailable``, on the pool's clock.
    let deadline: Duration
    private let settled = Atomic<Bool>(false)
    private let work: @Sendable (TokenSession, Int) throws(SigningError) -> Delivery
    private let refusal: @Sendable (SigningError) -> Void

    /// Creates a call.
    ///
    /// - Parameters:
    ///   - body: What to do with a session; its second argument counts the attempts from 0.
    ///   - completion: Called exactly once, on any thread; it must not block.
    init<R: Sendable>(
        deadline: Duration,
        body: @escaping @Sendable (TokenSession, Int) throws(SigningError) -> R,
        completion: @escaping @Sendable (Result<R, SigningError>) -> Void
    ) {
        self.deadline = deadline
        self.work = { (session, attempt) throws(SigningError) in
            let result = try body(session, attempt)
            return { completion(.success(result)) }
        }
        self.refusal = { completion(.failure($0)) }
    }

    /// Whether the caller has its answer.
    var isSettled: Bool { self.settled.load(ordering: .acquiring) }

    /// Makes an attempt; its result is delivered unless the caller has given up meanwhile.
    func attempt(_ attempt: Int, with session: TokenSession) throws(SigningError) {
        let delivery = try self.work(session, attempt)
        if self.settle() { delivery() }
    }

    /// Answers the caller with an error unless it has its answer.
    func fail(_ error: SigningError) {
        if self.settle() { self.refusal(error) }
    }

    private func settle() -> Bool { !self.settled.exchange(true, ordering: .acquiringAndReleasing) }
}
