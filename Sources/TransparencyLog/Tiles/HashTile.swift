// A tile of hashes: up to 256 of them, one behind the other (C2SP tlog-tiles).

/// The hashes of a tile.
public enum HashTile {
    /// Reads a tile's content.
    ///
    /// - Throws: ``LogError`` with `.malformedTile` unless it has exactly the tile's width.
    public static func decode(_ bytes: [UInt8], _ tile: TileCoordinate) throws(LogError) -> [LogHash] {
        guard bytes.count == tile.width * LogHash.byteCount else {
            throw LogError(
                .malformedTile,
                "\(tile) has \(bytes.count) octets in place of \(tile.width * LogHash.byteCount)"
            )
        }
        return stride(from: 0, to: bytes.count, by: LogHash.byteCount).compactMap { start in
            LogHash(bytes[start..<start + LogHash.byteCount])
        }
    }

    /// The content of a tile of these hashes.
    public static func encode(_ hashes: [LogHash]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(hashes.count * LogHash.byteCount)
        for hash in hashes { hash.append(to: &bytes) }
        return bytes
    }

    /// The root over a run of a tile's hashes, whose number is a power of two.
    static func root(of hashes: ArraySlice<LogHash>) -> LogHash? {
        var level = Array(hashes)
        while level.count > 1 {
            level = stride(from: 0, to: level.count - 1, by: 2).map { .node(level[$0], level[$0 + 1]) }
        }
        return level.first
    }
}
