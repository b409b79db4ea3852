// Paths, bundles, edges, and reading trees from tiles.

import FoundationEssentials
import Testing

@testable import TransparencyLog

@Suite("Tiles")
struct TileTests {
    @Test(
        "a tile has one path",
        arguments: [
            (TileKind.hashes(level: 0), 0, 256, "tile/0/000"),
            (.hashes(level: 0), 1_234_067, 256, "tile/0/x001/x234/067"),
            (.hashes(level: 63), 999, 1, "tile/63/999.p/1"),
            (.hashes(level: 2), 1_000, 255, "tile/2/x001/000.p/255"),
            (.entries, 0, 256, "tile/entries/000"),
            (.entries, Int.max, 7, "tile/entries/x009/x223/x372/x036/x854/x775/807.p/7"),
        ]
    )
    func paths(_ kind: TileKind, _ index: Int, _ width: Int, _ path: String) throws {
        let tile = try #require(TileCoordinate(kind, index: index, width: width))
        #expect(tile.path == path)
        #expect(TileCoordinate(path: path) == tile)
    }

    @Test(
        "what is no path names no tile",
        arguments: [
            "", "tile", "tile/", "tile/0", "tile/0/", "tile/0/00", "tile/0/0000", "tile/0/x000", "tile/0/x000/001",
            "tile/64/000", "tile/-1/000", "tile/00/000", "tile/+1/000", "tile/0/001/002", "tile/0/x1/002",
            "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/08",
            "tile/0/000.p/1/2",
            "tile/entries/00a", "tile/entries/٠٠٠", "tile/data/000", "/tile/0/000", "tile/0/000/", "tile/0/../000",
            "tile/0/x009/x223/x372/x036/x854/x775/808", "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
            "tile/0/000\u{301}", "tile/0/x000.p/1", "checkpoint",
        ]
    )
    func hostilePaths(_ path: String) {
        #expect(TileCoordinate(path: path) == nil)
    }

    @Test("a log of 70,000 entries has the tiles of the specification")
    func specificationExample() throws {
        var edge = TreeEdge()
        for entry in entries(70_000) { try edge.append(entry, leaf: .leaf(entry)) }
        let tiles = edge.takeTiles().map(\.tile)
        func of(_ kind: TileKind) -> [TileCoordinate] { tiles.filter { $0.kind == kind } }
        for kind in [TileKind.hashes(level: 0), .entries] {
            #expect(of(kind).map(\.index) == Array(0...273))
            #expect(of(kind).filter(\.isFull).count == 273)
            #expect(of(kind).last?.width == 112)
        }
        #expect(of(.hashes(level: 1)).map(\.path) == ["tile/1/000", "tile/1/001.p/17"])
        #expect(of(.hashes(level: 2)).map(\.path) == ["tile/2/000.p/1"])
        #expect(of(.hashes(level: 3)).isEmpty)
    }

    @Test("any tree can be gone on with from its last tiles, and gives the tiles that it gives at once")
    func restoredEdges() async throws {
        let data = entries(66_500)
        let storage = MemoryStorage()
        var edge = TreeEdge()
        var size = 0
        for next in [0, 1, 255, 256, 257, 512, 700, 65_535, 65_536, 65_537, 65_800, 66_500] {
            for entry in data[size..<next] { try edge.append(entry, leaf: .leaf(entry)) }
            try await storage.write(edge.takeTiles())
            size = next
            edge = try await TreeEdge(size: size, storage: storage)
            let nodes = LevelNodes(entries: Array(data[..<size]))
            #expect(try await nodes.root(size) == edge.root)
        }
    }

    @Test("proofs from tiles are the naive ones, also of older trees, and also when partial tiles were collected")
    func proofs() async throws {
        let data = entries(1_300)
        let storage = MemoryStorage()
        var edge = TreeEdge()
        for (position, entry) in data.enumerated() {
            try edge.append(entry, leaf: .leaf(entry))
            if position % 100 == 99 { try await storage.write(edge.takeTiles()) }
        }
        let naive = NaiveTree(entries: data)
        var generator = SystemRandomNumberGenerator()
        for published in [1_300, 700] {
            let nodes = TileNodeReader(storage, size: published)
            for _ in 0..<300 {
                let size = Int.random(in: 1...published, using: &generator)
                let index = Int.random(in: 0..<size, using: &generator)
                let path = try await nodes.inclusionPath(of: index, size: size)
                #expect(path.map(\.bytes) == naive.path(index, 0..<size))
                let proof = try await nodes.consistencyPath(from: index, to: size)
                #expect(proof.map(\.bytes) == naive.proof(index, size))
            }
            try await storage.remove(try await storage.obsoleteTiles(fullSince: Date(), limit: 10_000))
        }
        let bundle = try #require(TileCoordinate(.entries, index: 2, size: 700))
        #expect(try await TileNodeReader(storage, size: 700).entries(of: bundle) == Array(data[512..<700]))
    }

    @Test("a full tile that stands for a collected partial one gives no node beyond the tree")
    func beyondTheTree() async throws {
        let log = TestLog(storage: MemoryStorage())
        log.outbox.commit(entries(600))
        try await log.integrateAll()
        let nodes = TileNodeReader(log.storage, size: 300)
        for (level, last) in [(0, 299), (1, 149), (2, 74), (3, 36), (5, 8)] {
            _ = try await nodes.nodes(at: [NodeCoordinate(level: level, index: last)])
            await #expect(throws: LogError(.outOfRange, ""), "\(level)") {
                _ = try await nodes.nodes(at: [NodeCoordinate(level: level, index: last + 1)])
            }
        }
    }

    @Test("a tile or bundle of another size than its name says is refused")
    func hostileTiles() throws {
        let tile = try #require(TileCoordinate(.hashes(level: 0), index: 0, width: 2))
        for count in [0, 32, 63, 65, 96] {
            #expect(throws: LogError(.malformedTile, "")) {
                try HashTile.decode([UInt8](repeating: 0, count: count), tile)
            }
        }
        let bundle = try #require(TileCoordinate(.entries, index: 0, width: 2))
        let good: [UInt8] = [0, 1, 7, 0, 0]
        #expect(try EntryBundle.decode(good, bundle) == [[7], []])
        for bad: [UInt8] in [[], [0], [0, 1, 7], [0, 2, 7, 0, 0], good + [0], good + [0, 0], [0, 1, 7, 255, 255]] {
            #expect(throws: LogError(.malformedTile, "")) { try EntryBundle.decode(bad, bundle) }
        }
        var content: [UInt8] = []
        try EntryBundle.append([UInt8](repeating: 1, count: 65_535), to: &content)
        #expect(throws: LogError(.invalidEntry, "")) {
            try EntryBundle.append([UInt8](repeating: 1, count: 65_536), to: &content)
        }
    }

    @Test("the cache holds as many tiles as it may, the oldest goes")
    func cache() throws {
        let cache = TileCache(limit: 2)
        let tiles = try (0..<4).map { try #require(TileCoordinate(.hashes(level: 0), index: $0)) }
        for tile in tiles {
            cache[tile] = TileNodes([.emptyTree])
            cache[tile] = TileNodes([.emptyTree])
        }
        #expect(tiles.map { cache[$0] != nil } == [false, false, true, true])
    }
}

extension LevelNodes {
    func root(_ size: Int) async throws -> LogHash { try await self.frontier(size: size).root }
}
