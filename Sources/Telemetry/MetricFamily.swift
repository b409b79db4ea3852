// A metric with all of its label sets, bounded.

/// The type of a metric, as `# TYPE` names it.
public enum MetricKind: String, Sendable {
    /// Only rises, until a restart.
    case counter
    /// Rises and falls.
    case gauge
    /// Observations by bucket.
    case histogram

    /// The names of the samples that a metric of this kind writes.
    func sampleNames(of name: String) -> [String] {
        self == .histogram ? [name, name + "_bucket", name + "_sum", name + "_count"] : [name]
    }
}

/// A metric: a name, a kind, and its series by label set.
struct MetricFamily {
    /// All label sets beyond the bound share one series, so that sums over the metric stay right.
    static let overflowLabels = "{overflow=\"true\"}"

    let name: String
    let kind: MetricKind
    private(set) var series: [String: any Series] = [:]

    init(name: String, kind: MetricKind) {
        self.name = name
        self.kind = kind
    }

    /// The series of a label set, made when missing; and whether it had to be the one for overflow.
    mutating func series<S: Series>(labels: String, make: (String) -> S) -> (series: S?, overflowed: Bool) {
        if let known = self.series[labels] { return (known as? S, false) }
        let full = self.series.count >= Budget.labelSets
        let labels = full ? Self.overflowLabels : labels
        if let known = self.series[labels] { return (known as? S, full) }
        let made = make(labels)
        self.series[labels] = made
        return (made, full)
    }

    mutating func remove(_ series: any Series) {
        if self.series[series.labels] === series { self.series[series.labels] = nil }
    }

    /// The sample lines, label sets in order.
    func samples() -> String {
        var output = ""
        for (_, series) in self.series.sorted(by: { $0.key < $1.key }) { series.write(to: &output) }
        return output
    }
}
