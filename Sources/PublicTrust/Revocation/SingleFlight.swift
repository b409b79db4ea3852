// One piece of work of a kind at a time: those who want the same while it is under way wait, and get what it brings.

import Synchronization

/// Work by key.
///
/// Whoever comes first does the work as part of its own task; nothing runs by itself. When that task is cancelled, its outcome
/// says nothing to others, and the next of them does the work.
final class SingleFlight<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private typealias Waiting = CheckedContinuation<Value?, Never>

    private let underway = Mutex<[Key: [Waiting]]>([:])

    /// The outcome of the work for a key: of one's own, or of one that is under way.
    func value(of key: Key, _ work: () async -> Value) async -> Value {
        while true {
            guard !self.begin(key) else {
                let value = await work()
                self.end(key, Task.isCancelled ? nil : value)
                return value
            }
            if let value = await self.outcome(of: key) { return value }
        }
    }

    private func begin(_ key: Key) -> Bool {
        self.underway.withLock { underway in
            guard underway[key] == nil else { return false }
            underway[key] = []
            return true
        }
    }

    private func end(_ key: Key, _ value: Value?) {
        let waiting = self.underway.withLock { $0.removeValue(forKey: key) ?? [] }
        for continuation in waiting { continuation.resume(returning: value) }
    }

    /// Waits for the work under way; nil when it has ended meanwhile, or brought nothing.
    private func outcome(of key: Key) async -> Value? {
        await withCheckedContinuation { continuation in
            let hasEnded = self.underway.withLock { underway in
                guard underway[key] != nil else { return true }
                underway[key]?.append(continuation)
                return false
            }
            if hasEnded { continuation.resume(returning: nil) }
        }
    }
}
