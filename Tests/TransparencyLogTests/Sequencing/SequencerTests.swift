// The running service: waiting, deduplication, leases, failures that pass and such that do not.

import Foundation
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import TransparencyLog

@Suite("Sequencer")
struct SequencerTests {
    private func running<Value: Sendable>(
        _ sequencer: Sequencer,
        _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await sequencer.run() }
            defer { group.cancelAll() }
            return try await body()
        }
    }

    private func until(_ condition: @Sendable () async throws -> Bool) async throws {
        for _ in 0..<2_000 {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        Issue.record("it did not come to pass within 10 seconds")
    }

    @Test("whoever waits gets index and proof, a duplicate the old index, and also who asks late")
    func waiting() async throws {
        let log = TestLog(storage: MemoryStorage())
        let sequencer = try log.sequencer()
        try await self.running(sequencer) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<60 {
                    group.addTask {
                        let data = Array("entry \(number % 50)".utf8)
                        let id = log.outbox.commit([data])[0]
                        let proof = try await sequencer.waitForIntegration(id, timeout: .seconds(20))
                        #expect(proof.isValid)
                        #expect(proof.leafHash == .leaf(data))
                        #expect(proof.index == log.outbox.integrated[id]?.index)
                        #expect(proof.checkpoint?.root == proof.root)
                        let again = try await sequencer.waitForIntegration(id, timeout: .seconds(20))
                        #expect(again.index == proof.index)
                    }
                }
                try await group.waitForAll()
            }
            #expect(sequencer.status.phase == .running)
            #expect(sequencer.status.published?.size == 50)
        }
        #expect(sequencer.status.phase == .stopped)
        try await log.check()
    }

    @Test("a waiter is let go after its time, and refused when there is no room, or when the log is shut down")
    func waitingInVain() async throws {
        let log = TestLog(storage: MemoryStorage())
        let sequencer = try log.sequencer(waiterLimit: 1)
        try await self.running(sequencer) {
            await #expect(throws: LogError(.timedOut, "")) {
                try await sequencer.waitForIntegration(99, timeout: .milliseconds(20))
            }
            let one = Task { try await sequencer.waitForIntegration(99, timeout: .milliseconds(600)) }
            try await Task.sleep(for: .milliseconds(100))
            await #expect(throws: LogError(.overloaded, "")) {
                try await sequencer.waitForIntegration(98, timeout: .seconds(5))
            }
            await #expect(throws: LogError(.timedOut, "")) { try await one.value }
        }
        await #expect(throws: LogError(.unavailable, "")) {
            try await sequencer.waitForIntegration(99, timeout: .seconds(5))
        }
    }

    @Test("shutdown lets waiters go and gives the lease back")
    func shutdown() async throws {
        let log = TestLog(storage: MemoryStorage())
        let sequencer = try log.sequencer()
        let waiting = Task { try await sequencer.waitForIntegration(99, timeout: .seconds(60)) }
        try await self.running(sequencer) { try await self.until { sequencer.status.phase == .running } }
        await #expect(throws: LogError(.unavailable, "")) { try await waiting.value }
        #expect(log.outbox.state.withLock { $0.lease } == nil)
    }

    @Test("a failure that passes is waited out")
    func passingFailure() async throws {
        let faults = FaultPlan()
        let storage = MemoryStorage(faults: faults)
        let log = TestLog(storage: storage)
        let sequencer = try log.sequencer()
        try await self.running(sequencer) {
            let first = log.outbox.commit([[1]])[0]
            _ = try await sequencer.waitForIntegration(first, timeout: .seconds(20))
            faults.fail(at: 3)
            let second = log.outbox.commit([[2]])[0]
            try await self.until { sequencer.status.failures > 2 }
            #expect(sequencer.status.phase == .recovering)
            faults.fail(at: nil)
            #expect(try await sequencer.waitForIntegration(second, timeout: .seconds(20)).index == 1)
            #expect(sequencer.status.phase == .running)
        }
        try await log.check()
        try await checkPublications(storage.seen.withLock { $0 }, log)
    }

    @Test("a contradiction halts publication for good, and waiters hear of it")
    func halted() async throws {
        let storage = MemoryStorage()
        let log = TestLog(storage: storage)
        log.outbox.commit(entries(4))
        try await log.integrateAll()
        let yesterday = storage.published.withLock { $0 }
        log.outbox.commit(entries(4, from: 4))
        try await log.integrateAll()
        storage.published.withLock { $0 = yesterday }
        let before = storage.seen.withLock { $0 }
        let sequencer = try log.sequencer()
        try await self.running(sequencer) {
            let id = log.outbox.commit([[1]])[0]
            await #expect(throws: LogError(.unavailable, "")) {
                try await sequencer.waitForIntegration(id, timeout: .seconds(20))
            }
            guard case .halted(let error) = sequencer.status.phase else {
                Issue.record("it is \(sequencer.status.phase)")
                return
            }
            #expect(error == LogError(.inconsistent, ""))
        }
        #expect(storage.seen.withLock { $0 } == before)
    }

    @Test("of two sequencers one integrates; the other wakes its waiters by the store, and takes over")
    func standby() async throws {
        let storage = MemoryStorage()
        let log = TestLog(storage: storage)
        let (first, second) = try (log.sequencer(holder: "a"), log.sequencer(holder: "b"))
        let work = Task { try await first.run() }
        defer { work.cancel() }
        try await self.until { first.status.phase == .running }
        try await self.running(second) {
            try await self.until { second.status.phase == .standby }
            let id = log.outbox.commit([[1]])[0]
            #expect(try await second.waitForIntegration(id, timeout: .seconds(20)).isValid)
            #expect(second.status.phase == .standby)
            // The first works no more, and its lease runs out.
            work.cancel()
            _ = await work.result
            log.outbox.state.withLock { $0.lease = nil }
            try await self.until { second.status.phase == .running }
            for number in UInt8(2)..<20 {
                let id = log.outbox.commit([[number]])[0]
                #expect(try await second.waitForIntegration(id, timeout: .seconds(20)).index == Int(number) - 1)
            }
            #expect(second.status.phase == .running)
        }
        try await log.check()
        try await checkPublications(storage.seen.withLock { $0 }, log)
    }

    @Test("partial tiles that a full one has overtaken are removed after a while, and nothing else")
    func collection() async throws {
        try await withTemporaryDirectory { directory in
            let storage = try FileTileStorage(directory: "\(directory)/log")
            let log = TestLog(storage: storage)
            for start in stride(from: 0, to: 300, by: 30) {
                log.outbox.commit(entries(30, from: start))
                try await log.integrateAll()
            }
            let sequencer = try log.sequencer()
            #expect(try await sequencer.collectTiles() == 0)
            let later = try log.sequencer(now: { Date(timeIntervalSinceNow: Budget.partialTileSeconds + 60) })
            // 30, 60 … 240 of both the hashes and the entries of the first tile.
            #expect(try await later.collectTiles() == 16)
            #expect(try await later.collectTiles() == 0)
            #expect(!FileManager.default.fileExists(atPath: "\(directory)/log/tile/0/000.p"))
            #expect(FileManager.default.fileExists(atPath: "\(directory)/log/tile/0/001.p/44"))
            try await log.check()
        }
    }

    @Test("a signer that the identity does not name is refused")
    func strangeSigner() throws {
        var log = TestLog(storage: MemoryStorage())
        log.witnesses = nil
        let other = TestLog(storage: MemoryStorage())
        #expect(throws: LogError(.signingFailed, "")) {
            try Sequencer(
                storage: log.storage,
                outbox: log.outbox,
                identity: log.identity,
                signers: other.signers,
                holder: "a",
                now: { Date() },
                clock: ContinuousClock(),
                logger: .init(label: "test")
            )
        }
    }
}
