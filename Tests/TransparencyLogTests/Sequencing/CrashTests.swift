// The log dies at each operation of a batch, before and after the operation takes effect, and goes on.

import Foundation
import Synchronization
import Testing

@testable import TransparencyLog

@Suite("Crashes of the log")
struct CrashTests {
    @Test("nothing is lost, doubled or forked, wherever a batch dies", arguments: [false, true])
    func everyOperation(_ takesEffect: Bool) async throws {
        var operation = 0
        var hasDied = true
        while hasDied {
            let faults = FaultPlan()
            let storage = MemoryStorage(faults: faults)
            let log = TestLog(storage: storage, outbox: MemoryOutbox(faults: faults))
            log.outbox.commit(entries(250))
            try await log.integrateAll()
            // New ones, a duplicate of an old and one of a new, and enough to fill a tile.
            log.outbox.commit(entries(20, from: 245) + [Array("entry 3".utf8), Array("entry 260".utf8)])
            faults.fail(at: operation, takesEffect: takesEffect)
            do {
                try await log.integrateAll()
                hasDied = false
            } catch is Outage {}
            faults.fail(at: nil)
            // More is committed before anyone starts again, so that the next batch is another one.
            log.outbox.commit(entries(9, from: 300))
            try await log.integrateAll()
            try await log.check()
            try await checkPublications(storage.seen.withLock { $0 }, log)
            operation += 1
        }
        #expect(operation > 15)
    }

    @Test("nothing is lost, doubled or forked when the first start dies anywhere", arguments: [false, true])
    func firstStart(_ takesEffect: Bool) async throws {
        var operation = 0
        var hasDied = true
        while hasDied {
            let faults = FaultPlan()
            let storage = MemoryStorage(faults: faults)
            let log = TestLog(storage: storage, outbox: MemoryOutbox(faults: faults))
            log.outbox.commit(entries(3))
            // The 256 looks for tiles of a log without a checkpoint need no test each.
            faults.fail(at: operation > 3 ? operation + 250 : operation, takesEffect: takesEffect)
            do {
                try await log.integrateAll()
                hasDied = false
            } catch is Outage {}
            faults.fail(at: nil)
            log.outbox.commit(entries(2, from: 3))
            try await log.integrateAll()
            try await log.check()
            try await checkPublications(storage.seen.withLock { $0 }, log)
            operation += 1
        }
        #expect(operation > 15)
    }

    @Test("a log that dies again and again at random, also while it recovers, comes out whole")
    func random() async throws {
        var generator = SystemRandomNumberGenerator()
        let faults = FaultPlan()
        let storage = MemoryStorage(faults: faults)
        let log = TestLog(storage: storage, outbox: MemoryOutbox(faults: faults))
        try await log.integrateAll()
        for round in 0..<300 {
            log.outbox.commit(entries(Int.random(in: 0...40, using: &generator), from: round * 31))
            faults.fail(
                at: Int.random(in: 0...40, using: &generator),
                takesEffect: Bool.random(using: &generator)
            )
            do { try await log.integrateAll() } catch is Outage {}
        }
        faults.fail(at: nil)
        try await log.integrateAll()
        try await log.check()
        try await checkPublications(storage.seen.withLock { $0 }, log)
    }

    @Test("many batches that the store forgot are recorded again from the outbox, if it has them all")
    func storeBehind() async throws {
        let log = TestLog(storage: MemoryStorage())
        log.outbox.commit(entries(5))
        try await log.integrateAll()
        let yesterday = log.outbox.state.withLock { $0 }
        log.outbox.commit(entries(9_000, from: 3))
        try await log.integrateAll()
        log.outbox.state.withLock { state in
            var old = yesterday
            old.entries = state.entries
            state = old
        }
        try await log.integrateAll()
        let report = try await LogVerifier(storage: log.storage, identity: log.identity).run()
        #expect(report.isSound && report.entries == 9_003)
        #expect(log.outbox.record?.size == 9_003)
        #expect(log.outbox.integrated.count == 9_005)
    }

    // MARK: What was altered or restored

    private func sound(_ count: Int = 600) async throws -> (TestLog, MemoryStorage) {
        let storage = MemoryStorage()
        let log = TestLog(storage: storage)
        log.outbox.commit(entries(count))
        try await log.integrateAll()
        return (log, storage)
    }

