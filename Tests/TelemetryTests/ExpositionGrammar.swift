import Foundation

/// A strict reader of the Prometheus text format 0.0.4, sharing nothing with the writer: throws at the first violation.
///
/// Beyond the format it holds: metrics in ascending order, each under one `# TYPE`, no label set twice, labels in order,
/// counters not negative, histogram buckets cumulative and ending with `+Inf` equal to `_count`.
struct ExpositionGrammar {
    struct Violation: Error, CustomStringConvertible {
        var description: String
    }

    struct Metric {
        var kind: String
        var help: String?
        /// Values by sample name and rendered labels.
        var samples: [(name: String, labels: [(String, String)], value: Double)] = []
    }

    private(set) var metrics: [String: Metric] = [:]
    private var current = ""
    private var pendingHelp: (name: String, text: String)?
    private var seen: Set<String> = []

    init(_ text: String) throws {
        guard text.isEmpty || text.hasSuffix("\n") else { throw Violation(description: "no line feed at the end") }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            try self.read(String(line))
        }
        for (name, metric) in self.metrics where metric.kind == "histogram" { try Self.checkHistogram(name, metric) }
    }

    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        self.metrics.values.flatMap(\.samples).first { sample in
            sample.name == name && Dictionary(uniqueKeysWithValues: sample.labels) == labels
        }?.value
    }

    private mutating func read(_ line: String) throws {
        if let match = line.wholeMatch(of: /# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) ((?:[^\\]|\\\\|\\n)*)/) {
            self.pendingHelp = (String(match.1), String(match.2))
        } else if let match = line.wholeMatch(of: /# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)/) {
            let name = String(match.1)
            guard self.metrics[name] == nil, self.current < name else {
                throw Violation(description: "\(name) twice or out of order")
            }
            if let help = self.pendingHelp, help.name != name {
                throw Violation(description: "HELP of another: \(line)")
            }
            self.metrics[name] = Metric(kind: String(match.2), help: self.pendingHelp?.text)
            self.pendingHelp = nil
            self.current = name
        } else {
            try self.readSample(line)
        }
    }

    private mutating func readSample(_ line: String) throws {
        let form = /([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.+)\})? (\+Inf|-Inf|NaN|-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?)/
        guard let match = line.wholeMatch(of: form) else { throw Violation(description: "no sample: \(line)") }
        guard let metric = self.metrics[self.current] else { throw Violation(description: "no TYPE: \(line)") }
        let name = String(match.1)
        let suffixes = metric.kind == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
        guard suffixes.contains(where: { self.current + $0 == name }) else {
            throw Violation(description: "\(name) under \(self.current)")
        }
        guard self.seen.insert("\(name){\(match.2 ?? "")}").inserted else {
            throw Violation(description: "twice: \(line)")
        }
        let labels = try Self.labels(String(match.2 ?? ""))
        guard let value = Self.number(String(match.3)) else { throw Violation(description: "no number: \(line)") }
        if metric.kind == "counter", !(value >= 0) { throw Violation(description: "negative: \(line)") }
        self.metrics[self.current]?.samples.append((name, labels, value))
    }

    private static func labels(_ text: String) throws -> [(String, String)] {
        var rest = text[...]
        var labels: [(String, String)] = []
        while !rest.isEmpty {
            guard
                let match = rest.prefixMatch(of: /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(?:,(?=.)|$)/)
            else {
                throw Violation(description: "no label: \(rest)")
            }
            labels.append((String(match.1), String(match.2)))
            rest = rest[match.range.upperBound...]
        }
        let names = labels.map(\.0).filter { $0 != "le" }
        guard names == Set(names).sorted() else { throw Violation(description: "labels out of order: \(text)") }
        return labels
    }

    private static func checkHistogram(_ name: String, _ metric: Metric) throws {
        var series: [String: (last: Double, bound: Double)] = [:]
        for sample in metric.samples {
            let key = "\(sample.labels.filter { $0.0 != "le" })"
            switch sample.name {
            case name + "_bucket":
                guard let bound = number(sample.labels.first { $0.0 == "le" }?.1 ?? "") else {
                    throw Violation(description: "\(name): a bucket without le")
                }
                let before = series[key] ?? (0, -.infinity)
                guard sample.value >= before.last, bound > before.bound else {
                    throw Violation(description: "\(name): buckets do not rise")
                }
                series[key] = (sample.value, bound)
            case name + "_count":
                guard series[key]?.bound == .infinity, series[key]?.last == sample.value else {
                    throw Violation(description: "\(name): +Inf is not the count")
                }
            default: break
            }
        }
    }

    private static func number(_ text: String) -> Double? {
        ["+Inf": .infinity, "-Inf": -.infinity, "NaN": .nan][text] ?? Double(text)
    }
}
