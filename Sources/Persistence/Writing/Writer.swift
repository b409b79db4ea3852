// The one thread that writes. SQLite blocks while it waits for the disk, so it never does on the cooperative pool.

import Foundation
import GRDB
import Metrics

/// Takes what waits, commits it, and ends when the queue is closed and empty.
struct Writer: Sendable {
    let queue: WriteQueue
    let commit: GroupCommit
    /// Fires when everything accepted is durable and the connections are released.
    let finished: Event

    /// Starts the thread; it owns itself.
    func start() {
        let thread = Thread { self.run() }
        thread.name = "signet-store"
        thread.start()
    }

    private func run() {
        while let operations = self.queue.take() {
            self.commit.metrics.queueDepth.record(operations.count)
            self.commit.perform(operations)
        }
        self.commit.metrics.queueDepth.record(0)
        // Only a courtesy to the next start, which reads the log otherwise: a failure here loses nothing.
        _ = try? self.commit.pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        self.finished.fire()
    }
}
