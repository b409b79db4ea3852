// A swift-metrics backend with the Prometheus text format 0.0.4 as its only output.
//
// Names are what the code says, with characters that Prometheus does not admit as underscores: no suffix is added, so a
// timer is called `…_seconds` and a counter `…_total` by whoever makes it. True at all times: no name is written under two
// kinds, no label set twice, and no metric holds more than `Budget.labelSets` label sets and the one for overflow.

public import CoreMetrics
import Synchronization

/// Every metric of the process.
///
/// Handlers that have the same label and dimensions share their series. Making one costs a lock and a look-up: keep
/// handlers where a path is hot.
public final class MetricsRegistry: MetricsFactory {
    /// Label sets that were refused a series of their own, by metric.
    static let overflowName = "telemetry_label_sets_overflowed_total"
    /// Metrics that were refused because the name is taken by another kind, or because there are too many.
    static let refusedName = "telemetry_metrics_refused_total"

    private let configuration: MetricsConfiguration
    private let state = Mutex(State())

    fileprivate struct State {
        var families: [String: MetricFamily] = [:]
        /// Which metric writes samples of a name: a histogram takes four.
        var owners: [String: String] = [:]
        /// Metrics by raw label, to not sanitise a name twice; as bounded as the metrics.
        var names: [String: String] = [:]
        var collectors: [@Sendable () -> [CollectedMetric]] = []
    }

    /// Creates a registry without metrics.
    public init(_ configuration: MetricsConfiguration = MetricsConfiguration()) {
        self.configuration = configuration
    }

    /// Registers a closure that computes metrics at each exposition; called on the exposing thread, without a lock held.
    public func register(_ collector: @escaping @Sendable () -> [CollectedMetric]) {
        self.state.withLock { $0.collectors.append(collector) }
    }

    /// The text of all metrics, ordered by name, then by labels; its media type is ``contentType``.
    public func exposition() -> String {
        let (families, owners, collectors) = self.state.withLock { ($0.families, $0.owners, $0.collectors) }
        var blocks: [String: String] = [:]
        for family in families.values where !family.series.isEmpty {
            blocks[family.name] = self.header(family.name, family.kind, nil) + family.samples()
        }
        for metric in CollectedMetric.merged(collectors.flatMap { $0() }) where owners[metric.name] == nil {
            blocks[metric.name] = self.header(metric.name, metric.kind, metric.help) + metric.text
        }
        return blocks.sorted { $0.key < $1.key }.map(\.value).joined()
    }

    /// The media type of ``exposition()``.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private func header(_ name: String, _ kind: MetricKind, _ help: String?) -> String {
        let help = (self.configuration.help[name] ?? help).map { "# HELP \(name) \(PrometheusText.help($0))\n" }
        return (help ?? "") + "# TYPE \(name) \(kind.rawValue)\n"
    }
}

extension MetricsRegistry {
    /// The counter of a label and dimensions.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        self.series(label, dimensions, .counter, CounterSeries.init)
    }

    /// The floating-point counter of a label and dimensions.
    public func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        self.series(label, dimensions, .counter, FloatingPointCounterSeries.init)
    }

    /// The gauge of a label and dimensions.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        self.series(label, dimensions, .gauge, GaugeSeries.init)
    }

    /// A histogram when it aggregates, else a gauge.
    public func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        guard aggregate else { return self.series(label, dimensions, .gauge, GaugeSeries.init) }
        return self.histogram(label, dimensions, self.configuration.recorderBuckets)
    }

    /// A histogram in seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        self.histogram(label, dimensions, self.configuration.timerBuckets)
    }

    /// Removes the counter's series.
    public func destroyCounter(_ handler: any CounterHandler) { self.remove(handler) }

    /// Removes the counter's series.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { self.remove(handler) }

    /// Removes the meter's series.
    public func destroyMeter(_ handler: any MeterHandler) { self.remove(handler) }

    /// Removes the recorder's series.
    public func destroyRecorder(_ handler: any RecorderHandler) { self.remove(handler) }

    /// Removes the timer's series.
    public func destroyTimer(_ handler: any TimerHandler) { self.remove(handler) }
}

extension MetricsRegistry {
    private func histogram(
        _ label: String,
        _ dimensions: [(String, String)],
        _ defaultBuckets: [Double]
    ) -> HistogramSeries {
        let bounds = self.configuration.bounds(of: label) ?? defaultBuckets
        // `le` is the buckets' own label (text format, "Histograms and summaries").
        let dimensions = dimensions.map { $0.0 == "le" ? ("exported_le", $0.1) : $0 }
        return self.series(label, dimensions, .histogram) { HistogramSeries(name: $0, labels: $1, bounds: bounds) }
    }

    /// The series of a label set.
    ///
    /// Where none can be had (the name is taken, too many metrics) the caller gets one that works and is written nowhere,
    /// and the refusal is counted: telemetry never stops the program.
    private func series<S: Series>(
        _ label: String,
        _ dimensions: [(String, String)],
        _ kind: MetricKind,
        _ make: (_ name: String, _ labels: String) -> S
    ) -> S {
        let labels = PrometheusText.labels(dimensions)
        return self.state.withLock { state in
            let name = state.name(of: label)
            guard state.admit(name, kind, label: label) else {
                state.count(Self.refusedName, metric: name)
                return make(name, labels)
            }
            let (series, overflowed) = state.families[name]?.series(labels: labels) { make(name, $0) } ?? (nil, false)
            if overflowed { state.count(Self.overflowName, metric: name) }
            if series == nil { state.count(Self.refusedName, metric: name) }
            return series ?? make(name, labels)
        }
    }

    private func remove(_ handler: AnyObject) {
        guard let series = handler as? any Series else { return }
        self.state.withLock { $0.families[series.name]?.remove(series) }
    }
}

extension MetricsRegistry.State {
    fileprivate func name(of label: String) -> String {
        self.names[label] ?? PrometheusText.metricName(label)
    }

    /// Whether the name may be used for this kind; takes it when it is free.
    fileprivate mutating func admit(_ name: String, _ kind: MetricKind, label: String) -> Bool {
        if let family = self.families[name] { return family.kind == kind }
        let sampleNames = kind.sampleNames(of: name)
        guard self.families.count < Budget.metrics, sampleNames.allSatisfy({ self.owners[$0] == nil }) else {
            return false
        }
        for sampleName in sampleNames { self.owners[sampleName] = name }
        self.families[name] = MetricFamily(name: name, kind: kind)
        self.names[label] = name
        return true
    }

    /// Counts an event of the registry itself; its own metrics are exempt from the bound on metrics.
    fileprivate mutating func count(_ counter: String, metric: String) {
        let labels = PrometheusText.labels([("metric", metric)])
        let family = MetricFamily(name: counter, kind: .counter)
        self.owners[counter] = counter
        let (series, _) = self.families[counter, default: family].series(labels: labels) {
            CounterSeries(name: counter, labels: $0)
        }
        series?.increment(by: 1)
    }
}
