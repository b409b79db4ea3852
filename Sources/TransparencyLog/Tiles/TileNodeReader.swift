// Nodes of a tree, read from its tiles.

import Synchronization

/// Reads nodes of a log's tree from its tiles; full tiles, which never change, are remembered.
public final class TileNodeReader: NodeReader {
    private let storage: any TileSource
    private let size: Int
    private let cache: TileCache
    /// Of the one size the partial tiles do not change either; each level has at most one.
    private let partial = TileCache(limit: 8)
    /// The root of an older tree that was asked for last.
    private let olderRoot = Mutex<(size: Int, root: LogHash)?>(nil)

    /// A reader of a published tree.
    ///
    /// - Parameters:
    ///   - size: a size for which tiles are published: nodes of any smaller tree are read from those of this one.
    ///   - cache: is shared by the readers of one log.
    public init(_ storage: any TileSource, size: Int, cache: TileCache = TileCache()) {
        self.storage = storage
        self.size = size
        self.cache = cache
    }

    /// The hashes at coordinates.
    public func nodes(at coordinates: [NodeCoordinate]) async throws -> [LogHash] {
        var tiles: [TileCoordinate: TileNodes] = [:]
        var hashes: [LogHash] = []
        hashes.reserveCapacity(coordinates.count)
        for node in coordinates {
            // A node at level 8·L + r is the root over 2^r hashes of a tile of level L.
            let (level, within) = (node.level / 8, node.level % 8)
            let first = node.index << within
            let kind = TileKind.hashes(level: level)
            guard let tile = TileCoordinate(kind, index: first >> 8, size: self.size) else {
                throw LogError(.outOfRange, "a tree of \(self.size) entries has no node \(node.index) at \(node.level)")
            }
            let content: TileNodes
            if let read = tiles[tile] { content = read } else { content = try await self.grown(tile) }
            tiles[tile] = content
            let start = first & 0xFF
            guard start + 1 << within <= tile.width, let hash = content.node(level: within, index: start >> within)
            else { throw LogError(.outOfRange, "a tree of \(self.size) entries has no complete node at \(node.level)") }
            hashes.append(hash)
        }
        return hashes
    }

    /// The index of the full tile of leaf hashes that a node is over, or in; nil where there is none.
    func fullLeafTile(of node: NodeCoordinate) -> Int? {
        guard node.level < 8, node.index >= 0 else { return nil }
        let tile = node.index >> (8 - node.level)
        return tile < self.size >> 8 ? tile : nil
    }

    /// The hashes of a tile of the tree.
    ///
    /// - Throws: ``LogError`` with `.malformedTile` when it is missing, or not of its size.
    public func hashes(of tile: TileCoordinate) async throws -> [LogHash] {
        Array(try await self.nodes(of: tile).nodes.hashes.prefix(tile.width))
    }

    /// The root of the tree of a size.
    func root(size: Int) async throws -> LogHash {
        if let last = self.olderRoot.withLock({ $0 }), last.size == size { return last.root }
        let root = try await self.frontier(size: size).root
        self.olderRoot.withLock { $0 = (size, root) }
        return root
    }

    /// What a tile holds, with the nodes above its hashes: whoever asks for one asks for more of them.
    private func grown(_ tile: TileCoordinate) async throws -> TileNodes {
        let (nodes, place) = try await self.nodes(of: tile)
        guard !nodes.isGrown else { return nodes }
        let grown = nodes.grown
        self.keep(grown, at: place)
        return grown
    }

    /// What a tile holds, or the full one that begins with it, and which of both it is.
    private func nodes(of tile: TileCoordinate) async throws -> (nodes: TileNodes, place: TileCoordinate) {
        if let nodes = self.cache[tile.full] { return (nodes, tile.full) }
        if let nodes = self.partial[tile] { return (nodes, tile) }
        let (bytes, found) = try await self.content(of: tile)
        let nodes = TileNodes(try HashTile.decode(bytes, found))
        self.keep(nodes, at: found)
        return (nodes, found)
    }

    private func keep(_ nodes: TileNodes, at place: TileCoordinate) {
        if place.isFull { self.cache[place] = nodes } else { self.partial[place] = nodes }
    }

    /// The entries of a bundle of the tree.
    ///
    /// - Throws: ``LogError`` with `.malformedTile` when it is missing, or not of its size.
    public func entries(of bundle: TileCoordinate) async throws -> [[UInt8]] {
        let (bytes, found) = try await self.content(of: bundle)
        return Array(try EntryBundle.decode(bytes, found).prefix(bundle.width))
    }

    /// The tile's content, or that of the full tile when the partial one has been collected.
    private func content(of tile: TileCoordinate) async throws -> ([UInt8], TileCoordinate) {
        if let bytes = try await self.storage.read(tile) { return (bytes, tile) }
        if !tile.isFull, let bytes = try await self.storage.read(tile.full) { return (bytes, tile.full) }
        throw LogError(.malformedTile, "\(tile) is missing from the log's files")
    }
}

/// Remembers the hashes of full tiles, those last added longest.
public final class TileCache: Sendable {
    private struct State {
        var tiles: [TileCoordinate: TileNodes] = [:]
        var order: [TileCoordinate] = []
        var oldest = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    /// Creates a cache of so many tiles of 8 KiB, or 16 KiB with the nodes above their hashes.
    public init(limit: Int = Budget.cachedTiles) {
        self.limit = limit
    }

    subscript(tile: TileCoordinate) -> TileNodes? {
        get { self.state.withLock { $0.tiles[tile] } }
        set {
            guard let newValue, self.limit > 0 else { return }
            self.state.withLock { state in
                guard state.tiles.updateValue(newValue, forKey: tile) == nil else { return }
                if state.order.count < self.limit { return state.order.append(tile) }
                // The order is a ring: whoever was put in first makes room.
                state.tiles[state.order[state.oldest]] = nil
                state.order[state.oldest] = tile
                state.oldest = (state.oldest + 1) % self.limit
            }
        }
    }
}
