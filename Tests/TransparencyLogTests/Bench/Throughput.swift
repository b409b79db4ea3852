// A measure, not a test: entries a second of the sequencer with files, printed. Runs only when SIGNET_LOG_BENCH has a number
// of entries.

import Foundation
import Testing

@testable import TransparencyLog

private let count = Int(ProcessInfo.processInfo.environment["SIGNET_LOG_BENCH"] ?? "") ?? 0

@Suite("Throughput", .enabled(if: count > 0))
struct Throughput {
    @Test("entries a second, with files that are synced")
    func sequencer() async throws {
        try await withTemporaryDirectory { directory in
            let log = TestLog(storage: try FileTileStorage(directory: "\(directory)/log"))
            let filler = String(repeating: "x", count: 1_000)
            let data = (0..<count).map { Array("entry \($0) \(filler)".utf8) }
            let ids = log.outbox.commit(data)
            let sequencer = try log.sequencer(settings: SequencerSettings())
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await sequencer.run() }
                let start = ContinuousClock.now
                _ = try await sequencer.waitForIntegration(ids[ids.count - 1], timeout: .seconds(600))
                let seconds = (ContinuousClock.now - start) / .seconds(1)
                print(
                    "MEASURE \(count) entries of 1 KB in \(seconds) s: \(Int(Double(count) / seconds)) a second"
                )
                // Now one at a time, beside 2,000 a second of others.
                var latencies: [Double] = []
                for round in 0..<50 {
                    log.outbox.commit((0..<100).map { Array("load \(round) \($0) \(filler)".utf8) })
                    let id = log.outbox.commit([Array("one \(round)".utf8)])[0]
                    let start = ContinuousClock.now
                    _ = try await sequencer.waitForIntegration(id, timeout: .seconds(60))
                    latencies.append((ContinuousClock.now - start) / .milliseconds(1))
                    try await Task.sleep(for: .milliseconds(round % 7 * 13))
                }
                latencies.sort()
                print("MEASURE latency to proof: median \(Int(latencies[25])) ms, p99 \(Int(latencies[49])) ms")
                let started = ContinuousClock.now
                let report = try await LogVerifier(storage: log.storage, identity: log.identity).run()
                let verified = (ContinuousClock.now - started) / .seconds(1)
                print(
                    "MEASURE verification of \(report.entries) entries: \(Int(Double(report.entries) / verified)) a second"
                )
                #expect(report.isSound)
                group.cancelAll()
            }
        }
    }
}
