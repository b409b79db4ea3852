// Tiles and checkpoint as files below one directory, by the paths that they are served under.

public import AtomicFiles
public import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A log's files in a directory.
///
/// Each file is written beside its place, synced, renamed, and its directory synced. Calls block on threads of their own.
public struct FileTileStorage: TileStorage {
    private static let fileMode: UInt32 = 0o644
    private static let directoryMode: UInt32 = 0o755

    private let root: String
    private let queue = FileQueue(label: "signet.log.files", isConcurrent: true)
    private let directories = KnownDirectories()

    /// Opens a directory, or creates it; its parent must exist.
    ///
    /// - Throws: ``FileError``.
    public init(directory: String) throws(FileError) {
        self.root = directory
        try AtomicFile.createDirectory(directory, mode: Self.directoryMode)
        // What a process that was killed left half-written.
        AtomicFileWriter.removeRemains(of: self.checkpointPath)
    }

    private var checkpointPath: String { "\(self.root)/checkpoint" }

    private func path(of tile: TileCoordinate) -> String { "\(self.root)/\(tile.path)" }

    /// Reads a tile.
    public func read(_ tile: TileCoordinate) async throws -> [UInt8]? {
        let limit = tile.kind == .entries ? Budget.bundleBytes : TileCoordinate.fullWidth * LogHash.byteCount
        return try await self.queue.run { try Self.read(self.path(of: tile), limit: limit) }
    }

    /// Writes tiles, all at once.
    public func write(_ tiles: [TileContent]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for content in tiles {
                group.addTask { try await self.queue.run { try self.write(content) } }
            }
            try await group.waitForAll()
        }
    }

    /// Reads the checkpoint.
    public func checkpoint() async throws -> [UInt8]? {
        try await self.queue.run { try Self.read(self.checkpointPath, limit: Budget.noteBytes) }
    }

    /// Replaces the checkpoint.
    public func publish(checkpoint: [UInt8]) async throws {
        try await self.queue.run { try AtomicFile.write(checkpoint, to: self.checkpointPath, mode: Self.fileMode) }
    }

    /// Looks through the directories for partial tiles that a full one has overtaken.
    public func obsoleteTiles(fullSince instant: Date, limit: Int) async throws -> [TileCoordinate] {
        let seconds = Int(instant.timeIntervalSince1970)
        return try await self.queue.run { ObsoleteTiles(root: self.root, fullSince: seconds).list(limit: limit) }
    }

    /// Removes partial tiles, and their directories once they are empty.
    public func remove(_ tiles: [TileCoordinate]) async throws {
        try await self.queue.run {
            for tile in tiles where !tile.isFull { unlink(self.path(of: tile)) }
            for directory in Set(tiles.filter { !$0.isFull }.map { "\(self.path(of: $0.full)).p" }) {
                self.directories.forget(directory)
                // One that is not empty stays.
                rmdir(directory)
            }
        }
    }

    private func write(_ content: TileContent) throws {
        let path = self.path(of: content.tile)
        try self.directories.prepare(content.tile.path, below: self.root, mode: Self.directoryMode)
        if content.tile.isFull, let present = try Self.read(path, limit: max(content.bytes.count, 1) * 2) {
            guard present == content.bytes else {
                throw LogError(.conflict, "\(content.tile) exists with another content; the log's files were altered")
            }
            return
        }
        try AtomicFile.write(content.bytes, to: path, mode: Self.fileMode)
    }

    private static func read(_ path: String, limit: Int) throws -> [UInt8]? {
        do { return try AtomicFile.read(path, limit: limit) } catch {
            if error.code == ENOENT || error.code == ENOTDIR { return nil }
            if error.code == EFBIG { throw LogError(.malformedTile, "\(path) has more than \(limit) octets") }
            throw error
        }
    }
}
