// What is counted of deliveries.

import CoreMetrics
import FoundationEssentials
import Metrics

/// Counters of deliveries.
struct WebhookMetrics: Sendable {
    private let duration = Metrics.Timer(label: "signet_webhook_attempt_duration_seconds")

    /// An attempt was made.
    func attempted(_ settlement: DeliverySettlement, from began: Date, to ended: Date) {
        self.duration.recordSeconds(max(0, ended.timeIntervalSince(began)))
        let outcome = settlement.delivery.state == .pending ? "retry" : settlement.delivery.state.rawValue
        Counter(label: "signet_webhook_attempts_total", dimensions: [("outcome", outcome)]).increment()
    }
}
