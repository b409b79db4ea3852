import Synchronization

/// What tasks saw.
final class Outcomes: Sendable {
    private let values = Mutex<[Bool]>([])

    var all: [Bool] { self.values.withLock { $0 } }

    func add(_ value: Bool) { self.values.withLock { $0.append(value) } }
}
