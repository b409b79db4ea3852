// An inclusion proof as the part of the tree that it is about: the way from the root to the entry, and what lies beside it.

/// One fork on the way from the root down to an entry.
struct ProofFork: Hashable, Sendable {
    /// One side of a fork.
    struct Side: Hashable, Sendable {
        /// Which entries lie below.
        let entries: TreeRange
        /// The hash over them.
        let hash: LogHash
    }

    let left: Side
    let right: Side
    /// Whether the entry lies to the left.
    let goesLeft: Bool
}

extension LogInclusion {
    /// The forks, from the root down; the hashes on the way are computed from the leaf and the path.
    var forks: [ProofFork] {
        var forks: [ProofFork] = []
        var node = ProofFork.Side(entries: TreeRange(lower: self.index, upper: self.index + 1), hash: self.leafHash)
        for (range, hash) in zip(TreeRange.inclusion(of: self.index, size: self.size), self.path) {
            let sibling = ProofFork.Side(entries: range, hash: hash)
            let goesLeft = node.entries.lower < range.lower
            let (left, right) = goesLeft ? (node, sibling) : (sibling, node)
            forks.append(ProofFork(left: left, right: right, goesLeft: goesLeft))
            node = ProofFork.Side(
                entries: TreeRange(lower: left.entries.lower, upper: right.entries.upper),
                hash: .node(left.hash, right.hash)
            )
        }
        return forks.reversed()
    }

    /// The files from which anyone can compute the proof again: the bundle that has the entry, and tiles of hashes.
    var files: [TileCoordinate] {
        var files = [TileCoordinate(.entries, index: self.index >> 8, size: self.size)]
        let nodes = TreeRange.inclusion(of: self.index, size: self.size).flatMap(\.nodes)
        for node in [NodeCoordinate(level: 0, index: self.index)] + nodes {
            let first = node.index << (node.level % 8)
            let tile = TileCoordinate(.hashes(level: node.level / 8), index: first >> 8, size: self.size)
            if !files.contains(tile) { files.append(tile) }
        }
        return files.compactMap(\.self)
    }
}
