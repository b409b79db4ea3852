// What is kept for proofs: it makes them faster and never other than they are.

import CFiles
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
                let file = try NodeFile(path: path, reservedBytes: 0)
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
            let ((log, storage), file) = (
                try await Self.log(), try NodeFile(path: "\(directory)/nodes", reservedBytes: 0)
            )
            try await Self.check(LogProofs(storage: log.storage, identity: log.identity, nodes: file), size: Self.count)
            let tile = try #require(TileCoordinate(.hashes(level: 0), index: 1))
            storage.tiles.withLock { $0[tile] = nil }
            let kept = LogProofs(storage: log.storage, identity: log.identity, nodes: file)
            #expect(try await kept.inclusion(of: 300).isValid)
            let without = LogProofs(storage: log.storage, identity: log.identity)
            await #expect(throws: LogError(.malformedTile, "")) { try await without.inclusion(of: 300) }
        }
    }

    /// Whether the temporary directory's file system says what it has in memory (not all do: tmpfs does not).
    private static let saysWhatIsAtHand: Bool = {
        let path = FileManager.default.temporaryDirectory.appending(path: "signet-\(UUID().uuidString)").path
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { return false }
        defer { close(file) }
        unlink(path)
        var octet: UInt8 = 1
        return pwrite(file, &octet, 1, 0) == 1 && signet_pread_at_hand(file, &octet, 1, 0) == 1
    }()

    @Test(
        "a proof that is at hand is the one that would be computed; what is not, is left to that",
        .enabled(if: saysWhatIsAtHand)
    )
    func atHand() async throws {
        try await withTemporaryDirectory { directory in
            let ((log, storage), path) = (try await Self.log(), "\(directory)/nodes")
            let publicLog = PublicLog(
                storage: storage,
                identity: log.identity,
                lookup: ListLookup(),
                signer: log.signers[1],
                nodes: try NodeFile(path: path, reservedBytes: 0),
                now: { Date() }
            )
            func ask(_ index: Int, _ size: Int) -> String { "/v1/log/inclusion/\(index)/\(size)" }
            #expect(publicLog.answerAtHand(ask(5, Self.count)) == nil)
            for size in [Self.count, 600, 512, 257] {
                #expect(publicLog.answerAtHand(ask(5, size)) == nil)
                _ = try await publicLog.answer(ask(5, size))
                _ = try await publicLog.answer(ask(size - 1, size))
                // Of the tile of both, and of no other.
                for index in [0, 5, 255, size - 1] {
                    let answer = try #require(publicLog.answerAtHand(ask(index, size)), "\(index) of \(size)")
                    #expect(try await publicLog.answer(ask(index, size)) == answer)
                }
            }
            #expect(publicLog.answerAtHand(ask(5, 700)) == nil)
            for path in [
                ask(600, 600), ask(0, Self.count + 1), ask(0, 0), "/v1/log/inclusion/5", "/v1/log/inclusion/05/600",
                "/v1/log/inclusion/5/600/", "/v1/log/inclusion/-1/600", "/v1/log/inclusion//600",
                ask(.max - 1, .max), ask(.max, .max), ask(5, .max), "/v1/log/inclusion/5/99999999999999999999",
                "/v1/log/proof/5", "/v1/log/inclusion/5/\(String(repeating: "0", count: 600))",
            ] {
                #expect(publicLog.answerAtHand(path) == nil, "\(path)")
                #expect(try await publicLog.answer(path)?.entityTag == nil, "\(path)")
            }
            let long = String(repeating: "q", count: 600)
            #expect(publicLog.answerAtHand(ask(5, 600), query: long) == nil)
            #expect(publicLog.answerAtHand(ask(5, 600), query: "q") != nil)
            // Wrong hashes make no proof: they are forgotten, and computed when somebody asks for them again.
            let whole = try Data(contentsOf: URL(filePath: path))
            try FileHandle(forWritingTo: URL(filePath: path)).write(contentsOf: Data(repeating: 0xA5, count: 3_200))
            #expect(publicLog.answerAtHand(ask(5, 600)) == nil)
            for _ in 1...2 {
                #expect(try await publicLog.answer(ask(5, 600)) != nil)
                #expect(try await publicLog.answer(ask(599, 600)) != nil)
            }
            #expect(publicLog.answerAtHand(ask(5, 600)) != nil)
            #expect(try Data(contentsOf: URL(filePath: path)) == whole)
        }
    }

    @Test("what was damaged is found out by the proof, forgotten, and computed anew")
    func damage() async throws {
        try await withTemporaryDirectory { directory in
            let (log, path) = (try await Self.log().log, "\(directory)/nodes")
            func proofs() throws -> LogProofs {
                LogProofs(
                    storage: log.storage,
                    identity: log.identity,
                    nodes: try NodeFile(path: path, reservedBytes: 0)
                )
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

    @Test("what is damaged of the tile at the tree's edge is mended, too, when another's entry is asked for")
    func damagedEdge() async throws {
        try await withTemporaryDirectory { directory in
            let (log, path) = (try await Self.log().log, "\(directory)/nodes")
            let proofs = LogProofs(
                storage: log.storage,
                identity: log.identity,
                nodes: try NodeFile(path: path, reservedBytes: 0)
            )
            for index in [5, 300, 599] { _ = try await proofs.inclusion(of: index, size: 600) }
            let whole = try Data(contentsOf: URL(filePath: path))
            let file = try FileHandle(forWritingTo: URL(filePath: path))
            try file.seek(toOffset: 2 * 16_384)
            try file.write(contentsOf: Data(repeating: 0xA5, count: 16_384))
            for _ in 1...2 { #expect(try await proofs.inclusion(of: 5, size: 600).isValid) }
            #expect(try Data(contentsOf: URL(filePath: path)) == whole)
        }
    }

    @Test("as many roots of older trees are kept as may be, and those that are known make no room")
    func olderRoots() {
        let (roots, known) = (OlderRoots(), LogHash.leaf([]))
        for size in 0..<Budget.olderRoots { roots[size] = known }
        for size in 0..<Budget.olderRoots { roots[size] = known }
        #expect((0..<Budget.olderRoots).allSatisfy { roots[$0] == known })
        for size in 1_000..<2_000 {
            roots[size] = known
            #expect(roots[size] == known)
        }
        #expect((0..<2_000).filter { roots[$0] != nil }.count == Budget.olderRoots)
    }

    @Test("nothing is kept when the disk has no more room than is left to others")
    func noRoom() async throws {
        try await withTemporaryDirectory { directory in
            let (log, path) = (try await Self.log().log, "\(directory)/nodes")
            let file = try NodeFile(path: path, reservedBytes: .max)
            let proofs = LogProofs(storage: log.storage, identity: log.identity, nodes: file)
            try await Self.check(proofs, size: 600)
            #expect(try Data(contentsOf: URL(filePath: path)).isEmpty)
        }
    }

    @Test("tiles that agree with each other and not with the checkpoint prove nothing, of this tree or of older ones")
    func alteredTogether() async throws {
        let (log, storage) = try await Self.log()
        let leaves = try #require(TileCoordinate(.hashes(level: 0), index: 1))
        let above = try #require(TileCoordinate(.hashes(level: 1), index: 0, width: 3))
        try storage.tiles.withLock { tiles in
            tiles[leaves]?[34 * 32] ^= 1
            let hashes = try HashTile.decode(try #require(tiles[leaves]), leaves)
            let root = try #require(HashTile.root(of: hashes[...]))
            tiles[above]?.replaceSubrange(32..<64, with: root.bytes)
        }
        let proofs = LogProofs(storage: storage, identity: log.identity)
        for size in [Self.count, 600, 300] {
            await #expect(throws: LogError(.inconsistent, ""), "\(size)") {
                _ = try await proofs.inclusion(of: 5, size: size)
            }
        }
        await #expect(throws: LogError(.inconsistent, "")) { _ = try await proofs.consistency(from: 300) }
        await #expect(throws: LogError(.inconsistent, "")) { _ = try await proofs.consistency(from: 300, to: 600) }
    }

    @Test("a log whose tiles were altered gives no proof with it either")
    func alteredTiles() async throws {
        try await withTemporaryDirectory { directory in
            let ((log, storage), file) = (
                try await Self.log(), try NodeFile(path: "\(directory)/nodes", reservedBytes: 0)
            )
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
        for named in [path, "/v1/log/inclusion/5/300", "/v1/log/inclusion/295/300"] {
            await #expect(throws: LogError(.inconsistent, "")) { _ = try await publicLog().answer(named) }
        }
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
