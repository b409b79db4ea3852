// What a monitor remembers, as files: its state, and what proves a fork.

public import AtomicFiles
import Crypto
import PKIX

/// Keeps a follower's state in a directory.
///
/// `state` holds `read`, a space, how many entries were read, an empty line, and the checkpoint. Evidence goes to
/// `fork-HASH.txt`: why, and both notes as they were signed.
public struct FileFollowerStore: FollowerStore {
    private let directory: String
    private let queue = FileQueue(label: "signet.follower.files")

    /// Opens a directory, or creates it; its parent must exist.
    ///
    /// - Throws: ``FileError``.
    public init(directory: String) throws(FileError) {
        self.directory = directory
        try AtomicFile.createDirectory(directory, mode: 0o700)
    }

    private var statePath: String { "\(self.directory)/state" }

    /// Where evidence is kept.
    public func path(of evidence: ForkEvidence) -> String {
        let hash = Array(SHA256.hash(data: evidence.known.bytes + evidence.shown.bytes)).hexadecimal
        return "\(self.directory)/fork-\(hash.prefix(16)).txt"
    }

    /// The state that was saved last.
    public func load() async throws -> FollowerState? {
        try await self.queue.run {
            try FileQueue.read(self.statePath, limit: Budget.noteBytes + 64).map { try Self.decode($0, self.statePath) }
        }
    }

    /// Saves a state.
    public func save(_ state: FollowerState) async throws {
        guard let checkpoint = state.checkpoint else { return }
        try await self.queue.run {
            AtomicFileWriter.removeRemains(of: self.statePath)
            let bytes = Array("read \(state.readSize)\n\n".utf8) + checkpoint.bytes
            try AtomicFile.write(bytes, to: self.statePath, mode: 0o600)
        }
    }

    /// Keeps evidence.
    public func keep(_ evidence: ForkEvidence) async throws {
        try await self.queue.run {
            let text = "\(evidence.reason)\n\nKnown:\n\n".utf8
            let bytes = Array(text) + evidence.known.bytes + Array("\nShown:\n\n".utf8) + evidence.shown.bytes
            try AtomicFile.write(bytes, to: self.path(of: evidence), mode: 0o600)
        }
    }

    private static func decode(_ bytes: [UInt8], _ path: String) throws(LogError) -> FollowerState {
        let newline = UInt8(ascii: "\n")
        guard let end = bytes.firstIndex(of: newline), bytes.count > end + 1, bytes[end + 1] == newline,
            bytes.starts(with: "read ".utf8),
            let read = Decimal.decode(String(decoding: bytes[5..<end], as: UTF8.self)),
            let checkpoint = try? SignedCheckpoint(Array(bytes[(end + 2)...])), read <= checkpoint.size
        else {
            throw LogError(.malformedNote, "\(path) is no state of a monitor; restore it, or begin in another place")
        }
        return FollowerState(checkpoint: checkpoint, readSize: read)
    }
}
