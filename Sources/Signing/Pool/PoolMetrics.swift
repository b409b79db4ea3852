// What Prometheus sees of a token. Handlers are made once; only a recovery, which is rare, makes its own.

import CoreMetrics
import PKIX
import Synchronization

/// The metrics of one token.
final class PoolMetrics: Sendable {
    let queueDepth: Gauge
    private let sessions: Gauge
    private let openSessions = Atomic<Int>(0)
    private let factory: any MetricsFactory
    private let token: String

    init(factory: any MetricsFactory, token: String) {
        self.factory = factory
        self.token = token
        let dimensions = [("token", token)]
        self.queueDepth = Gauge(label: "signet_signing_queue_depth", dimensions: dimensions, factory: factory)
        self.sessions = Gauge(label: "signet_signing_sessions", dimensions: dimensions, factory: factory)
    }

    func sessionOpened() {
        self.sessions.record(self.openSessions.add(1, ordering: .relaxed).newValue)
    }

    func sessionClosed() {
        self.sessions.record(self.openSessions.subtract(1, ordering: .relaxed).newValue)
    }

    func recovered(from error: SigningError) {
        let cause = error.returnValue.map(\.description) ?? error.code.description
        Counter(
            label: "signet_signing_recoveries_total",
            dimensions: [("token", self.token), ("cause", cause)],
            factory: self.factory
        ).increment()
    }

    func timers(for keyType: KeyType) -> SignatureTimers {
        SignatureTimers(factory: self.factory, keyType: keyType)
    }
}

/// How long signatures with one type of key take, from the call to its answer.
struct SignatureTimers: Sendable {
    private let success: Timer
    private let failure: Timer

    init(factory: any MetricsFactory, keyType: KeyType) {
        func timer(_ outcome: String) -> Timer {
            Timer(
                label: "signet_signing_duration_seconds",
                dimensions: [("key_type", keyType.description), ("outcome", outcome)],
                factory: factory
            )
        }
        self.success = timer("success")
        self.failure = timer("failure")
    }

    func record(_ duration: Duration, succeeded: Bool) {
        let (seconds, attoseconds) = duration.components
        (succeeded ? self.success : self.failure)
            .recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
