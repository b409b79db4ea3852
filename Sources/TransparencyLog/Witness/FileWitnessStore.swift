// What a witness remembers, as files: one for each log.

public import AtomicFiles
import Crypto
import PKIX

/// Remembers checkpoints in a directory, each in a file that is named by the hash of its origin.
///
/// One process at a time: whoever opens the directory holds a lock on it. Calls are served one after another, on a thread
/// of their own, so that comparing and storing are one step.
public struct FileWitnessStore: WitnessStore {
    private let directory: String
    private let onPersisted: @Sendable () -> Void
    private let queue = FileQueue(label: "signet.witness.files")

    /// Opens a directory, or creates it; its parent must exist.
    ///
    /// - Parameter onPersisted: is called when a checkpoint is durable, before anybody hears of it.
    /// - Throws: ``FileError``.
    public init(directory: String, onPersisted: @escaping @Sendable () -> Void = {}) throws(FileError) {
        self.directory = directory
        self.onPersisted = onPersisted
        try AtomicFile.createDirectory(directory, mode: 0o700)
    }

    /// The last checkpoint of an origin.
    public func latest(origin: String) async throws -> SignedCheckpoint? {
        try await self.queue.run { try self.read(origin) }
    }

    /// Stores a checkpoint if the last one has the size.
    public func advance(_ checkpoint: SignedCheckpoint, from size: Int) async throws -> Bool {
        try await self.queue.run {
            let origin = checkpoint.checkpoint.origin
            guard try self.read(origin)?.size ?? 0 == size else { return false }
            let path = self.path(of: origin)
            AtomicFileWriter.removeRemains(of: path)
            try AtomicFile.write(checkpoint.bytes, to: path, mode: 0o600)
            self.onPersisted()
            return true
        }
    }

    private func path(of origin: String) -> String {
        "\(self.directory)/\(Array(SHA256.hash(data: Array(origin.utf8))).hexadecimal)"
    }

    /// A file that is there and cannot be read is no reason to begin anew.
    private func read(_ origin: String) throws -> SignedCheckpoint? {
        let path = self.path(of: origin)
        guard let bytes = try FileQueue.read(path, limit: Budget.noteBytes) else { return nil }
        let checkpoint = try SignedCheckpoint(bytes)
        guard checkpoint.checkpoint.origin.utf8.elementsEqual(origin.utf8) else {
            throw LogError(.inconsistent, "\(path) is not of '\(origin)'; restore what the witness remembers")
        }
        return checkpoint
    }
}
