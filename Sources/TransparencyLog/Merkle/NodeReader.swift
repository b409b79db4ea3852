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
        guard let plan = NodePlan(leafAndPathOf: index, size: size) else {
            throw LogError(.outOfRange, "a tree of \(size) entries has no entry \(index)")
        }
        return plan.hashes(try await self.nodes(at: plan.coordinates))
    }

    /// The proof that the tree of one size is a prefix of that of another.
    ///
    /// - Throws: ``LogError`` with `.outOfRange` when the old size is the greater one.
    public func consistencyPath(from old: Int, to new: Int) async throws -> [LogHash] {
        guard old >= 0, old <= new else {
            throw LogError(.outOfRange, "there is no consistency proof from \(old) entries to \(new)")
        }
        let plan = NodePlan(TreeRange.consistency(from: old, to: new))
        return plan.hashes(try await self.nodes(at: plan.coordinates))
    }

    /// What must be known to append to the tree of a size; it has the root, too.
    public func frontier(size: Int) async throws -> TreeFrontier {
        let hashes = try await self.nodes(at: TreeRange(lower: 0, upper: size).nodes)
        guard let frontier = TreeFrontier(size: size, hashes: hashes) else {
            throw LogError(.outOfRange, "there is no tree of \(size) entries")
        }
        return frontier
    }
}

/// What must be read for the hashes of runs of leaves.
struct NodePlan {
    /// The nodes to read.
    private(set) var coordinates: [NodeCoordinate] = []
    /// How many of them each run is made of.
    private var counts: [Int] = []

    /// The plan for runs.
    init(_ ranges: [TreeRange]) {
        self.coordinates.reserveCapacity(2 * ranges.count)
        self.counts.reserveCapacity(ranges.count)
        for range in ranges {
            let before = self.coordinates.count
            range.appendNodes(to: &self.coordinates)
            self.counts.append(self.coordinates.count - before)
        }
    }

    /// The plan for a leaf's hash, and behind it the path from it to the root of the tree of a size; nil for no leaf of it.
    init?(leafAndPathOf index: Int, size: Int) {
        guard index >= 0, index < size else { return nil }
        self.init([TreeRange(lower: index, upper: index + 1)] + TreeRange.inclusion(of: index, size: size))
    }

    /// The hash of each run, from what was read, which is as much as there are coordinates.
    func hashes(_ nodes: [LogHash]) -> [LogHash] {
        var rest = nodes[...]
        return self.counts.compactMap { count in
            defer { rest = rest.dropFirst(count) }
            return count == 1 ? rest.first : Array(rest.prefix(count)).foldedRoot
        }
    }
}
