import Foundation
import Metrics
import Telemetry
import Testing

@Suite("The Prometheus exposition")
struct MetricsRegistryTests {
    @Test("Every kind of metric is written as the format says, in order")
    func golden() throws {
        let registry = MetricsRegistry(
            MetricsConfiguration(
                timerBuckets: [0.1, 1],
                recorderBuckets: [1, 8],
                buckets: ["lag.seconds": [1, 0.5, 0.5, .infinity]],
                help: ["certificates.issued_total": "Certificates that left,\nby \\profile."]
            )
        )
        Counter(
            label: "certificates.issued_total",
            dimensions: [("profile", "b"), ("outcome", "ok")],
            factory: registry
        )
        .increment(by: 2)
        Counter(
            label: "certificates.issued_total",
            dimensions: [("outcome", "ok"), ("profile", "a")],
            factory: registry
        )
        .increment()
        FloatingPointCounter(label: "cpu_total", factory: registry).increment(by: 0.25)
        Gauge(label: "queue.depth", factory: registry).record(7)
        let meter = Meter(label: "sessions", factory: registry)
        meter.set(3)
        meter.increment(by: 1.5)
        meter.decrement(by: 2)
        let timer = Timer(label: "sign_seconds", dimensions: [("key", "p256")], factory: registry)
        timer.recordNanoseconds(100_000_000)
        timer.recordMilliseconds(250)
        timer.recordSeconds(2)
        timer.recordNanoseconds(-5)
        Recorder(label: "batch", factory: registry).record(8)
        Timer(label: "lag.seconds", factory: registry).recordMilliseconds(700)
        registry.registerGauge("depth", help: "Waiting.", dimensions: [("q", "w")]) { 4 }
        registry.registerGauge("depth", help: "Waiting.", dimensions: [("q", "r")]) { 5.5 }
        registry.registerGauge("absent", help: "Never.") { nil }
        registry.registerBuildInformation(version: "1.0", swift: "6.3")

        let text = registry.exposition()
        #expect(text == Self.expected)
        _ = try ExpositionGrammar(text)
        #expect(registry.exposition() == text)
    }

    static let expected = #"""
        # TYPE batch histogram
        batch_bucket{le="1"} 0
        batch_bucket{le="8"} 1
        batch_bucket{le="+Inf"} 1
        batch_sum 8
        batch_count 1
        # HELP certificates_issued_total Certificates that left,\nby \\profile.
        # TYPE certificates_issued_total counter
        certificates_issued_total{outcome="ok",profile="a"} 1
        certificates_issued_total{outcome="ok",profile="b"} 2
        # TYPE cpu_total counter
        cpu_total 0.25
        # HELP depth Waiting.
        # TYPE depth gauge
        depth{q="r"} 5.5
        depth{q="w"} 4
        # TYPE lag_seconds histogram
        lag_seconds_bucket{le="0.5"} 0
        lag_seconds_bucket{le="1"} 1
        lag_seconds_bucket{le="+Inf"} 1
        lag_seconds_sum 0.7
        lag_seconds_count 1
        # TYPE queue_depth gauge
        queue_depth 7
        # TYPE sessions gauge
        sessions 2.5
        # TYPE sign_seconds histogram
        sign_seconds_bucket{key="p256",le="0.1"} 2
        sign_seconds_bucket{key="p256",le="1"} 3
        sign_seconds_bucket{key="p256",le="+Inf"} 4
        sign_seconds_sum{key="p256"} 2.35
        sign_seconds_count{key="p256"} 4
        # HELP signet_build_info What this program was built from.
        # TYPE signet_build_info gauge
        signet_build_info{swift="6.3",version="1.0"} 1

        """#

    @Test("Handlers of the same label and dimensions share their series, in any order of dimensions")
    func shared() throws {
        let registry = MetricsRegistry()
        for dimensions in [[("a", "1"), ("b", "2")], [("b", "2"), ("a", "1")], [("a", "1"), ("b", "2"), ("a", "3")]] {
            Counter(label: "c", dimensions: dimensions, factory: registry).increment()
        }
        #expect(registry.exposition() == "# TYPE c counter\nc{a=\"1\",b=\"2\"} 3\n")
    }

    @Test("A destroyed metric leaves the exposition, a reset one counts from zero")
    func destroyed() throws {
        let registry = MetricsRegistry()
        let gone = Counter(label: "c", dimensions: [("a", "1")], factory: registry)
        let kept = Counter(label: "c", dimensions: [("a", "2")], factory: registry)
        for counter in [gone, kept] { counter.increment() }
        let timer = Timer(label: "t", factory: registry)
        let meter = Meter(label: "m", factory: registry)
        let recorder = Recorder(label: "r", factory: registry)
        let floating = FloatingPointCounter(label: "f", factory: registry)
        gone.destroy()
        timer.destroy()
        meter.destroy()
        recorder.destroy()
        floating.destroy()
        kept.reset()
        #expect(registry.exposition() == "# TYPE c counter\nc{a=\"2\"} 0\n")
        Counter(label: "c", dimensions: [("a", "1")], factory: registry).increment(by: 4)
        gone.destroy()
        #expect(try ExpositionGrammar(registry.exposition()).value("c", ["a": "1"]) == 4)
    }

    @Test("Eight tasks lose no increment")
    func concurrent() async throws {
        let registry = MetricsRegistry()
        await withTaskGroup { group in
            for task in 0..<8 {
                group.addTask {
                    let counter = Counter(label: "c", factory: registry)
                    let floating = FloatingPointCounter(label: "f", factory: registry)
                    let meter = Meter(label: "m", factory: registry)
                    let timer = Timer(label: "t", factory: registry)
                    for step in 0..<10_000 {
                        counter.increment()
                        floating.increment(by: 0.5)
                        meter.increment(by: 1)
                        timer.recordNanoseconds(1_000_000_000)
                        // Making and exposing runs against the increments.
                        if step % 1_000 == task { _ = registry.exposition() }
                        Counter(label: "made", dimensions: [("d", "\(step % 4)")], factory: registry).increment()
                    }
                }
            }
        }
        let metrics = try ExpositionGrammar(registry.exposition())
        #expect(metrics.value("c") == 80_000)
        #expect(metrics.value("f") == 40_000)
        #expect(metrics.value("m") == 80_000)
        #expect(metrics.value("t_count") == 80_000)
        #expect(metrics.value("t_sum") == 80_000)
        #expect(metrics.value("t_bucket", ["le": "1"]) == 80_000)
        for dimension in 0..<4 { #expect(metrics.value("made", ["d": "\(dimension)"]) == 20_000) }
    }

    @Test("The process tells of itself")
    func process() throws {
        let registry = MetricsRegistry()
        registry.registerProcessMetrics(startTime: Date(timeIntervalSince1970: 1_767_225_600.5))
        let metrics = try ExpositionGrammar(registry.exposition())
        #expect(metrics.value("process_start_time_seconds") == 1_767_225_600.5)
        #expect(try #require(metrics.value("process_resident_memory_bytes")) > 1_000_000)
        #expect(try #require(metrics.value("process_virtual_memory_bytes")) > 1_000_000)
        #expect(try #require(metrics.value("process_cpu_seconds_total")) >= 0)
        #expect(try #require(metrics.value("process_open_fds")) >= 3)
        #expect(metrics.metrics["process_cpu_seconds_total"]?.kind == "counter")
    }
}
