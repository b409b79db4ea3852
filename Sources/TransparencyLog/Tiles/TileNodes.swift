// The hashes of a tile with the nodes above them: made once for a tile that is asked for again and again, since a path takes
// nearly all of them.

/// Hashes of a tile, and perhaps the complete nodes above them.
struct TileNodes: Sendable {
    /// Octets of a block: the 511 nodes of a full tile, and as many again as one has, all zero.
    static let blockBytes = 2 * TileCoordinate.fullWidth * LogHash.byteCount

    /// How many hashes there are.
    let width: Int
    /// The hashes, behind them the nodes over two of them each, and so on.
    private let nodes: [LogHash]

    /// Hashes alone.
    init(_ hashes: [LogHash]) {
        (self.width, self.nodes) = (hashes.count, hashes)
    }

    private init(width: Int, nodes: [LogHash]) {
        (self.width, self.nodes) = (width, nodes)
    }

    /// The hashes.
    var hashes: ArraySlice<LogHash> { self.nodes[..<self.width] }

    /// Whether the nodes are there that can be.
    var isGrown: Bool { self.nodes.count > self.width || self.width < 2 }

    /// With the nodes above the hashes.
    var grown: TileNodes {
        guard !self.isGrown else { return self }
        var nodes = self.nodes
        nodes.reserveCapacity(2 * self.width)
        var level = 0..<self.width
        while level.count > 1 {
            for left in stride(from: level.lowerBound, to: level.upperBound - 1, by: 2) {
                nodes.append(.node(nodes[left], nodes[left + 1]))
            }
            level = level.upperBound..<nodes.count
        }
        return TileNodes(width: self.width, nodes: nodes)
    }

    /// A node over 2^level hashes; nil when the tile does not have all of them, or is not grown.
    func node(level: Int, index: Int) -> LogHash? {
        guard (0...8).contains(level), index >= 0, index < self.width >> level else { return nil }
        // The levels below have the width, half of it, and so on.
        let place = (0..<level).reduce(index) { $0 + self.width >> $1 }
        return place < self.nodes.count ? self.nodes[place] : nil
    }
}

extension TileNodes {
    /// A full tile's nodes as one block; nil for any other.
    var block: [UInt8]? {
        guard self.width == TileCoordinate.fullWidth, self.isGrown else { return nil }
        let nodes = self.nodes.prefix(2 * TileCoordinate.fullWidth - 1)
        return HashTile.encode(Array(nodes)) + [UInt8](repeating: 0, count: LogHash.byteCount)
    }

    /// The hashes of a block: 511 nodes, and one that is zero; nil for a block in which nothing was written.
    init?(block: [LogHash]) {
        // The root, which is written last, is no hash of anything when it is zero.
        guard block.count * LogHash.byteCount == Self.blockBytes, let root = block.dropLast().last, root != .zero else {
            return nil
        }
        self.init(width: TileCoordinate.fullWidth, nodes: block)
    }
}
