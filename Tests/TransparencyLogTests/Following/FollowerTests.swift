// A follower sees every entry once in order, and believes nothing that the log has not signed.

import Synchronization
import Testing

@testable import TransparencyLog

final class MemoryFollowerStore: FollowerStore {
    let state = Mutex<FollowerState?>(nil)
    let evidence = Mutex<[ForkEvidence]>([])

    func load() async throws -> FollowerState? { self.state.withLock { $0 } }
    func save(_ state: FollowerState) async throws { self.state.withLock { $0 = state } }
    func keep(_ evidence: ForkEvidence) async throws { self.evidence.withLock { $0.append(evidence) } }
}

@Suite("Followers")
struct FollowerTests {
    let storage = MemoryStorage()
    let store = MemoryFollowerStore()
    let log: TestLog

    init() {
        self.log = TestLog(storage: self.storage)
    }

    private func follow(_ witnesses: [VerifierKey] = []) async throws -> [Int] {
        let told = Mutex<[Int]>([])
        let follower = LogFollower(
            storage: self.storage,
            identity: self.log.identity,
            witnesses: witnesses,
            quorum: witnesses.count,
            store: self.store
        )
        try await follower.run(
            watches: { index, entry in entry == Array("entry \(index)".utf8) && index % 5 == 0 },
            tell: { entry in told.withLock { $0.append(entry.index) } }
        )
        return told.withLock { $0 }
    }

    @Test("it is told of what it watches, each once, from size to size")
    func following() async throws {
        var size = 0
        for count in [0, 3, 250, 4, 0, 1, 900, 1] {
            self.log.outbox.commit(entries(count, from: size))
            try await self.log.integrateAll()
            let expected = (size..<size + count).filter { $0 % 5 == 0 }
            #expect(try await self.follow() == expected)
            #expect(try await self.follow() == [])
            size += count
            #expect(self.store.state.withLock { $0?.readSize } == size)
        }
    }

    @Test(
        "entries that are not under the signed root are refused, also with tiles to match",
        arguments: [10, 300, 700]
    )
    func forgedEntries(_ index: Int) async throws {
        self.log.outbox.commit(entries(777))
        try await self.log.integrateAll()
        let bundle = try #require(TileCoordinate(.entries, index: index >> 8, size: 777))
        let tile = try #require(TileCoordinate(.hashes(level: 0), index: index >> 8, size: 777))
        var forged = try EntryBundle.decode(try #require(try await self.storage.read(bundle)), bundle)
        forged[index & 0xFF] = [1]
        var bytes: [UInt8] = []
        for entry in forged { try EntryBundle.append(entry, to: &bytes) }
        self.storage.tiles.withLock { $0[bundle] = bytes }
        await #expect(throws: LogError(.inconsistent, "")) { try await self.follow() }
        self.storage.tiles.withLock { $0[tile] = HashTile.encode(forged.map { .leaf($0) }) }
        await #expect(throws: LogError(.inconsistent, "")) { try await self.follow() }
        #expect(self.store.state.withLock { $0?.readSize ?? 0 } == index / 256 * 256)
    }

    @Test("a log that changed or lost its past is found out, and what proves it is kept")
    func fork() async throws {
        self.log.outbox.commit(entries(20))
        try await self.log.integrateAll()
        _ = try await self.follow()
        let known = self.store.state.withLock { $0 }
        let other = MemoryStorage()
        let fork = TestLog(self.log, storage: other, outbox: MemoryOutbox())
        fork.outbox.commit([[9]])
        try await fork.integrateAll()
        func show() {
            let tiles = other.tiles.withLock { $0 }
            self.storage.tiles.withLock { $0.merge(tiles) { _, new in new } }
            let checkpoint = other.published.withLock { $0 }
            self.storage.published.withLock { $0 = checkpoint }
        }
        show()
        await #expect(throws: LogError(.rolledBack, "")) { try await self.follow() }
        fork.outbox.commit(entries(19))
        try await fork.integrateAll()
        show()
        await #expect(throws: LogError(.inconsistent, "")) { try await self.follow() }
        fork.outbox.commit(entries(19, from: 100))
        try await fork.integrateAll()
        show()
        await #expect(throws: LogError(.inconsistent, "")) { try await self.follow() }
        #expect(self.store.state.withLock { $0 } == known)
        let evidence = self.store.evidence.withLock { $0 }
        #expect(evidence.map(\.shown.size) == [1, 20, 39])
        for each in evidence {
            #expect(each.known == known?.checkpoint)
            // Both are signed by the log: whoever has the file can see that it contradicts itself.
            #expect(try self.log.identity.checkpoint(each.shown.bytes) == each.shown)
        }
    }

    @Test("a checkpoint without the witnesses that are demanded is not believed")
    func witnesses() async throws {
        var log = self.log
        let witness = try TestWitness(log.identity)
        log.outbox.commit(entries(20))
        try await log.integrateAll()
        await #expect(throws: LogError(.notWitnessed, "")) { try await self.follow([witness.signer.key]) }
        log.witnesses = try witness.client()
        log.outbox.commit(entries(1, from: 20))
        try await log.integrateAll()
        #expect(try await self.follow([witness.signer.key]).count == 5)
    }
}