    private func refuses(_ log: TestLog, _ storage: MemoryStorage, _ code: LogError = LogError(.inconsistent, "")) async
    {
        let before = (storage.seen.withLock { $0 }, log.outbox.record)
        log.outbox.commit([Array("one more".utf8)])
        await #expect(throws: code) { try await log.integrateAll() }
        #expect(storage.seen.withLock { $0 } == before.0)
        #expect(log.outbox.record == before.1)
    }

    @Test("a checkpoint restored from yesterday is refused")
    func oldCheckpoint() async throws {
        let (log, storage) = try await self.sound()
        let yesterday = storage.published.withLock { $0 }
        log.outbox.commit(entries(10, from: 600))
        try await log.integrateAll()
        storage.published.withLock { $0 = yesterday }
        await self.refuses(log, storage)
    }

    @Test("a checkpoint that is gone is refused, with a record or with tiles")
    func noCheckpoint() async throws {
        let (log, storage) = try await self.sound()
        storage.published.withLock { $0 = nil }
        await self.refuses(log, storage)
        log.outbox.state.withLock { $0.record = nil }
        await self.refuses(log, storage)
    }

    @Test("a store restored from yesterday without the entries since is refused, also when new ones came")
    func oldStore() async throws {
        let (log, storage) = try await self.sound()
        let yesterday = log.outbox.state.withLock { $0 }
        log.outbox.commit(entries(10, from: 600))
        try await log.integrateAll()
        log.outbox.state.withLock { $0 = yesterday }
        await #expect(throws: LogError(.inconsistent, "")) { try await log.integrateAll() }
        await self.refuses(log, storage)
        log.outbox.commit(entries(20, from: 900))
        await self.refuses(log, storage)
    }

    @Test("a store whose record is of another log is refused")
    func otherStore() async throws {
        let (log, storage) = try await self.sound()
        log.outbox.state.withLock { $0.record = LogRecord(size: 500, root: .leaf([9]), lastID: 500) }
        await self.refuses(log, storage)
    }

    @Test("a last tile that is cut off, altered or gone is refused", arguments: ["tile/0/002.p/88", "tile/1/000.p/2"])
    func brokenTile(_ path: String) async throws {
        let (log, storage) = try await self.sound()
        let tile = try #require(TileCoordinate(path: path))
        let content = try #require(storage.tiles.withLock { $0[tile] })
        storage.tiles.withLock { $0[tile] = content.dropLast() }
        await self.refuses(log, storage, LogError(.malformedTile, ""))
        storage.tiles.withLock { $0[tile] = content.dropLast() + [content.last! ^ 1] }
        let code: LogError.Code = path.hasPrefix("tile/0") ? .malformedTile : .inconsistent
        await self.refuses(log, storage, LogError(code, ""))
        storage.tiles.withLock { $0[tile] = nil }
        await self.refuses(log, storage, LogError(.malformedTile, ""))
    }

