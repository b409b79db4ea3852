// Which buckets and help texts a registry uses.

/// Buckets and help texts, by label as the code names the metric.
public struct MetricsConfiguration: Sendable {
    /// Buckets for latencies, in seconds: 0.25 ms, below which a signature is not made, to 10 s, above which a caller left.
    public static let latencyBuckets = [
        0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]
    /// Buckets for sizes such as batches: powers of two.
    public static let sizeBuckets: [Double] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 4_096]

    /// Upper bounds for timers without buckets of their own, in seconds, ascending.
    public let timerBuckets: [Double]
    /// Upper bounds for recorders without buckets of their own, ascending.
    public let recorderBuckets: [Double]
    /// Help texts by the name that Prometheus sees.
    let help: [String: String]
    private let buckets: [String: [Double]]

    /// Creates a configuration; bounds are sorted, and repeated or infinite ones dropped.
    public init(
        timerBuckets: [Double] = Self.latencyBuckets,
        recorderBuckets: [Double] = Self.sizeBuckets,
        buckets: [String: [Double]] = [:],
        help: [String: String] = [:]
    ) {
        self.timerBuckets = normalized(timerBuckets)
        self.recorderBuckets = normalized(recorderBuckets)
        self.buckets = buckets.mapValues(normalized)
        self.help = Dictionary(help.map { (PrometheusText.metricName($0.key), $0.value) }) { first, _ in first }
    }

    /// The buckets given for a label.
    func bounds(of label: String) -> [Double]? { self.buckets[label] }
}

private func normalized(_ bounds: [Double]) -> [Double] {
    var result: [Double] = []
    for bound in bounds.filter(\.isFinite).sorted() where result.last != bound { result.append(bound) }
    return result
}
