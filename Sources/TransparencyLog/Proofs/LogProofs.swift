// Answers about the published log, read from its files: no state of the sequencer is needed, so any node can give them.

import Synchronization

/// That an entry is in the log: all that must be known to check it.
public struct LogInclusion: Hashable, Sendable {
    /// Where the entry is.
    public let index: Int
    /// The size of the tree that the path belongs to.
    public let size: Int
    /// The entry's leaf hash.
    public let leafHash: LogHash
    /// The root of that tree.
    public let root: LogHash
    /// From the leaf's sibling up.
    public let path: [LogHash]
    /// The checkpoint of that tree; nil for a proof in an older tree than the published one.
    public let checkpoint: SignedCheckpoint?

    /// Creates a proof.
    public init(
        index: Int,
        size: Int,
        leafHash: LogHash,
        root: LogHash,
        path: [LogHash],
        checkpoint: SignedCheckpoint?
    ) {
        self.index = index
        self.size = size
        self.leafHash = leafHash
        self.root = root
        self.path = path
        self.checkpoint = checkpoint
    }

    /// Whether the path leads from the leaf to the root.
    public var isValid: Bool {
        MerkleInclusion.isValid(
            leaf: self.leafHash,
            index: self.index,
            size: self.size,
            root: self.root,
            path: self.path
        )
    }
}

/// That one tree is a prefix of another.
public struct LogConsistency: Hashable, Sendable {
    /// The size of the older tree.
    public let oldSize: Int
    /// Its root.
    public let oldRoot: LogHash
    /// The size of the newer tree.
    public let newSize: Int
    /// Its root.
    public let newRoot: LogHash
    /// The proof.
    public let path: [LogHash]
}

/// Proofs from the files of a log.
public final class LogProofs: Sendable {
    private struct Published {
        let bytes: [UInt8]
        let checkpoint: SignedCheckpoint
        let nodes: TileNodeReader
    }

    private let storage: any TileStorage
    private let identity: LogIdentity
    private let cache = TileCache()
    private let last = Mutex<Published?>(nil)

    /// Prepares proofs.
    public init(storage: any TileStorage, identity: LogIdentity) {
        self.storage = storage
        self.identity = identity
    }

    /// The published checkpoint.
    ///
    /// - Throws: ``LogError`` with `.unavailable` before the first, `.untrustedNote` when it is not the log's.
    public func checkpoint() async throws -> SignedCheckpoint { try await self.published().checkpoint }

    /// The proof that the published tree, or an older one, holds an entry.
    ///
    /// - Throws: ``LogError`` with `.outOfRange`.
    public func inclusion(of index: Int, size: Int? = nil) async throws -> LogInclusion {
        let published = try await self.published()
        let size = size ?? published.checkpoint.size
        try self.check(size, published)
        let path = try await published.nodes.inclusionPath(of: index, size: size)
        let isPublished = size == published.checkpoint.size
        let root =
            isPublished ? published.checkpoint.root : try await published.nodes.frontier(size: size).root
        let leaf = try await published.nodes.nodes(at: [NodeCoordinate(level: 0, index: index)])
        guard let leaf = leaf.first else { throw LogError(.outOfRange, "the log has no entry \(index)") }
        let proof = LogInclusion(
            index: index,
            size: size,
            leafHash: leaf,
            root: root,
            path: path,
            checkpoint: isPublished ? published.checkpoint : nil
        )
        // Tiles that were altered must not become a proof that our own clients refuse.
        guard proof.isValid else { throw LogError(.inconsistent, "the log's tiles give no proof of entry \(index)") }
        return proof
    }

    /// The proof that the tree of one size is a prefix of that of another, or of the published one.
    ///
    /// - Throws: ``LogError`` with `.outOfRange`.
    public func consistency(from old: Int, to new: Int? = nil) async throws -> LogConsistency {
        let published = try await self.published()
        let new = new ?? published.checkpoint.size
        try self.check(new, published)
        let path = try await published.nodes.consistencyPath(from: old, to: new)
        return LogConsistency(
            oldSize: old,
            oldRoot: try await published.nodes.frontier(size: old).root,
            newSize: new,
            newRoot: try await published.nodes.frontier(size: new).root,
            path: path
        )
    }

    /// An entry of the published tree.
    ///
    /// - Throws: ``LogError`` with `.outOfRange`.
    public func entry(_ index: Int) async throws -> [UInt8] {
        let published = try await self.published()
        guard index >= 0, index < published.checkpoint.size,
            let bundle = TileCoordinate(.entries, index: index >> 8, size: published.checkpoint.size)
        else { throw LogError(.outOfRange, "the log has \(published.checkpoint.size) entries, and none \(index)") }
        let entries = try await published.nodes.entries(of: bundle)
        return entries[index & 0xFF]
    }

    /// A file that proves offline, without asking anyone, that an entry is in the log (C2SP tlog-proof).
    public func proofFile(of index: Int, extra: [UInt8]? = nil) async throws -> ProofFile {
        let inclusion = try await self.inclusion(of: index)
        guard let checkpoint = inclusion.checkpoint else { throw LogError(.unavailable, "no checkpoint is published") }
        return ProofFile(index: index, path: inclusion.path, checkpoint: checkpoint, extra: extra)
    }

    private func check(_ size: Int, _ published: Published) throws(LogError) {
        guard size >= 0, size <= published.checkpoint.size else {
            throw LogError(.outOfRange, "the published log has \(published.checkpoint.size) entries, not \(size)")
        }
    }

    /// The published checkpoint, verified when it is a new one.
    private func published() async throws -> Published {
        guard let bytes = try await self.storage.checkpoint() else {
            throw LogError(.unavailable, "the log has not published its first checkpoint yet")
        }
        if let last = self.last.withLock({ $0 }), last.bytes == bytes { return last }
        let checkpoint = try self.identity.checkpoint(bytes)
        let nodes = TileNodeReader(self.storage, size: checkpoint.size, cache: self.cache)
        let published = Published(bytes: bytes, checkpoint: checkpoint, nodes: nodes)
        self.last.withLock { $0 = published }
        return published
    }
}
