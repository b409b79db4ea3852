// Fixed-bucket histograms: timers in seconds, and recorders that aggregate.

import CoreMetrics
import Synchronization

/// Counts observations by bucket; one lock keeps buckets, sum and count of one exposition consistent.
final class HistogramSeries: Series, TimerHandler, RecorderHandler {
    let name: String
    let labels: String
    private let bounds: [Double]
    private let state: Mutex<State>

    private struct State {
        /// One more than the bounds: the last is above all of them.
        var counts: [UInt64]
        var sum = 0.0
    }

    init(name: String, labels: String, bounds: [Double]) {
        self.name = name
        self.labels = labels
        self.bounds = bounds
        self.state = Mutex(State(counts: [UInt64](repeating: 0, count: bounds.count + 1)))
    }

    func recordNanoseconds(_ duration: Int64) {
        self.record(Double(max(0, duration)) / 1e9)
    }

    func record(_ value: Int64) {
        self.record(Double(value))
    }

    /// Ignores NaN, which would make the sum useless for ever.
    func record(_ value: Double) {
        guard !value.isNaN else { return }
        let bucket = self.bounds.firstIndex { value <= $0 } ?? self.bounds.count
        self.state.withLock {
            $0.counts[bucket] += 1
            $0.sum += value
        }
    }

    func write(to output: inout String) {
        let state = self.state.withLock { $0 }
        var total: UInt64 = 0
        for (bound, count) in zip(self.bounds + [.infinity], state.counts) {
            // "The bucket counts are cumulative": each holds all observations up to its bound.
            total += count
            output += "\(self.name)_bucket\(self.labels(upTo: bound)) \(total)\n"
        }
        output += "\(self.name)_sum\(self.labels) \(PrometheusText.number(state.sum))\n"
        output += "\(self.name)_count\(self.labels) \(total)\n"
    }

    private func labels(upTo bound: Double) -> String {
        let le = "le=\"\(PrometheusText.number(bound))\"}"
        return self.labels.isEmpty ? "{" + le : self.labels.dropLast() + "," + le
    }
}
