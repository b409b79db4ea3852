// Callers that wait until their entry is integrated.

import Synchronization

/// Who waits for which entry.
final class IntegrationWaiters: Sendable {
    typealias Outcome = Result<IntegratedEntry, LogError>

    private struct State {
        var waiters: [Int64: [Int: AsyncStream<Outcome>.Continuation]] = [:]
        var count = 0
        var next = 0
    }

    private let state = Mutex(State())
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    /// One that waits; it must be taken back with ``remove(_:_:)``.
    func add(_ id: Int64) throws(LogError) -> (token: Int, outcome: AsyncStream<Outcome>) {
        let (stream, continuation) = AsyncStream.makeStream(of: Outcome.self, bufferingPolicy: .bufferingOldest(1))
        let token = self.state.withLock { state -> Int? in
            guard state.count < self.limit else { return nil }
            state.count += 1
            state.next += 1
            state.waiters[id, default: [:]][state.next] = continuation
            return state.next
        }
        guard let token else {
            throw LogError(.overloaded, "\(self.limit) callers wait for the log already; try again in a second")
        }
        return (token, stream)
    }

    func remove(_ id: Int64, _ token: Int) {
        self.state.withLock { state in
            guard state.waiters[id]?.removeValue(forKey: token) != nil else { return }
            state.count -= 1
            if state.waiters[id]?.isEmpty == true { state.waiters[id] = nil }
        }
    }

    /// Entries for which someone waits, up to a number.
    func ids(upTo last: Int64 = .max, limit: Int = Budget.batchEntries) -> [Int64] {
        self.state.withLock { state in Array(state.waiters.keys.filter { $0 <= last }.prefix(limit)) }
    }

    func resolve(_ entries: [IntegratedEntry]) {
        let woken = self.state.withLock { state in
            entries.flatMap { entry in (state.waiters[entry.id] ?? [:]).values.map { ($0, entry) } }
        }
        for (continuation, entry) in woken { continuation.yield(.success(entry)) }
    }

    func failAll(_ error: LogError) {
        let all = self.state.withLock { state in state.waiters.values.flatMap(\.values) }
        for continuation in all { continuation.yield(.failure(error)) }
    }
}
