// Verification of proofs, by the algorithms of RFC 9162 §2.1.3.2 and §2.1.4.2: loops over the path, no recursion.

/// Inclusion proofs (RFC 6962 §2.1.1).
public enum MerkleInclusion {
    /// The root that a path leads to from a leaf; nil when the path cannot be one of the index and size.
    public static func root(leaf: LogHash, index: Int, size: Int, path: [LogHash]) -> LogHash? {
        // RFC 9162 §2.1.3.2: "Compare leaf_index from the inclusion_proof_v2 structure against tree_size. If leaf_index is
        // greater than or equal to tree_size, then fail the proof verification."
        self.root(subtree: leaf, at: NodeCoordinate(level: 0, index: index), size: size, path: path)
    }

    /// The root that a path leads to from a complete subtree; the path begins with the subtree's sibling.
    static func root(subtree: LogHash, at start: NodeCoordinate, size: Int, path: [LogHash]) -> LogHash? {
        guard start.index >= 0, size > 0, start.index <= (size - 1) >> start.level else { return nil }
        var (node, last) = (start.index, (size - 1) >> start.level)
        var root = subtree
        for hash in path {
            // "If sn is 0, then stop the iteration and fail the proof verification."
            guard last > 0 else { return nil }
            if node & 1 == 1 || node == last {
                root = .node(hash, root)
                while node & 1 == 0, node > 0 {
                    node >>= 1
                    last >>= 1
                }
            } else {
                root = .node(root, hash)
            }
            node >>= 1
            last >>= 1
        }
        return last == 0 ? root : nil
    }

    /// Whether a path proves a leaf under a root.
    public static func isValid(leaf: LogHash, index: Int, size: Int, root: LogHash, path: [LogHash]) -> Bool {
        self.root(leaf: leaf, index: index, size: size, path: path) == root
    }
}

/// Consistency proofs (RFC 6962 §2.1.2).
public enum MerkleConsistency {
    /// Whether a path proves that the tree of the old root is a prefix of the tree of the new one.
    ///
    /// The empty tree is a prefix of every tree: its path is empty, and its root the hash of nothing.
    public static func isValid(
        from oldSize: Int,
        root oldRoot: LogHash,
        to newSize: Int,
        root newRoot: LogHash,
        path: [LogHash]
    ) -> Bool {
        guard oldSize >= 0, oldSize <= newSize else { return false }
        if oldSize == newSize { return path.isEmpty && oldRoot == newRoot }
        if oldSize == 0 { return path.isEmpty && oldRoot == .emptyTree }
        // RFC 9162 §2.1.4.2: "If first is an exact power of 2, then prepend first_hash to the consistency_path array."
        let path = oldSize & (oldSize - 1) == 0 ? [oldRoot] + path : path
        guard let start = path.first else { return false }
        var (first, last) = (oldSize - 1, newSize - 1)
        let shared = (~first).trailingZeroBitCount
        first >>= shared
        last >>= shared
        var (old, new) = (start, start)
        for hash in path.dropFirst() {
            guard last > 0 else { return false }
            if first & 1 == 1 || first == last {
                old = .node(hash, old)
                new = .node(hash, new)
                while first & 1 == 0, first > 0 {
                    first >>= 1
                    last >>= 1
                }
            } else {
                new = .node(new, hash)
            }
            first >>= 1
            last >>= 1
        }
        return last == 0 && old == oldRoot && new == newRoot
    }
}
