// Time in tests of registrations: it stands still until it is moved, and short pauses are over at once.

import Foundation
import Synchronization

final class ManualClock: Sendable {
    private let instant = Mutex(Date(timeIntervalSince1970: 1_795_262_400.125))

    var now: Date { self.instant.withLock { $0 } }

    func advance(_ seconds: Double) { self.instant.withLock { $0 += seconds } }

    /// Pauses between looks take two milliseconds; whoever waits longer has its real patience.
    func sleep(_ duration: Duration) async throws {
        try await Task.sleep(for: duration > .seconds(1) ? duration : .milliseconds(2))
    }
}

/// Where a test stops whoever passes, until it lets them on.
final class Turnstile: Sendable {
    private struct State {
        var isClosed = false
        var arrived = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// How many came while it was closed.
    var arrived: Int { self.state.withLock { $0.arrived } }

    func close() { self.state.withLock { $0.isClosed = true } }

    func open() {
        let waiting = self.state.withLock { state in
            defer { state.waiting = [] }
            state.isClosed = false
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func pass() async {
        await withCheckedContinuation { continuation in
            let waits = self.state.withLock { state in
                guard state.isClosed else { return false }
                state.arrived += 1
                state.waiting.append(continuation)
                return true
            }
            if !waits { continuation.resume() }
        }
    }
}

struct NeverHappened: Error {
    let what: String
}

/// Waits until something holds; a minute at most, so that a defect fails the test and does not hang it, and a machine that is busy
/// with all the other tests does not fail it.
func eventually(_ what: String = "", _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(2))
    }
    throw NeverHappened(what: what)
}
