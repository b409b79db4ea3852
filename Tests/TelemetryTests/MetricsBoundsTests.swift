import Metrics
import Telemetry
import Testing

@Suite("Bounds and hostile input of metrics")
struct MetricsBoundsTests {
    @Test("Label sets beyond the bound share one series; nothing is lost and the overflow is counted")
    func cardinality() throws {
        let registry = MetricsRegistry()
        for attempt in 0..<(3 * Budget.labelSets) {
            Counter(label: "hits", dimensions: [("path", "/\(attempt)")], factory: registry).increment()
        }
        Counter(label: "hits", dimensions: [("path", "/0")], factory: registry).increment()
        Counter(label: "other", dimensions: [("path", "/x")], factory: registry).increment()
        let metrics = try ExpositionGrammar(registry.exposition())
        #expect(metrics.metrics["hits"]?.samples.count == Budget.labelSets + 1)
        #expect(metrics.value("hits", ["path": "/0"]) == 2)
        #expect(metrics.value("hits", ["overflow": "true"]) == Double(2 * Budget.labelSets))
        #expect(
            metrics.value("telemetry_label_sets_overflowed_total", ["metric": "hits"]) == Double(2 * Budget.labelSets)
        )
        #expect(metrics.value("other", ["path": "/x"]) == 1)
    }

    @Test("Metrics beyond the bound work, are not written, and are counted")
    func metrics() throws {
        let registry = MetricsRegistry()
        for number in 0..<(Budget.metrics + 10) { Counter(label: "c\(number)", factory: registry).increment() }
        let metrics = try ExpositionGrammar(registry.exposition())
        #expect(metrics.metrics.count == Budget.metrics + 1)
        #expect(metrics.value("telemetry_metrics_refused_total", ["metric": "c\(Budget.metrics)"]) == 1)
    }

    @Test("One name never has two kinds, nor do a histogram's samples meet another metric")
    func conflicts() throws {
        let registry = MetricsRegistry()
        Counter(label: "x", factory: registry).increment()
        Timer(label: "x", factory: registry).recordSeconds(1)
        FloatingPointCounter(label: "x", factory: registry).increment()
        Gauge(label: "x", factory: registry).record(1)
        Timer(label: "h", factory: registry).recordSeconds(1)
        Counter(label: "h.count", factory: registry).increment()
        Counter(label: "k_sum", factory: registry).increment()
        Timer(label: "k", factory: registry).recordSeconds(1)
        registry.registerGauge("x", help: "") { 9 }
        registry.registerGauge("h_count", help: "") { 9 }
        let metrics = try ExpositionGrammar(registry.exposition())
        #expect(metrics.metrics.keys.sorted() == ["h", "k_sum", "telemetry_metrics_refused_total", "x"])
        #expect(metrics.value("x") == 1)
        #expect(metrics.value("telemetry_metrics_refused_total", ["metric": "x"]) == 3)
        #expect(metrics.value("telemetry_metrics_refused_total", ["metric": "h_count"]) == 1)
        #expect(metrics.value("telemetry_metrics_refused_total", ["metric": "k"]) == 1)
    }

    @Test(
        "Label values are escaped so that the exposition stays one",
        arguments: [
            ("plain", "plain"), ("a\"b", #"a\"b"#), ("a\\", #"a\\"#), ("a\nb", #"a\nb"#), ("\r\t", "\r\t"),
            ("\"} 1\nforged 2\n", #"\"} 1\nforged 2\n"#), ("é€😀", "é€😀"), ("", ""), ("\r\n", "\r\\n"),
        ]
    )
    func values(raw: String, escaped: String) throws {
        let registry = MetricsRegistry()
        Counter(label: "c", dimensions: [("l", raw)], factory: registry).increment()
        #expect(Array(registry.exposition().utf8) == Array("# TYPE c counter\nc{l=\"\(escaped)\"} 1\n".utf8))
    }

    @Test(
        "Names are made into names",
        arguments: [
            ("http.server-requests", "http_server_requests"), ("9lives", "_9lives"), ("", "_"), ("a\nb 1", "a_b_1"),
            ("ä", "__"), ("a:b", "a:b"),
        ]
    )
    func names(raw: String, name: String) throws {
        let registry = MetricsRegistry()
        Counter(label: raw, factory: registry).increment()
        let text = registry.exposition()
        #expect(text == "# TYPE \(name) counter\n\(name) 1\n")
        _ = try ExpositionGrammar(text)
    }

    @Test("Label names are made into names, and those that Prometheus reserves are moved")
    func labelNames() throws {
        let registry = MetricsRegistry()
        Timer(
            label: "t",
            dimensions: [("le", "x"), ("__name__", "y"), ("a b", "z"), ("a.b", "w"), ("1", "v")],
            factory: registry
        )
        .recordSeconds(1)
        let metrics = try ExpositionGrammar(registry.exposition())
        let labels = ["exported_le": "x", "x__name__": "y", "a_b": "z", "_1": "v"]
        #expect(metrics.value("t_count", labels) == 1)
    }

    @Test("Long label values are cut at a character's border")
    func long() throws {
        let registry = MetricsRegistry()
        Counter(label: "c", dimensions: [("l", String(repeating: "€", count: 10_000))], factory: registry).increment()
        let value = try #require(
            try ExpositionGrammar(registry.exposition()).metrics["c"]?.samples.first?.labels.first?.1
        )
        #expect(value.utf8.count <= Budget.labelValueBytes)
        #expect(value.hasSuffix("€…"))
    }

    @Test("Counters never fall or wrap, and nonsense is ignored")
    func nonsense() throws {
        let registry = MetricsRegistry()
        let counter = Counter(label: "c", factory: registry)
        counter.increment(by: 5)
        counter.increment(by: -3)
        let full = Counter(label: "full", factory: registry)
        full.increment(by: Int64.max)
        full.increment(by: 10)
        let floating = FloatingPointCounter(label: "f", factory: registry)
        for amount in [1, -1, .nan, .infinity] { floating.increment(by: amount) }
        let recorder = Recorder(label: "r", factory: registry)
        for value in [Double.nan, 1, .infinity] { recorder.record(value) }
        Gauge(label: "g", factory: registry).record(-Double.infinity)
        Gauge(label: "n", factory: registry).record(Double.nan)
        let text = registry.exposition()
        let metrics = try ExpositionGrammar(text)
        #expect(metrics.value("c") == 5)
        #expect(metrics.value("full") == Double(Int64.max))
        #expect(metrics.value("f") == 1)
        #expect(metrics.value("r_count") == 2)
        #expect(metrics.value("r_bucket", ["le": "1"]) == 1)
        #expect(text.contains("\ng -Inf\n"))
        #expect(text.contains("\nn NaN\n"))
    }
}
