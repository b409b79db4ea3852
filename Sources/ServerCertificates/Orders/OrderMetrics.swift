// What is counted of orders and certificates.

import CoreMetrics
import Metrics

/// Counters of public certificates.
struct OrderMetrics: Sendable {
    private let duration = Metrics.Timer(label: "signet_server_order_duration_seconds")
    private let lastThird = Metrics.Gauge(label: "signet_server_certificates_last_third")

    /// An order came to its end.
    func ended(_ order: ServerOrder, after seconds: Double) {
        self.count(order.authority, order.status.rawValue)
        if order.status == .obtained { self.duration.record(seconds) }
    }

    /// An order left a CA that is away.
    func failedOver(from authority: String) { self.count(authority, "failover") }

    /// A certificate came of an order that was given up, and is revoked.
    func tookBack(_ authority: String) { self.count(authority, "taken-back") }

    /// A run ended in vain.
    func delayed(_ authority: String, _ code: String) {
        Counter(
            label: "signet_server_order_delays_total",
            dimensions: [("authority", authority), ("code", code)]
        ).increment()
    }

    /// So many agents have no newer certificate than one in the last third of its life.
    func inLastThird(_ count: Int) { self.lastThird.record(count) }

    private func count(_ authority: String, _ outcome: String) {
        Counter(
            label: "signet_server_orders_total",
            dimensions: [("authority", authority), ("outcome", outcome)]
        ).increment()
    }
}
