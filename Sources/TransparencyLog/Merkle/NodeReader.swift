// Generation of proofs from whatever holds the nodes.

/// Reads nodes over complete subtrees.
public protocol NodeReader: Sendable {
    /// The hashes at coordinates, in their order.
    ///
    /// - Throws: ``LogError`` when one of them is beyond the tree or cannot be read.
    func nodes(at coordinates: [NodeCoordinate]) async throws -> [LogHash]
}

extension NodeReader {
    /// The path from a leaf to the root of the tree of a size, the leaf's sibling first.
    ///
    /// - Throws: ``LogError`` with `.outOfRange` for an index beyond the size.
    public func inclusionPath(of index: Int, size: Int) async throws -> [LogHash] {
        Array(try await self.leafAndPath(of: index, size: size).dropFirst())
    }

    /// A leaf's hash, and behind it the path from it to the root of the tree of a size.
    func leafAndPath(of index: Int, size: Int) async throws -> [LogHash] {
        guard index >= 0, index < size else {
            throw LogError(.outOfRange, "a tree of \(size) entries has no entry \(index)")
        }
        let leaf = TreeRange(lower: index, upper: index + 1)
        return try await self.hashes(of: [leaf] + TreeRange.inclusion(of: index, size: size))
    }

    /// The proof that the tree of one size is a prefix of that of another.
    ///
    /// - Throws: ``LogError`` with `.outOfRange` when the old size is the greater one.
    public func consistencyPath(from old: Int, to new: Int) async throws -> [LogHash] {
        guard old >= 0, old <= new else {
            throw LogError(.outOfRange, "there is no consistency proof from \(old) entries to \(new)")
        }
        return try await self.hashes(of: TreeRange.consistency(from: old, to: new))
    }

    /// What must be known to append to the tree of a size; it has the root, too.
    public func frontier(size: Int) async throws -> TreeFrontier {
        let hashes = try await self.nodes(at: TreeRange(lower: 0, upper: size).nodes)
        guard let frontier = TreeFrontier(size: size, hashes: hashes) else {
            throw LogError(.outOfRange, "there is no tree of \(size) entries")
        }
        return frontier
    }

    /// The hash of each run of leaves, all read at once.
    private func hashes(of ranges: [TreeRange]) async throws -> [LogHash] {
        let parts = ranges.map(\.nodes)
        var rest = try await self.nodes(at: parts.flatMap { $0 })[...]
        return parts.compactMap { part in
            defer { rest = rest.dropFirst(part.count) }
            return Array(rest.prefix(part.count)).foldedRoot
        }
    }
}
