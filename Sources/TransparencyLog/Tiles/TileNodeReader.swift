// Nodes of a tree, read from its tiles.

import Synchronization

/// Reads nodes of a log's tree from its tiles; full tiles, which never change, are remembered.
public final class TileNodeReader: NodeReader {
    private let storage: any TileSource
    private let size: Int
    private let cache: TileCache
    /// Of the one size the partial tiles do not change either; each level has at most one.
    private let partial = TileCache(limit: 8)

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
            guard let place = TilePlace(of: node, size: self.size) else {
                throw LogError(.outOfRange, "a tree of \(self.size) entries has no node \(node.index) at \(node.level)")
            }
            let content: TileNodes
            if let read = tiles[place.tile] { content = read } else { content = try await self.grown(place.tile) }
            tiles[place.tile] = content
            guard let hash = place.hash(in: content) else {
                throw LogError(.outOfRange, "a tree of \(self.size) entries has no complete node at \(node.level)")
            }
            hashes.append(hash)
        }
        return hashes
    }

    /// The hash at a coordinate, if its tile is in memory.
    func nodeAtHand(_ node: NodeCoordinate) -> LogHash? {
        guard let place = TilePlace(of: node, size: self.size) else { return nil }
        return (self.cache[place.tile.full] ?? self.partial[place.tile]).flatMap { place.hash(in: $0) }
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

/// Where a node stands among tiles: a node at level 8·L + r is the root over 2^r hashes of a tile of level L.
private struct TilePlace {
    let tile: TileCoordinate
    private let level: Int
    private let index: Int

    /// The place in the tree of a size; nil when the tree has no such tile.
    init?(of node: NodeCoordinate, size: Int) {
        let within = node.level % 8
        let first = node.index << within
        guard let tile = TileCoordinate(.hashes(level: node.level / 8), index: first >> 8, size: size) else {
            return nil
        }
        (self.tile, self.level, self.index) = (tile, within, (first & 0xFF) >> within)
    }

    /// The node's hash, from what the tile holds, or a wider one that begins with it; nil when the tile has not all of it.
    func hash(in content: TileNodes) -> LogHash? {
        guard (self.index + 1) << self.level <= self.tile.width else { return nil }
        return content.node(level: self.level, index: self.index)
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
