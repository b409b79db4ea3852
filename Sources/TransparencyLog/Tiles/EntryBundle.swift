// A bundle of entries (C2SP tlog-tiles): "big-endian uint16 length-prefixed log entries".

/// The entries of a bundle.
public enum EntryBundle {
    /// Reads a bundle's content.
    ///
    /// - Throws: ``LogError`` with `.malformedTile` unless it has exactly as many entries as the bundle's width.
    public static func decode(_ bytes: [UInt8], _ bundle: TileCoordinate) throws(LogError) -> [[UInt8]] {
        var entries: [[UInt8]] = []
        entries.reserveCapacity(bundle.width)
        var rest = bytes[...]
        while !rest.isEmpty {
            guard rest.count >= 2, entries.count < bundle.width else { throw self.malformed(bundle, entries.count) }
            let length = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
            rest = rest.dropFirst(2)
            guard rest.count >= length else { throw self.malformed(bundle, entries.count) }
            entries.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        guard entries.count == bundle.width else { throw self.malformed(bundle, entries.count) }
        return entries
    }

    /// Adds an entry at a bundle's end.
    ///
    /// - Throws: ``LogError`` with `.invalidEntry` for one beyond ``Budget/entryBytes``.
    public static func append(_ entry: [UInt8], to bundle: inout [UInt8]) throws(LogError) {
        guard entry.count <= Budget.entryBytes else {
            throw LogError(
                .invalidEntry,
                "an entry has at most \(Budget.entryBytes) octets; this one has \(entry.count)"
            )
        }
        bundle.append(UInt8(entry.count >> 8))
        bundle.append(UInt8(entry.count & 0xFF))
        bundle += entry
    }

    private static func malformed(_ bundle: TileCoordinate, _ count: Int) -> LogError {
        LogError(.malformedTile, "\(bundle) is not \(bundle.width) entries; it breaks off or goes on after \(count)")
    }
}
