// The right edge of a tiled tree: what the next tiles are made of. A value; nothing here reads or writes.

/// A tile and its content.
public struct TileContent: Hashable, Sendable {
    /// Its name.
    public let tile: TileCoordinate
    /// What is written.
    public let bytes: [UInt8]

    /// Creates a content.
    public init(_ tile: TileCoordinate, _ bytes: [UInt8]) {
        self.tile = tile
        self.bytes = bytes
    }
}

/// The tiles of a tree that are not full yet, and its frontier.
struct TreeEdge: Sendable {
    /// The tree's size and root.
    private(set) var frontier = TreeFrontier()
    /// The hashes of the last tile of each level; always fewer than 256.
    private var tiles: [[LogHash]] = []
    /// The content of the last bundle.
    private var bundle: [UInt8] = []
    /// Full tiles since the last ``takeTiles()``.
    private var finished: [TileContent] = []
    /// Levels whose last tile changed since.
    private var changed: Set<Int> = []

    var size: Int { self.frontier.size }
    var root: LogHash { self.frontier.root }

    init() {}

    /// The edge of a tree from its last tiles.
    ///
    /// - Parameter tiles: The hashes of each level's last partial tile, from level 0; empty where there is none.
    init?(size: Int, tiles: [[LogHash]], bundle: [UInt8]) {
        var hashes: [LogHash] = []
        for (level, tile) in tiles.enumerated() {
            guard tile.count == (size >> (8 * level)) & 0xFF else { return nil }
            let parts = TreeRange(lower: 0, upper: tile.count).nodes.compactMap { node in
                HashTile.root(of: tile[node.index << node.level..<(node.index + 1) << node.level])
            }
            hashes = parts + hashes
        }
        guard let frontier = TreeFrontier(size: size, hashes: hashes) else { return nil }
        self.frontier = frontier
        self.tiles = tiles
        self.bundle = bundle
    }

    /// Adds an entry at the end.
    mutating func append(_ entry: [UInt8], leaf: LogHash) throws(LogError) {
        try EntryBundle.append(entry, to: &self.bundle)
        let index = self.size >> 8
        self.frontier.append(leaf)
        if self.size & 0xFF == 0, let tile = TileCoordinate(.entries, index: index) {
            self.finished.append(TileContent(tile, self.bundle))
            self.bundle.removeAll(keepingCapacity: true)
        }
        var (level, hash) = (0, leaf)
        while let root = self.append(hash, level: level) {
            (level, hash) = (level + 1, root)
        }
    }

    /// Adds a hash to the last tile of a level; the tile's root if that makes it full.
    private mutating func append(_ hash: LogHash, level: Int) -> LogHash? {
        while self.tiles.count <= level { self.tiles.append([]) }
        self.tiles[level].append(hash)
        self.changed.insert(level)
        guard self.tiles[level].count == TileCoordinate.fullWidth else { return nil }
        let index = (self.size >> (8 * (level + 1))) - 1
        if let tile = TileCoordinate(.hashes(level: level), index: index) {
            self.finished.append(TileContent(tile, HashTile.encode(self.tiles[level])))
        }
        defer { self.tiles[level].removeAll(keepingCapacity: true) }
        return HashTile.root(of: self.tiles[level][...])
    }

    /// What must be written before the tree's checkpoint: the tiles that became full, then the partial ones that changed.
    mutating func takeTiles() -> [TileContent] {
        let contents = self.finished + self.partialTiles(levels: self.changed)
        self.finished = []
        self.changed = []
        return contents
    }

    /// The last tile of each level, and the last bundle, where they are partial.
    var partialTiles: [TileContent] { self.partialTiles(levels: Set(self.tiles.indices)) }

    private func partialTiles(levels: Set<Int>) -> [TileContent] {
        var contents: [TileContent] = []
        for level in levels.sorted() where !self.tiles[level].isEmpty {
            let kind = TileKind.hashes(level: level)
            guard let tile = TileCoordinate(kind, index: self.size >> (8 * (level + 1)), size: self.size) else {
                continue
            }
            contents.append(TileContent(tile, HashTile.encode(self.tiles[level])))
        }
        if levels.contains(0), let tile = TileCoordinate(.entries, index: self.size >> 8, size: self.size) {
            contents.append(TileContent(tile, self.bundle))
        }
        return contents
    }
}
