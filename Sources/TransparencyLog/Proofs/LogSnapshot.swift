// The log at one of its checkpoints: all that is asked of it lies on one tree.

import Synchronization

/// The log as one checkpoint has it.
public struct LogSnapshot: Sendable {
    /// The checkpoint's text.
    public let bytes: [UInt8]
    /// The checkpoint.
    public let checkpoint: SignedCheckpoint
    private let nodes: TileNodeReader
    private let kept: KeptNodeReader?
    private let olderRoots: OlderRoots

    init(
        bytes: [UInt8],
        checkpoint: SignedCheckpoint,
        nodes: TileNodeReader,
        file: NodeFile?,
        olderRoots: OlderRoots
    ) {
        self.bytes = bytes
        self.checkpoint = checkpoint
        self.nodes = nodes
        self.olderRoots = olderRoots
        self.kept = file.map { KeptNodeReader(tiles: nodes, file: $0) }
    }

    /// The proof that this tree, or an older one, holds an entry.
    ///
    /// - Throws: ``LogError`` with `.outOfRange`.
    public func inclusion(of index: Int, size: Int? = nil) async throws -> LogInclusion {
        let size = size ?? self.checkpoint.size
        try self.check(size)
        if let kept = self.kept {
            let proof = try await self.inclusion(of: index, size, from: kept)
            if proof.isValid { return proof }
        }
        let proof = try await self.inclusion(of: index, size, from: self.nodes)
        // Tiles that were altered must not become a proof that our own clients refuse.
        guard proof.isValid else { throw LogError(.inconsistent, "the log's tiles give no proof of entry \(index)") }
        // Then what was kept is wrong: of the entry's tile, or of the one at the tree's edge.
        if let kept = self.kept { await kept.forget([index, size - 1]) }
        return proof
    }

    private func inclusion(of index: Int, _ size: Int, from reader: some NodeReader) async throws -> LogInclusion {
        let hashes = try await reader.leafAndPath(of: index, size: size)
        return try self.inclusion(of: index, size, try await self.root(size: size), hashes)
    }

    /// The root of this tree, or of an older one that this one goes on from.
    private func root(size: Int) async throws -> LogHash {
        if let root = self.rootAtHand(size: size) { return root }
        // The tiles' word alone would make any proof from altered tiles a valid one.
        let root = try await self.consistency(from: size).oldRoot
        self.olderRoots[size] = root
        return root
    }

    private func rootAtHand(size: Int) -> LogHash? {
        guard size < self.checkpoint.size else { return size == self.checkpoint.size ? self.checkpoint.root : nil }
        return self.olderRoots[size]
    }

    /// The proof that this tree, or an older one, holds an entry, if all that it is made of is at hand.
    ///
    /// Waits for nothing. What cannot be proven from what is at hand, ``inclusion(of:size:)`` looks at.
    func inclusionAtHand(of index: Int, size: Int) -> LogInclusion? {
        guard let root = self.rootAtHand(size: size), let plan = NodePlan(leafAndPathOf: index, size: size),
            let nodes = self.kept?.nodesAtHand(at: plan.coordinates),
            let proof = try? self.inclusion(of: index, size, root, plan.hashes(nodes)), proof.isValid
        else { return nil }
        return proof
    }

    private func inclusion(
        of index: Int,
        _ size: Int,
        _ root: LogHash,
        _ hashes: [LogHash]
    ) throws(LogError) -> LogInclusion {
        guard let leaf = hashes.first else { throw LogError(.outOfRange, "the log has no entry \(index)") }
        return LogInclusion(
            index: index,
            size: size,
            leafHash: leaf,
            root: root,
            path: Array(hashes.dropFirst()),
            checkpoint: size == self.checkpoint.size ? self.checkpoint : nil
        )
    }

    /// The proof that the tree of one size is a prefix of that of another, or of this one.
    ///
    /// - Throws: ``LogError`` with `.outOfRange`.
    public func consistency(from old: Int, to new: Int? = nil) async throws -> LogConsistency {
        let new = new ?? self.checkpoint.size
        try self.check(new)
        let proof = LogConsistency(
            oldSize: old,
            oldRoot: try await self.nodes.frontier(size: old).root,
            newSize: new,
            newRoot: try await self.root(size: new),
            path: try await self.nodes.consistencyPath(from: old, to: new)
        )
        guard proof.isValid else {
            throw LogError(.inconsistent, "the log's tiles give no proof from \(old) entries to \(new)")
        }
        return proof
    }

    /// An entry.
    ///
    /// - Throws: ``LogError`` with `.outOfRange`.
    public func entry(_ index: Int) async throws -> [UInt8] {
        let entries = try await self.entries([index])
        guard let entry = entries[index] else { throw LogError(.outOfRange, "the log has no entry \(index)") }
        return entry
    }

    /// Entries by their indices; each bundle is read and decoded once.
    ///
    /// - Throws: ``LogError`` with `.outOfRange`, or `CancellationError`.
    public func entries(_ indices: [Int]) async throws -> [Int: [UInt8]] {
        let size = self.checkpoint.size
        var found: [Int: [UInt8]] = [:]
        for (number, wanted) in Dictionary(grouping: Set(indices), by: { $0 >> 8 }) {
            try Task.checkCancellation()
            guard let bundle = TileCoordinate(.entries, index: number, size: size), wanted.allSatisfy({ $0 < size })
            else { throw LogError(.outOfRange, "the log has \(size) entries, and none \(wanted.max() ?? 0)") }
            let entries = try await self.nodes.entries(of: bundle)
            for index in wanted { found[index] = entries[index & 0xFF] }
        }
        return found
    }

    /// A file that proves offline, without asking anyone, that an entry is in the log (C2SP tlog-proof).
    public func proofFile(of index: Int, extra: [UInt8]? = nil) async throws -> ProofFile {
        let inclusion = try await self.inclusion(of: index)
        return ProofFile(index: index, path: inclusion.path, checkpoint: self.checkpoint, extra: extra)
    }

    private func check(_ size: Int) throws(LogError) {
        guard size >= 0, size <= self.checkpoint.size else {
            throw LogError(.outOfRange, "the published log has \(self.checkpoint.size) entries, not \(size)")
        }
    }
}

/// Roots of older trees, each proven to be gone on from.
final class OlderRoots: Sendable {
    private let roots = Mutex<[Int: LogHash]>([:])

    /// The root of the tree of a size.
    subscript(size: Int) -> LogHash? {
        get { self.roots.withLock { $0[size] } }
        set {
            self.roots.withLock { roots in
                // Any makes room: no order of asking is known to be better.
                if roots[size] == nil, roots.count >= Budget.olderRoots { roots.remove(at: roots.startIndex) }
                roots[size] = newValue
            }
        }
    }
}
