// What is kept for proofs: it makes them faster and never other than they are.

import Foundation
import Synchronization
import Testing

@testable import TransparencyLog

@Suite("Nodes that are kept")
struct NodeFileTests {
    private static let count = 957

    /// A log of three full tiles and a partial one.
    private static func log() async throws -> (log: TestLog, storage: MemoryStorage) {
        let storage = MemoryStorage()
        let log = TestLog(storage: storage)
        log.outbox.commit(entries(Self.count))
        try await log.integrateAll()
        return (log, storage)
    }

    /// Every proof in the tree of a size.
    private static func check(_ proofs: LogProofs, size: Int) async throws {
        let naive = NaiveTree(entries: entries(Self.count))
        for index in 0..<size {
            let proof = try await proofs.inclusion(of: index, size: size)
            #expect(proof.isValid && proof.root.bytes == naive.root(size) && proof.index == index)
            #expect(proof.path.map(\.bytes) == naive.path(index, 0..<size))
        }
    }

    @Test("proofs are the same with it, when it is filled and when it is full, of this tree and of older ones")
    func sameProofs() async throws {
        try await withTemporaryDirectory { directory in
            let (log, path) = (try await Self.log().log, "\(directory)/nodes")
            for _ in 1...2 {
                let file = try NodeFile(path: path)
                let proofs = LogProofs(storage: log.storage, identity: log.identity, nodes: file)
                for size in [Self.count, 768, 513, 256, 255, 1] { try await Self.check(proofs, size: size) }
            }
            // Three full tiles; the partial one may still grow.
            #expect(try Data(contentsOf: URL(filePath: path)).count == 3 * 16_384)
        }
    }

    @Test("what is kept is read: the tile that it was computed from is asked for no more")
    func reads() async throws {
        try await withTemporaryDirectory { directory in
            let ((log, storage), file) = (try await Self.log(), try NodeFile(path: "\(directory)/nodes"))
            try await Self.check(LogProofs(storage: log.storage, identity: log.identity, nodes: file), size: Self.count)
            let tile = try #require(TileCoordinate(.hashes(level: 0), index: 1))
            storage.tiles.withLock { $0[tile] = nil }
            let kept = LogProofs(storage: log.storage, identity: log.identity, nodes: file)
            #expect(try await kept.inclusion(of: 300).isValid)
            let without = LogProofs(storage: log.storage, identity: log.identity)
            await #expect(throws: LogError(.malformedTile, "")) { try await without.inclusion(of: 300) }
        }
    }

    @Test("what was damaged is found out by the proof, forgotten, and computed anew")
    func damage() async throws {
        try await withTemporaryDirectory { directory in
            let (log, path) = (try await Self.log().log, "\(directory)/nodes")
            func proofs() throws -> LogProofs {
                LogProofs(storage: log.storage, identity: log.identity, nodes: try NodeFile(path: path))
            }
            try await Self.check(try proofs(), size: Self.count)
            let whole = try Data(contentsOf: URL(filePath: path))
            for damage in [
                Data(repeating: 0xA5, count: whole.count), whole.prefix(20_000), whole.prefix(7),
                Data(whole.reversed()), Data(), whole + whole,
            ] {
                try damage.write(to: URL(filePath: path))
                for _ in 1...2 { try await Self.check(try proofs(), size: Self.count) }
                #expect(try Data(contentsOf: URL(filePath: path)).prefix(whole.count) == whole)
            }
        }
    }

    @Test("a log whose tiles were altered gives no proof with it either")
    func alteredTiles() async throws {
        try await withTemporaryDirectory { directory in
            let ((log, storage), file) = (try await Self.log(), try NodeFile(path: "\(directory)/nodes"))
            let tile = try #require(TileCoordinate(.hashes(level: 0), index: 0))
            storage.tiles.withLock { $0[tile]?[40] ^= 1 }
            let proofs = LogProofs(storage: log.storage, identity: log.identity, nodes: file)
            for _ in 1...2 {
                await #expect(throws: LogError(.inconsistent, "")) { try await proofs.inclusion(of: 5) }
            }
        }
    }

    @Test("what tiles say of older trees is held against the roots that are known")
    func alteredPast() async throws {
        let (log, storage) = try await Self.log()
        let root = try #require(LogHash(NaiveTree(entries: entries(Self.count)).root(300)))
        func publicLog() -> PublicLog {
            PublicLog(
                storage: storage,
                identity: log.identity,
                lookup: ListLookup(sizes: [root: 300]),
                signer: log.signers[1],
                now: { Date() }
            )
        }
        let path = "/v1/log/inclusion/5/\(root.hexadecimal)"
        let answer = try #require(try await publicLog().answer(path))
        let bySize = try await publicLog().answer("/v1/log/inclusion/5/300")
        #expect(answer.entityTag != nil && answer.bytes == bySize?.bytes)
        let consistency = try #require(try await publicLog().answer("/v1/log/consistency/300/\(Self.count)"))
        #expect(consistency.entityTag == nil)
        // Entry 290: of the tree of 300 both path and root would be computed from it.
        let tile = try #require(TileCoordinate(.hashes(level: 0), index: 1))
        storage.tiles.withLock { $0[tile]?[34 * 32] ^= 1 }
        await #expect(throws: LogError(.inconsistent, "")) { _ = try await publicLog().answer(path) }
        for old in [291, 300, 400] {
            await #expect(throws: LogError(.inconsistent, "")) {
                _ = try await publicLog().answer("/v1/log/consistency/\(old)/\(Self.count)")
            }
        }
    }

    @Test("a file that cannot be opened is an error, which says where")
    func unopened() throws {
        let error = #expect(throws: LogError.self) { _ = try NodeFile(path: "/nowhere/nodes") }
        #expect(error?.code == .storageFailed && error?.reason.contains("/nowhere/nodes") == true)
    }

    @Test("each node of a tile of any width is the root over its hashes")
    func nodes() {
        let leaves = (0..<256).map { LogHash.leaf([UInt8($0)]) }
        for width in 1...256 {
            let nodes = TileNodes(Array(leaves[..<width])).grown
            #expect(nodes.isGrown && Array(nodes.hashes) == Array(leaves[..<width]))
            for level in 0...9 {
                for index in 0...(width >> level) {
                    let (first, last) = (index << level, (index + 1) << level)
                    let expected = last <= width && level <= 8 ? HashTile.root(of: leaves[first..<last]) : nil
                    #expect(nodes.node(level: level, index: index) == expected, "\(width) \(level) \(index)")
                }
            }
        }
        #expect(TileNodes(Array(leaves[..<255])).grown.block == nil && TileNodes(leaves).block == nil)
    }
}
