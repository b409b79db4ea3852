// Nodes of a tree that is kept level by level in memory, and of one of unbounded size whose leaves are all equal.

import TransparencyLog

struct LevelNodes: NodeReader {
    private var levels: [[LogHash]] = [[]]

    init(entries: [[UInt8]]) {
        self.levels[0] = entries.map { .leaf($0) }
        while let last = self.levels.last, last.count > 1 {
            self.levels.append(stride(from: 0, to: last.count - 1, by: 2).map { .node(last[$0], last[$0 + 1]) })
        }
    }

    var leaves: [LogHash] { self.levels[0] }

    func nodes(at coordinates: [NodeCoordinate]) async throws -> [LogHash] {
        coordinates.map { self.levels[$0.level][$0.index] }
    }
}

struct UniformNodes: NodeReader {
    let leaf = LogHash.leaf([])

    func nodes(at coordinates: [NodeCoordinate]) async throws -> [LogHash] {
        coordinates.map { node in (0..<node.level).reduce(self.leaf) { hash, _ in .node(hash, hash) } }
    }
}
