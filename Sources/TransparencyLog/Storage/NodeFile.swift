// The nodes above full tiles of leaf hashes, kept beside the log: a path is then read, where from the tile alone it would have
// to be computed, by 255 hashes. Nothing depends on the file; it may be removed at any time.

import CFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A file of what was computed from full tiles.
///
/// It is neither synced nor protected from change, so what it gives is a guess: whoever uses it checks the proof that comes
/// of it, and has the file forget what was wrong.
public final class NodeFile: Sendable {
    private let descriptor: Int32
    private let reservedBytes: UInt64
    private let queue = FileQueue(label: "signet.log.nodes", isConcurrent: true)

    /// Opens the file, or creates it; it takes room only for the tiles that are in it, 16 KiB each.
    ///
    /// - Parameter reservedBytes: octets of the disk that are left to others.
    /// - Throws: ``LogError`` with `.storageFailed`.
    public init(path: String, reservedBytes: UInt64 = Budget.reservedBytes) throws(LogError) {
        self.reservedBytes = reservedBytes
        self.descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard self.descriptor >= 0 else {
            throw LogError(.storageFailed, "cannot open \(path): \(String(cString: strerror(errno)))")
        }
    }

    deinit { close(self.descriptor) }

    /// What is kept of a tile, by its index; nil for nothing.
    func nodes(of tile: Int) async -> TileNodes? {
        (try? await self.queue.run { self.read(at: tile) }) ?? nil
    }

    /// What is kept of a tile, if the system has it in memory; does not wait for the disk.
    func nodesAtHand(of tile: Int) -> TileNodes? { self.read(at: tile, isWaiting: false) }

    /// Keeps what was computed from a tile, unless the log itself may soon need the room.
    func keep(_ nodes: TileNodes, of tile: Int) async {
        guard let block = nodes.block else { return }
        try? await self.queue.run {
            if self.freeBytes > self.reservedBytes { self.write(block, at: tile) }
        }
    }

    /// Forgets a tile.
    func forget(_ tile: Int) async {
        try? await self.queue.run { self.write([UInt8](repeating: 0, count: TileNodes.blockBytes), at: tile) }
    }

    private func read(at tile: Int, isWaiting: Bool = true) -> TileNodes? {
        let size = TileNodes.blockBytes
        // Read to where they stay: a hash is its octets.
        let hashes = [LogHash](unsafeUninitializedCapacity: size / LogHash.byteCount) { buffer, count in
            let start = off_t(tile) * off_t(size)
            let octets =
                isWaiting
                ? pread(self.descriptor, buffer.baseAddress, size, start)
                : signet_pread_at_hand(self.descriptor, buffer.baseAddress, size, start)
            count = max(0, octets) / LogHash.byteCount
        }
        return TileNodes(block: hashes)
    }

    private func write(_ block: [UInt8], at tile: Int) {
        _ = pwrite(self.descriptor, block, block.count, off_t(tile) * off_t(block.count))
    }

    private var freeBytes: UInt64 {
        var information = statvfs()
        guard fstatvfs(self.descriptor, &information) == 0 else { return 0 }
        return UInt64(information.f_bavail) * UInt64(information.f_frsize)
    }
}
