// Figures that are looked at at each tick rather than counted.

import CoreMetrics

/// Reports what the cache holds and how many answers are being made.
struct ServerGauges: Sendable {
    private let context: ServerContext
    private let entries: Meter
    private let bytes: Meter
    private let coldAnswers: Meter

    init(_ context: ServerContext) {
        self.context = context
        self.entries = Meter(label: "signet_ocsp_cache_entries", factory: context.metricsFactory)
        self.bytes = Meter(label: "signet_ocsp_cache_bytes", factory: context.metricsFactory)
        self.coldAnswers = Meter(label: "signet_ocsp_cold_answers", factory: context.metricsFactory)
    }

    /// Reports the figures of this moment.
    func report() {
        let usage = self.context.cache.usage
        self.entries.set(usage.entries)
        self.bytes.set(usage.bytes)
        self.coldAnswers.set(self.context.desk.count)
    }
}
