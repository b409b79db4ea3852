// Figures that are looked at at each tick rather than counted.

import CoreMetrics

/// Reports what the cache holds, how many answers are being made, and how many requests wait for resources.
struct ServerGauges: Sendable {
    private let context: ServerContext
    private let entries: Meter
    private let bytes: Meter
    private let coldAnswers: Meter
    private let loads: Meter
    private let waitingLoads: Meter

    init(_ context: ServerContext) {
        self.context = context
        self.entries = Meter(label: "signet_ocsp_cache_entries", factory: context.metricsFactory)
        self.bytes = Meter(label: "signet_ocsp_cache_bytes", factory: context.metricsFactory)
        self.coldAnswers = Meter(label: "signet_ocsp_cold_answers", factory: context.metricsFactory)
        self.loads = Meter(label: "signet_http_loads", factory: context.metricsFactory)
        self.waitingLoads = Meter(label: "signet_http_loads_waiting", factory: context.metricsFactory)
    }

    /// Reports the figures of this moment.
    func report() {
        let usage = self.context.cache.usage
        self.entries.set(usage.entries)
        self.bytes.set(usage.bytes)
        self.coldAnswers.set(self.context.desk.count)
        let loads = self.context.loadSlots.counts
        self.loads.set(loads.underWay)
        self.waitingLoads.set(loads.waiting)
    }
}
