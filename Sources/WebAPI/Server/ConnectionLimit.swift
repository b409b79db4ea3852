// At most so many connections: more wait in the kernel's queue until one closes.

import HummingbirdCore

/// Counts connections, for the limit and for metrics.
///
/// Lives on the event loop of the listening socket.
struct ConnectionLimit: AvailableConnectionsDelegate {
    private let limit: Int
    private let metrics: RequestMetrics
    private var count = 0

    init(_ limit: Int, metrics: RequestMetrics) {
        self.limit = limit
        self.metrics = metrics
    }

    mutating func connectionOpened() {
        self.count += 1
        self.metrics.connectionOpened()
    }

    mutating func connectionClosed() {
        self.count -= 1
        self.metrics.connectionClosed()
    }

    func isAcceptingNewConnections() -> Bool { self.count < self.limit }
}