    @Test("a checkpoint that another key signed is refused")
    func foreignCheckpoint() async throws {
        let (log, storage) = try await self.sound()
        let other = TestLog(storage: MemoryStorage())
        let state = storage.published.withLock { $0 }
        let forged = try await SignedCheckpoint.sign(
            try SignedCheckpoint(try #require(state)).checkpoint,
            with: other.signers,
            time: 0
        )
        storage.published.withLock { $0 = forged.bytes }
        await self.refuses(log, storage, LogError(.untrustedNote, ""))
    }

    @Test("a full tile beyond the checkpoint that is another's is a conflict, not overwritten")
    func foreignTile() async throws {
        let (log, storage) = try await self.sound(250)
        let tile = try #require(TileCoordinate(.hashes(level: 0), index: 0))
        storage.tiles.withLock { $0[tile] = [UInt8](repeating: 1, count: 8_192) }
        log.outbox.commit(entries(10, from: 250))
        await #expect(throws: LogError(.conflict, "")) { try await log.integrateAll() }
        #expect(try log.identity.checkpoint(try #require(try await storage.checkpoint())).size == 250)
    }

    @Test(
        "tiles that are not read as they were written are not published, of what is new or of what it goes on from",
        arguments: [(0, 10, "tile/0/000.p/10"), (300, 600, "tile/0/001"), (300, 600, "tile/0/002.p/88")]
    )
    func garbled(from: Int, to: Int, path: String) async throws {
        let (log, storage) = try await self.sound(from)
        let former = storage.published.withLock { $0 }
        let tile = try #require(TileCoordinate(path: path))
        storage.garbled.withLock { $0 = [tile] }
        log.outbox.commit(entries(to - from, from: from))
        await #expect(throws: LogError(.inconsistent, "")) { try await log.integrateAll() }
        #expect(former != nil && storage.published.withLock { $0 } == former)
        storage.garbled.withLock { $0 = [] }
        try await log.integrateAll()
        try await log.check()
    }

    @Test("whoever lost the lease while it worked publishes nothing")
    func lostLease() async throws {
        let (log, storage) = try await self.sound()
        let lease = LogLease(holder: "a", until: Date(timeIntervalSinceNow: 1))
        var state = try await LogRecovery(parts: log.parts, lease: lease).run()
        log.outbox.commit(entries(3, from: 700))
        let integration = LogIntegration(parts: log.parts)
        log.outbox.state.withLock { $0.lease = LogLease(holder: "b", until: Date(timeIntervalSinceNow: 60)) }
        let former = storage.published.withLock { $0 }
        await #expect(throws: LogError(.leaseLost, "")) { try await integration.run(&state, lease: lease) }
        #expect(storage.published.withLock { $0 } == former)
        // Another has published meanwhile.
        let long = LogLease(holder: "a", until: Date(timeIntervalSinceNow: 100))
        try await log.integrateAll()
        let others = storage.published.withLock { $0 }
        await #expect(throws: LogError(.leaseLost, "")) { try await integration.run(&state, lease: long) }
        #expect(storage.published.withLock { $0 } == others)
        try await log.check()
        try await checkPublications(storage.seen.withLock { $0 }, log)
    }

    @Test("a checkpoint that another has published, and not recorded yet, is not published over")
    func unrecorded() async throws {
        let (log, storage) = try await self.sound(250)
        let lease = LogLease(holder: "a", until: Date(timeIntervalSinceNow: 100))
        log.outbox.state.withLock { $0.lease = lease }
        var state = try await LogRecovery(parts: log.parts, lease: lease).run()
        log.outbox.commit(entries(3, from: 250))
        let foreign = Array("another's".utf8)
        storage.published.withLock { $0 = foreign }
        await #expect(throws: LogError(.leaseLost, "")) {
            try await LogIntegration(parts: log.parts).run(&state, lease: lease)
        }
        #expect(storage.published.withLock { $0 } == foreign && log.outbox.record?.size == 250)
    }

    @Test("whoever slept while another went on writes no tile")
    func overtaken() async throws {
        let (log, storage) = try await self.sound(250)
        let lease = LogLease(holder: "a", until: Date(timeIntervalSinceNow: 100))
        var state = try await LogRecovery(parts: log.parts, lease: lease).run()
        log.outbox.commit(entries(3, from: 250))
        try await log.integrateAll()
        // Of what comes next a part is integrated already, which must not count as old.
        log.outbox.commit(entries(3, from: 253))
        let tiles = storage.tiles.withLock { $0 }
        let integration = LogIntegration(parts: log.parts)
        await #expect(throws: LogError(.leaseLost, "")) { try await integration.run(&state, lease: lease) }
        #expect(storage.tiles.withLock { $0 } == tiles)
        try await log.integrateAll()
        try await log.check()
        try await checkPublications(storage.seen.withLock { $0 }, log)
    }

    @Test("a lease that ran out while nobody wanted it is prolonged, and the batch published")
    func slowBatch() async throws {
        let (log, _) = try await self.sound()
        log.outbox.state.withLock { $0.lease = nil }
        let lease = LogLease(holder: "a", until: Date(timeIntervalSinceNow: -1))
        #expect(try await log.outbox.acquire(lease, at: Date()))
        var state = try await LogRecovery(parts: log.parts, lease: lease).run()
        log.outbox.commit(entries(3, from: 700))
        #expect(try await LogIntegration(parts: log.parts).run(&state, lease: lease).count == 3)
        try await log.check()
    }

    @Test("after a change of keys the checkpoint is signed anew, and the retired key's history stays valid")
    func newKeys() async throws {
        let (log, storage) = try await self.sound()
        let signer = SoftwareSigner()
        let parts = LogParts(
            storage: storage,
            outbox: log.outbox,
            identity: LogIdentity(origin: log.identity.origin, keys: log.identity.keys + [signer.key]),
            signers: [signer],
            witnesses: nil,
            now: { Date() }
        )
        _ = try await LogRecovery(parts: parts, lease: LogLease(holder: "a", until: Date())).run()
        let published = try SignedCheckpoint(try #require(storage.published.withLock { $0 }))
        #expect(try published.note.signers(among: parts.identity.keys) == [signer.key])
        #expect(published.size == 600)
    }
}
