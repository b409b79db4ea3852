// Which nodes of a tree a proof is made of. Everything here is arithmetic: no hash is read.

/// A node over a complete subtree: the leaves `index << level ..< (index + 1) << level`.
public struct NodeCoordinate: Hashable, Sendable {
    /// The height above the leaves.
    public let level: Int
    /// The position among the nodes of the level.
    public let index: Int

    /// Creates a coordinate.
    public init(level: Int, index: Int) {
        self.level = level
        self.index = index
    }
}

/// A run of leaves that is a node of the tree of RFC 6962, complete or at its right edge.
struct TreeRange: Hashable, Sendable {
    var lower: Int
    var upper: Int

    var count: Int { self.upper - self.lower }

    /// The complete subtrees that the run falls into, the greatest first.
    ///
    /// `lower` must be a multiple of the greatest of them, which it is for every node of a tree.
    var nodes: [NodeCoordinate] {
        var nodes: [NodeCoordinate] = []
        self.appendNodes(to: &nodes)
        return nodes
    }

    /// Appends what ``nodes`` has.
    func appendNodes(to nodes: inout [NodeCoordinate]) {
        var (start, rest) = (self.lower, self.count)
        while rest > 0 {
            let level = Int.bitWidth - 1 - rest.leadingZeroBitCount
            nodes.append(NodeCoordinate(level: level, index: start >> level))
            start += 1 << level
            rest -= 1 << level
        }
    }

    /// Where the node divides: RFC 6962 §2.1: "let k be the largest power of two smaller than n (i.e., k < n <= 2k)".
    private var middle: Int { self.lower + (1 << (Int.bitWidth - 1 - (self.count - 1).leadingZeroBitCount)) }

    /// The siblings on the way from a leaf to the root: RFC 6962 §2.1.1, PATH(m, D[n]), from the leaf upwards.
    static func inclusion(of index: Int, size: Int) -> [TreeRange] {
        var siblings: [TreeRange] = []
        var node = TreeRange(lower: 0, upper: size)
        while node.count > 1 {
            let middle = node.middle
            if index < middle {
                siblings.append(TreeRange(lower: middle, upper: node.upper))
                node.upper = middle
            } else {
                siblings.append(TreeRange(lower: node.lower, upper: middle))
                node.lower = middle
            }
        }
        return siblings.reversed()
    }

    /// RFC 6962 §2.1.2, PROOF(m, D[n]), from the leaves upwards; empty for equal sizes and for the empty tree.
    static func consistency(from old: Int, to new: Int) -> [TreeRange] {
        guard old > 0, old < new else { return [] }
        var proof: [TreeRange] = []
        var node = TreeRange(lower: 0, upper: new)
        while node.upper != old {
            let middle = node.middle
            if old <= middle {
                proof.append(TreeRange(lower: middle, upper: node.upper))
                node.upper = middle
            } else {
                proof.append(TreeRange(lower: node.lower, upper: middle))
                node.lower = middle
            }
        }
        // SUBPROOF(m, D[m], true) = {}: the old root itself needs no proof.
        if node.lower > 0 { proof.append(node) }
        return proof.reversed()
    }
}
