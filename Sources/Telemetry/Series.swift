// The time series behind swift-metrics' handlers: one label set of one metric. Each is its own lock or atomic, so that two
// metrics never wait for one another and an increment allocates nothing.

import CoreMetrics
import Synchronization

/// One label set of one metric.
protocol Series: AnyObject, Sendable {
    /// The metric's name; with ``labels`` the identity of the series.
    var name: String { get }
    /// The rendered label set, `{a="b"}` or empty.
    var labels: String { get }
    /// Appends the sample lines.
    func write(to output: inout String)
}

/// A whole-number counter; stops at the largest Int64 and ignores negative increments.
final class CounterSeries: Series, CounterHandler {
    let name: String
    let labels: String
    private let value = Atomic<Int64>(0)

    init(name: String, labels: String) {
        self.name = name
        self.labels = labels
    }

    func increment(by amount: Int64) {
        guard amount > 0 else { return }
        let (_, sum) = self.value.wrappingAdd(amount, ordering: .relaxed)
        if sum < 0 { self.value.store(.max, ordering: .relaxed) }
    }

    func reset() {
        self.value.store(0, ordering: .relaxed)
    }

    func write(to output: inout String) {
        output += "\(self.name)\(self.labels) \(self.value.load(ordering: .relaxed))\n"
    }
}

/// A floating-point counter; ignores increments that are negative or not finite.
final class FloatingPointCounterSeries: Series, FloatingPointCounterHandler {
    let name: String
    let labels: String
    private let value = Mutex(0.0)

    init(name: String, labels: String) {
        self.name = name
        self.labels = labels
    }

    func increment(by amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        self.value.withLock { $0 += amount }
    }

    func reset() {
        self.value.withLock { $0 = 0 }
    }

    func write(to output: inout String) {
        output += "\(self.name)\(self.labels) \(PrometheusText.number(self.value.withLock { $0 }))\n"
    }
}

/// A value that goes up and down: a meter, or a recorder that does not aggregate.
final class GaugeSeries: Series, MeterHandler, RecorderHandler {
    let name: String
    let labels: String
    private let value = Mutex(0.0)

    init(name: String, labels: String) {
        self.name = name
        self.labels = labels
    }

    func set(_ value: Int64) {
        self.set(Double(value))
    }

    func set(_ value: Double) {
        self.value.withLock { $0 = value }
    }

    func increment(by amount: Double) {
        self.value.withLock { $0 += amount }
    }

    func decrement(by amount: Double) {
        self.value.withLock { $0 -= amount }
    }

    func record(_ value: Int64) {
        self.set(Double(value))
    }

    func record(_ value: Double) {
        self.set(value)
    }

    func write(to output: inout String) {
        output += "\(self.name)\(self.labels) \(PrometheusText.number(self.value.withLock { $0 }))\n"
    }
}
