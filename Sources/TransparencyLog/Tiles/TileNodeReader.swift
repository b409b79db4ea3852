// Nodes of a tree, read from its tiles.

import Synchronization

/// Reads nodes of a log's tree from its tiles; full tiles, which never change, are remembered.
public final class TileNodeReader: NodeReader {
    private let storage: any TileStorage
    private let size: Int
    private let cache: TileCache
    /// Of the one size the partial tiles do not change either; each level has at most one.
    private let partial = TileCache(limit: 8)

    /// A reader of a published tree.
    ///
    /// - Parameters:
    ///   - size: a size for which tiles are published: nodes of any smaller tree are read from those of this one.
    ///   - cache: is shared by the readers of one log.
    public init(_ storage: any TileStorage, size: Int, cache: TileCache = TileCache()) {
        self.storage = storage
        self.size = size
        self.cache = cache
    }

    /// The hashes at coordinates.
    public func nodes(at coordinates: [NodeCoordinate]) async throws -> [LogHash] {
        var tiles: [TileCoordinate: [LogHash]] = [:]
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
            let content: [LogHash]
            if let read = tiles[tile] { content = read } else { content = try await self.hashes(of: tile) }
            tiles[tile] = content
            let start = first & 0xFF
            guard start + 1 << within <= content.count,
                let hash = HashTile.root(of: content[start..<start + 1 << within])
            else { throw LogError(.outOfRange, "a tree of \(self.size) entries has no complete node at \(node.level)") }
            hashes.append(hash)
        }
        return hashes
    }

    /// The hashes of a tile of the tree.
    ///
    /// - Throws: ``LogError`` with `.malformedTile` when it is missing, or not of its size.
    public func hashes(of tile: TileCoordinate) async throws -> [LogHash] {
        if let hashes = self.cache[tile.full] { return Array(hashes.prefix(tile.width)) }
        if let hashes = self.partial[tile] { return hashes }
        let (bytes, found) = try await self.content(of: tile)
        let hashes = try HashTile.decode(bytes, found)
        if found.isFull { self.cache[found] = hashes } else { self.partial[found] = hashes }
        return Array(hashes.prefix(tile.width))
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
        var tiles: [TileCoordinate: [LogHash]] = [:]
        var order: [TileCoordinate] = []
        var oldest = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    /// Creates a cache of so many tiles of 8 KiB.
    public init(limit: Int = Budget.cachedTiles) {
        self.limit = limit
    }

    subscript(tile: TileCoordinate) -> [LogHash]? {
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
