// The hashes of a tile with the nodes above them: made once for a tile that is asked for again and again, since a path takes
// nearly all of them.

/// Hashes of a tile, and perhaps the complete nodes above them.
struct TileNodes: Sendable {
    /// The lowest level has the hashes, each further one the nodes over two of the one below.
    private let levels: [[LogHash]]

    /// Hashes alone.
    init(_ hashes: [LogHash]) {
        self.levels = [hashes]
    }

    private init(levels: [[LogHash]]) {
        self.levels = levels
    }

    /// The hashes.
    var hashes: [LogHash] { self.levels.first ?? [] }

    /// Whether the nodes are there that can be.
    var isGrown: Bool { self.levels.last.map { $0.count < 2 } ?? true }

    /// With the nodes above the hashes.
    var grown: TileNodes {
        var levels = self.levels
        while let last = levels.last, last.count > 1 {
            levels.append(stride(from: 0, to: last.count - 1, by: 2).map { .node(last[$0], last[$0 + 1]) })
        }
        return TileNodes(levels: levels)
    }

    /// A node over 2^level hashes; nil when the tile does not have all of them, or is not grown.
    func node(level: Int, index: Int) -> LogHash? {
        guard level < self.levels.count, index < self.levels[level].count else { return nil }
        return self.levels[level][index]
    }
}
