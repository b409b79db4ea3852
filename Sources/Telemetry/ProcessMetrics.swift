// The process's own statistics, under the names that every Prometheus client library uses
// (https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics). Read from /proc/self (proc(5)).

public import FoundationEssentials
import Glibc

extension MetricsRegistry {
    /// Registers memory, processor time, descriptors and start time of this process.
    ///
    /// What cannot be read is left out.
    public func registerProcessMetrics(startTime: Date) {
        let start = startTime.timeIntervalSince1970
        self.register { ProcessStatistics.current().metrics(startTime: start) }
    }
}

/// What /proc/self tells.
struct ProcessStatistics: Equatable {
    var residentPages: UInt64?
    var virtualPages: UInt64?
    var processorTicks: UInt64?
    var openDescriptors: Int?

    static func current() -> ProcessStatistics {
        var statistics = ProcessStatistics()
        statistics.parse(memory: contents(of: "/proc/self/statm"))
        statistics.parse(status: contents(of: "/proc/self/stat"))
        // The directory's own descriptor is among them while it is read.
        statistics.openDescriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")).map {
            $0.count - 1
        }
        return statistics
    }

    /// `/proc/self/statm`: size, resident, …, in pages.
    mutating func parse(memory: String) {
        let fields = memory.split(separator: " ")
        guard fields.count >= 2 else { return }
        self.virtualPages = UInt64(fields[0])
        self.residentPages = UInt64(fields[1])
    }

    /// `/proc/self/stat`: the second field is the program's name in parentheses, which may hold both spaces and
    /// parentheses; utime and stime are the fields 14 and 15, counted from 1.
    mutating func parse(status: String) {
        guard let end = status.lastIndex(of: ")") else { return }
        let fields = status[status.index(after: end)...].split(separator: " ")
        guard fields.count > 12, let user = UInt64(fields[11]), let system = UInt64(fields[12]) else { return }
        self.processorTicks = user + system
    }

    func metrics(startTime: Double) -> [CollectedMetric] {
        let page = Double(sysconf(Int32(_SC_PAGESIZE)))
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        let values: [(String, MetricKind, String, Double?)] = [
            (
                "process_resident_memory_bytes", .gauge, "Resident memory size.",
                self.residentPages.map { Double($0) * page }
            ),
            (
                "process_virtual_memory_bytes", .gauge, "Virtual memory size.",
                self.virtualPages.map { Double($0) * page }
            ),
            (
                "process_cpu_seconds_total", .counter, "User and system time.",
                self.processorTicks.map { Double($0) / ticks }
            ),
            ("process_open_fds", .gauge, "Open file descriptors.", self.openDescriptors.map(Double.init)),
            ("process_start_time_seconds", .gauge, "Start time since the Unix epoch.", startTime),
        ]
        return values.compactMap { name, kind, help, value in
            value.map { CollectedMetric(name, kind, help: help, value: $0) }
        }
    }
}

private func contents(of path: String) -> String {
    (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
}
