// What is counted of the log.

import CoreMetrics
import Metrics

/// Counters of the sequencer.
struct SequencerMetrics: Sendable {
    private let entries = Counter(label: "signet_log_entries_total")
    private let size = Gauge(label: "signet_log_size")
    private let isHalted = Gauge(label: "signet_log_halted")
    private let duration = Metrics.Timer(label: "signet_log_batch_duration_seconds")
    private let collected = Counter(label: "signet_log_partial_tiles_collected_total")

    func integrated(_ count: Int, size: Int, in duration: Duration) {
        self.entries.increment(by: count)
        self.size.record(size)
        self.duration.record(duration / .seconds(1))
    }

    func failed(_ error: any Error) {
        let code = (error as? LogError)?.code.rawValue ?? "OTHER"
        Counter(label: "signet_log_batch_failures_total", dimensions: [("code", code)]).increment()
    }

    func halted(_ isHalted: Bool) {
        self.isHalted.record(isHalted ? 1 : 0)
    }

    func collected(_ count: Int) {
        self.collected.increment(by: count)
    }
}
