// Metrics that are computed when somebody asks: queue depths, process statistics, build information.

/// A metric with its samples, as a collector returns it.
public struct CollectedMetric: Sendable {
    /// The name, as Prometheus sees it.
    public let name: String
    /// The kind; a collector makes counters and gauges.
    public let kind: MetricKind
    /// The text behind `# HELP`.
    public let help: String
    /// Values by rendered label set.
    private(set) var samples: [String: Double]

    /// A metric with one sample for each label set.
    ///
    /// A kind of `histogram` is written as a gauge.
    public init(
        _ label: String,
        _ kind: MetricKind,
        help: String,
        samples: [(dimensions: [(String, String)], value: Double)]
    ) {
        self.name = PrometheusText.metricName(label)
        self.kind = kind == .histogram ? .gauge : kind
        self.help = help
        self.samples = Dictionary(samples.map { (PrometheusText.labels($0.dimensions), $0.value) }) { _, last in last }
    }

    /// A metric with a single sample.
    public init(
        _ label: String,
        _ kind: MetricKind,
        help: String,
        dimensions: [(String, String)] = [],
        value: Double
    ) {
        self.init(label, kind, help: help, samples: [(dimensions, value)])
    }

    /// The sample lines, label sets in order.
    var text: String {
        self.samples.sorted { $0.key < $1.key }
            .map { "\(self.name)\($0.key) \(PrometheusText.number($0.value))\n" }
            .joined()
    }

    /// Metrics of one name as one: the first's kind and help, everyone's samples.
    static func merged(_ metrics: [CollectedMetric]) -> [CollectedMetric] {
        var result: [String: CollectedMetric] = [:]
        for metric in metrics {
            result[metric.name, default: metric].samples.merge(metric.samples) { _, last in last }
        }
        return Array(result.values)
    }
}

extension MetricsRegistry {
    /// Registers a gauge that is computed at each exposition, such as a queue's depth; nil leaves it out.
    public func registerGauge(
        _ label: String,
        help: String,
        dimensions: [(String, String)] = [],
        value: @escaping @Sendable () -> Double?
    ) {
        let labels = dimensions.map { (name: $0.0, value: $0.1) }
        self.register {
            guard let value = value() else { return [] }
            return [
                CollectedMetric(label, .gauge, help: help, dimensions: labels.map { ($0.name, $0.value) }, value: value)
            ]
        }
    }

    /// Registers `signet_build_info` with the constant value 1.
    public func registerBuildInformation(version: String, swift: String) {
        self.registerGauge(
            "signet_build_info",
            help: "What this program was built from.",
            dimensions: [("version", version), ("swift", swift)]
        ) { 1 }
    }
}
