// Nodes of a tree for paths that are checked before anyone gets them.

/// Reads nodes from a file of what was computed before, and from the tiles what is not in it.
struct KeptNodeReader: NodeReader {
    let tiles: TileNodeReader
    let file: NodeFile

    /// The hashes at coordinates; they are right only if the path that they make is.
    func nodes(at coordinates: [NodeCoordinate]) async throws -> [LogHash] {
        let places = coordinates.map { self.tiles.fullLeafTile(of: $0) }
        var kept: [Int: TileNodes] = [:]
        for index in Set(places.compactMap { $0 }) {
            if let nodes = await self.file.nodes(of: index) {
                kept[index] = nodes
            } else if let tile = TileCoordinate(.hashes(level: 0), index: index) {
                let nodes = TileNodes(try await self.tiles.hashes(of: tile)).grown
                await self.file.keep(nodes, of: index)
                kept[index] = nodes
            }
        }
        let rest = zip(coordinates, places).filter { $0.1 == nil }.map(\.0)
        var others = try await self.tiles.nodes(at: rest)[...]
        return try zip(coordinates, places).map { node, place in
            guard let place else { return others.removeFirst() }
            guard let hash = kept[place]?.node(of: node) else {
                throw LogError(.outOfRange, "there is no node \(node.index) at \(node.level)")
            }
            return hash
        }
    }

    /// The hashes at coordinates, if all are in memory: this process's, or the system's that it keeps of the file.
    func nodesAtHand(at coordinates: [NodeCoordinate]) -> [LogHash]? {
        var last: (tile: Int, nodes: TileNodes)?
        var hashes: [LogHash] = []
        hashes.reserveCapacity(coordinates.count)
        for node in coordinates {
            let hash: LogHash?
            if let tile = self.tiles.fullLeafTile(of: node) {
                if last?.tile != tile { last = self.file.nodesAtHand(of: tile).map { (tile, $0) } }
                hash = last?.nodes.node(of: node)
            } else {
                hash = self.tiles.nodeAtHand(node)
            }
            guard let hash else { return nil }
            hashes.append(hash)
        }
        return hashes
    }

    /// Forgets what is kept of entries' tiles.
    func forget(_ entries: [Int]) async {
        for tile in Set(entries.compactMap { self.tiles.fullLeafTile(of: NodeCoordinate(level: 0, index: $0)) }) {
            await self.file.forget(tile)
        }
    }
}

extension TileNodes {
    /// A node of the tree, from its tile of leaf hashes.
    fileprivate func node(of node: NodeCoordinate) -> LogHash? {
        self.node(level: node.level, index: node.index & (TileCoordinate.fullWidth >> node.level - 1))
    }
}
