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

    /// Whether the path proves it.
    public var isValid: Bool {
        MerkleConsistency.isValid(
            from: self.oldSize,
            root: self.oldRoot,
            to: self.newSize,
            root: self.newRoot,
            path: self.path
        )
    }
}

/// Proofs from the files of a log.
public final class LogProofs: Sendable {
    private let storage: any TileStorage
    private let identity: LogIdentity
    private let nodes: NodeFile?
    private let cache = TileCache()
    private let olderRoots = OlderRoots()
    private let last = Mutex<LogSnapshot?>(nil)

    /// Prepares proofs.
    ///
    /// - Parameter nodes: keeps what is computed for paths; nil to compute it each time.
    public init(storage: any TileStorage, identity: LogIdentity, nodes: NodeFile? = nil) {
        self.storage = storage
        self.identity = identity
        self.nodes = nodes
    }

    /// The log as it is published at this moment; its checkpoint is verified when it is a new one.
    ///
    /// - Throws: ``LogError`` with `.unavailable` before the first, `.untrustedNote` when it is not the log's.
    public func snapshot() async throws -> LogSnapshot {
        guard let bytes = try await self.storage.checkpoint() else {
            throw LogError(.unavailable, "the log has not published its first checkpoint yet")
        }
        if let last = self.last.withLock({ $0 }), last.bytes == bytes { return last }
        let checkpoint = try self.identity.checkpoint(bytes)
        let nodes = TileNodeReader(self.storage, size: checkpoint.size, cache: self.cache)
        let snapshot = LogSnapshot(
            bytes: bytes,
            checkpoint: checkpoint,
            nodes: nodes,
            file: self.nodes,
            olderRoots: self.olderRoots
        )
        self.last.withLock { $0 = snapshot }
        return snapshot
    }

    /// The published checkpoint; as ``snapshot()``.
    public func checkpoint() async throws -> SignedCheckpoint { try await self.snapshot().checkpoint }

    /// As ``LogSnapshot/inclusion(of:size:)``, of the published log.
    public func inclusion(of index: Int, size: Int? = nil) async throws -> LogInclusion {
        // Trees of before never change: which one is published now is of no interest to them.
        if let size, let last = self.last.withLock({ $0 }), size < last.checkpoint.size {
            return try await last.inclusion(of: index, size: size)
        }
        return try await self.snapshot().inclusion(of: index, size: size)
    }

    /// As ``LogSnapshot/inclusionAtHand(of:size:)``, of the log as it was last looked at: trees of before never change.
    func inclusionAtHand(of index: Int, size: Int) -> LogInclusion? {
        self.last.withLock { $0 }?.inclusionAtHand(of: index, size: size)
    }

    /// As ``LogSnapshot/consistency(from:to:)``, of the published log.
    public func consistency(from old: Int, to new: Int? = nil) async throws -> LogConsistency {
        try await self.snapshot().consistency(from: old, to: new)
    }

    /// As ``LogSnapshot/entry(_:)``, of the published log.
    public func entry(_ index: Int) async throws -> [UInt8] { try await self.snapshot().entry(index) }

    /// As ``LogSnapshot/proofFile(of:extra:)``, of the published log.
    public func proofFile(of index: Int, extra: [UInt8]? = nil) async throws -> ProofFile {
        try await self.snapshot().proofFile(of: index, extra: extra)
    }
}
