import Testing

@testable import Telemetry

@Suite("What /proc/self tells")
struct ProcessStatisticsTests {
    @Test(
        "Processor time is found behind any program name",
        arguments: [
            ("1 (signet) S 1 1 1 0 -1 4194304 1 2 3 4 70 30 5 6 20 0", 100),
            ("1 (a) b (c 1 2) S 1 1 1 0 -1 4194304 1 2 3 4 7 3 5 6 20 0", 10),
            ("1 (signet) S 1", nil), ("", nil), ("no parenthesis 1 2 3", nil),
        ] as [(String, UInt64?)]
    )
    func status(text: String, ticks: UInt64?) {
        var statistics = ProcessStatistics()
        statistics.parse(status: text)
        #expect(statistics.processorTicks == ticks)
    }

    @Test(
        "Memory is read in pages",
        arguments: [("300 100 5 1 0 20 0\n", 100), ("300", nil), ("", nil), ("x y", nil)] as [(String, UInt64?)]
    )
    func memory(text: String, resident: UInt64?) {
        var statistics = ProcessStatistics()
        statistics.parse(memory: text)
        #expect(statistics.residentPages == resident)
    }

    @Test("What cannot be read is left out")
    func absent() {
        #expect(ProcessStatistics().metrics(startTime: 1).map(\.name) == ["process_start_time_seconds"])
    }
}
