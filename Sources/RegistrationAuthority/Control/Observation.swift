// Bounds on looking at the world: strangers say where, and their servers answer when they please.

import Synchronization

/// What a task gives within a time; nil when it takes longer, and then it is cancelled.
func within<Value: Sendable>(
    _ time: Duration,
    _ clock: any Clock<Duration>,
    _ body: @escaping @Sendable () async -> Value
) async -> Value? {
    await withTaskGroup(of: Value?.self) { group in
        group.addTask { await body() }
        group.addTask {
            try? await clock.sleep(for: time)
            return nil
        }
        defer { group.cancelAll() }
        return await group.next() ?? nil
    }
}

/// How many observations are under way.
///
/// Owns a count, guarded by its lock.
final class ObservationSlots: Sendable {
    private let underWay = Mutex(0)

    /// Takes one; false when there is none.
    func take() -> Bool {
        self.underWay.withLock { count in
            guard count < Budget.observationsAtOnce else { return false }
            count += 1
            return true
        }
    }

    /// Gives one back.
    func giveBack() {
        self.underWay.withLock { $0 -= 1 }
    }
}
