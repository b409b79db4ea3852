// Wakes who waits: the engine for work, callers for the end of their orders.

import Synchronization

/// Bells by name, rung within this process; who waits for other processes looks from time to time as well.
final class OrderSignals: Sendable {
    private struct State {
        var next = 0
        var listeners: [String: [Int: AsyncStream<Void>.Continuation]] = [:]
    }

    /// The bell that tells that an order is due.
    static let work = ""

    private let state = Mutex(State())

    /// Begins to listen: who looks after that misses nothing.
    func listen(to name: String) -> Listener {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let number = self.state.withLock { state in
            state.next += 1
            state.listeners[name, default: [:]][state.next] = continuation
            return state.next
        }
        return Listener(signals: self, name: name, number: number, stream: stream)
    }

    /// Wakes all who listen.
    func ring(_ name: String) {
        let listeners = self.state.withLock { $0.listeners[name] ?? [:] }
        for listener in listeners.values { listener.yield() }
    }

    fileprivate func forget(_ name: String, _ number: Int) {
        self.state.withLock { state in
            state.listeners[name]?[number] = nil
            if state.listeners[name]?.isEmpty == true { state.listeners[name] = nil }
        }
    }

    /// Someone who listens.
    struct Listener: Sendable {
        fileprivate let signals: OrderSignals
        fileprivate let name: String
        fileprivate let number: Int
        fileprivate let stream: AsyncStream<Void>

        /// Waits until the bell rings or has rung since, or a time is over; it can be done once.
        func wait(atMost time: Duration, _ clock: any Clock<Duration>) async {
            defer { self.end() }
            let stream = self.stream
            await withTaskGroup(of: Void.self) { group in
                group.addTask { for await _ in stream { return } }
                group.addTask { try? await clock.sleep(for: time) }
                await group.next()
                group.cancelAll()
            }
        }

        /// Stops listening.
        func end() { self.signals.forget(self.name, self.number) }
    }
}
