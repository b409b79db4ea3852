// What the API counts: requests by route, method and status, their durations, those under way, denials, connections.
//
// Labels come from us, never from a caller: a route is its pattern, an unknown method is `other`.

import CoreMetrics
import Synchronization

/// The metrics of the management API.
///
/// Owns the handlers, made once for each set of labels; guarded by its lock.
final class RequestMetrics: Sendable {
    private struct Labels: Hashable {
        let route: String
        let method: String
        let status: Int
    }

    private struct Handlers {
        var requests: [Labels: Counter] = [:]
        var durations: [String: CoreMetrics.Timer] = [:]
        var denials: [String: Counter] = [:]
    }

    /// The route of requests that match none.
    static let noRoute = "none"

    private let factory: any MetricsFactory
    private let handlers = Mutex(Handlers())
    private let underWay: Meter
    private let connections: Meter
    private let buildInformation: Gauge

    init(factory: any MetricsFactory, build: BuildInformation) {
        self.factory = factory
        self.underWay = Meter(label: "signet_http_requests_in_flight", factory: factory)
        self.connections = Meter(label: "signet_http_connections", factory: factory)
        self.buildInformation = Gauge(
            label: "signet_build_info",
            dimensions: [("version", build.version), ("swift", build.swift)],
            factory: factory
        )
        self.buildInformation.record(1)
        self.underWay.set(0)
        self.connections.set(0)
    }

    /// A request has come.
    func began() { self.underWay.increment(by: 1) }

    /// A request has been answered.
    func ended(route: String, method: String, status: Int, seconds: Double) {
        let (counter, timer) = self.handlers.withLock {
            (self.counter(Labels(route: route, method: method, status: status), in: &$0), self.timer(route, in: &$0))
        }
        counter.increment()
        timer.recordNanoseconds(Int64(max(0, seconds) * 1_000_000_000))
        self.underWay.decrement(by: 1)
    }

    /// What could not be read as a request was answered.
    func refused(status: Int) {
        self.handlers.withLock {
            self.counter(Labels(route: Self.noRoute, method: "other", status: status), in: &$0)
        }.increment()
    }

    /// A caller was turned away.
    func denied(_ reason: String) {
        self.handlers.withLock { handlers in
            let counter =
                handlers.denials[reason]
                ?? Counter(label: "signet_http_denials_total", dimensions: [("reason", reason)], factory: self.factory)
            handlers.denials[reason] = counter
            return counter
        }.increment()
    }

    /// A connection was opened.
    func connectionOpened() { self.connections.increment(by: 1) }

    /// A connection was closed.
    func connectionClosed() { self.connections.decrement(by: 1) }

    private func counter(_ labels: Labels, in handlers: inout Handlers) -> Counter {
        if let counter = handlers.requests[labels] { return counter }
        let counter = Counter(
            label: "signet_http_requests_total",
            dimensions: [("route", labels.route), ("method", labels.method), ("status", String(labels.status))],
            factory: self.factory
        )
        handlers.requests[labels] = counter
        return counter
    }

    private func timer(_ route: String, in handlers: inout Handlers) -> CoreMetrics.Timer {
        if let timer = handlers.durations[route] { return timer }
        let timer = CoreMetrics.Timer(
            label: "signet_http_request_duration_seconds",
            dimensions: [("route", route)],
            preferredDisplayUnit: .seconds,
            factory: self.factory
        )
        handlers.durations[route] = timer
        return timer
    }
}
