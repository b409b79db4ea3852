// The right edge of a tree as its tiles have it: how the log is gone on with after a start.

extension TreeEdge {
    /// Reads the last tiles of a tree; they prove nothing until ``root`` has been compared.
    ///
    /// - Throws: ``LogError`` with `.malformedTile` when one is missing, broken or contradicts another.
    init(size: Int, storage: any TileStorage) async throws {
        let reader = TileNodeReader(storage, size: size, cache: TileCache(limit: 0))
        var tiles: [[LogHash]] = []
        var level = 0
        while size >> (8 * level) > 0 {
            let index = size >> (8 * (level + 1))
            if let tile = TileCoordinate(.hashes(level: level), index: index, size: size) {
                tiles.append(try await reader.hashes(of: tile))
            } else {
                tiles.append([])
            }
            level += 1
        }
        var bundle: [UInt8] = []
        if let tile = TileCoordinate(.entries, index: size >> 8, size: size) {
            let entries = try await reader.entries(of: tile)
            guard entries.map({ LogHash.leaf($0) }) == tiles.first else {
                throw LogError(.malformedTile, "\(tile) does not hold the entries whose hashes the tree has")
            }
            for entry in entries { try EntryBundle.append(entry, to: &bundle) }
        }
        guard let edge = TreeEdge(size: size, tiles: tiles, bundle: bundle) else {
            throw LogError(.malformedTile, "the last tiles are not those of a tree of \(size) entries")
        }
        self = edge
    }
}
