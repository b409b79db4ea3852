// The least that must be known of a tree to append to it: the roots of the complete subtrees that it falls into, one for
// each bit of its size (RFC 9162 §2.1.2; "compact range" elsewhere).

/// A tree's size and the roots of its complete subtrees, the greatest first.
public struct TreeFrontier: Hashable, Sendable {
    /// How many leaves the tree has.
    public private(set) var size: Int
    /// The roots of its complete subtrees, the greatest and leftmost first.
    public private(set) var hashes: [LogHash]

    /// The tree without leaves.
    public init() {
        self.size = 0
        self.hashes = []
    }

    /// The tree of a size; nil unless there is one hash for each bit that is set in it.
    public init?(size: Int, hashes: [LogHash]) {
        guard size >= 0, size.nonzeroBitCount == hashes.count else { return nil }
        self.size = size
        self.hashes = hashes
    }

    /// Adds a leaf at the end.
    public mutating func append(_ leaf: LogHash) {
        var hash = leaf
        // Each one at the end of the size in binary is a complete subtree as large as what `hash` stands for by then.
        var carry = self.size
        while carry & 1 == 1, let left = self.hashes.popLast() {
            hash = .node(left, hash)
            carry >>= 1
        }
        self.hashes.append(hash)
        self.size += 1
    }

    /// The root of the tree.
    public var root: LogHash { self.hashes.foldedRoot ?? .emptyTree }
}

extension [LogHash] {
    /// The root over complete subtrees, the greatest first; nil when there are none.
    var foldedRoot: LogHash? {
        guard var root = self.last else { return nil }
        for hash in self.dropLast().reversed() { root = .node(hash, root) }
        return root
    }
}
