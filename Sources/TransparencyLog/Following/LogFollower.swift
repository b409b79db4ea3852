// A monitor: follows someone's log from checkpoint to checkpoint, proves to itself that nothing of the past changed, reads
// every new entry, and tells of those that it was asked to watch.

/// What a follower remembers between its runs.
public struct FollowerState: Hashable, Sendable {
    /// The last checkpoint that was verified; nil before the first.
    public let checkpoint: SignedCheckpoint?
    /// Entries that were read and shown to the watcher; at most the checkpoint's size.
    public let readSize: Int

    /// Creates a state.
    public init(checkpoint: SignedCheckpoint?, readSize: Int) {
        self.checkpoint = checkpoint
        self.readSize = readSize
    }

    /// Nothing is known yet.
    public static let initial = FollowerState(checkpoint: nil, readSize: 0)
}

/// Keeps what a follower knows.
///
/// When ``save(_:)`` returns, the state outlives the loss of power; a reader finds an old state or the new, never a part.
public protocol FollowerStore: Sendable {
    /// The state that was saved last; nil before the first.
    func load() async throws -> FollowerState?

    /// Saves a state.
    func save(_ state: FollowerState) async throws

    /// Keeps what proves that a log changed its past, for people to show; keeping the same twice is keeping it once.
    func keep(_ evidence: ForkEvidence) async throws
}

/// Two checkpoints of one log that cannot both be of one history.
public struct ForkEvidence: Hashable, Sendable {
    /// The one that was verified before.
    public let known: SignedCheckpoint
    /// The one that the log shows now.
    public let shown: SignedCheckpoint
    /// Why they exclude each other.
    public let reason: String

    /// Creates evidence.
    public init(known: SignedCheckpoint, shown: SignedCheckpoint, reason: String) {
        self.known = known
        self.shown = shown
        self.reason = reason
    }
}

/// An entry that a follower found worth telling.
public struct WatchedEntry: Hashable, Sendable {
    /// Where it is in the log.
    public let index: Int
    /// The entry.
    public let entry: [UInt8]

    /// Creates a finding.
    public init(index: Int, entry: [UInt8]) {
        self.index = index
        self.entry = entry
    }
}

/// Follows a log.
///
/// The log's files come through a ``TileSource``; nothing is believed that does not
/// lead to a checkpoint of the log's keys. One run at a time.
public struct LogFollower: Sendable {
    private let storage: any TileSource
    private let identity: LogIdentity
    private let witnesses: [VerifierKey]
    private let quorum: Int
    private let store: any FollowerStore

    /// Creates a follower.
    ///
    /// - Parameter quorum: how many of the witnesses must have cosigned a checkpoint for it to be believed.
    public init(
        storage: any TileSource,
        identity: LogIdentity,
        witnesses: [VerifierKey] = [],
        quorum: Int = 0,
        store: any FollowerStore
    ) {
        self.storage = storage
        self.identity = identity
        self.witnesses = witnesses
        self.quorum = quorum
        self.store = store
    }

    /// Goes on to the published checkpoint.
    ///
    /// Entries are told at least once: after a crash those since the last saved state are told again.
    ///
    /// - Parameters:
    ///   - watches: whether an entry is to be told.
    ///   - tell: hears of it, before the state moves past it.
    /// - Returns: The state that was reached.
    /// - Throws: ``LogError`` with `.inconsistent` when the log changed its past, `.rolledBack` when it is shorter than it was;
    ///   the saved state then still has the checkpoint that proves it, and the store was given both.
    @discardableResult
    public func run(
        watches: @Sendable (_ index: Int, _ entry: [UInt8]) -> Bool,
        tell: @Sendable (WatchedEntry) async throws -> Void
    ) async throws -> FollowerState {
        var state = try await self.store.load() ?? .initial
        let published = try await self.published()
        let nodes = TileNodeReader(self.storage, size: published.size)
        try await self.hold(published, against: state, nodes)
        // From here on the new checkpoint is held against the log, even if its entries cannot be read.
        if published != state.checkpoint {
            state = FollowerState(checkpoint: published, readSize: state.readSize)
            try await self.store.save(state)
        }
        while state.readSize < published.size {
            guard let bundle = TileCoordinate(.entries, index: state.readSize >> 8, size: published.size) else { break }
            let entries = try await self.entries(of: bundle, nodes, published)
            for (index, entry) in zip(bundle.index << 8..<published.size, entries)
            where index >= state.readSize && watches(index, entry) {
                try await tell(WatchedEntry(index: index, entry: entry))
            }
            state = FollowerState(checkpoint: published, readSize: bundle.index << 8 + bundle.width)
            try await self.store.save(state)
        }
        return state
    }

    private func published() async throws -> SignedCheckpoint {
        guard let bytes = try await self.storage.checkpoint() else {
            throw LogError(.unavailable, "'\(self.identity.origin)' publishes no checkpoint")
        }
        let published = try self.identity.checkpoint(bytes)
        guard self.quorum > 0 else { return published }
        let signers = try published.note.signers(among: self.identity.keys + self.witnesses)
        let count = Set(signers.filter { self.witnesses.contains($0) }.map(\.publicKey)).count
        guard count >= self.quorum else {
            throw LogError(.notWitnessed, "\(count) witnesses cosigned the checkpoint; \(self.quorum) are demanded")
        }
        return published
    }

    /// Checks what the log shows against what is known, and keeps both when they exclude each other.
    private func hold(
        _ published: SignedCheckpoint,
        against state: FollowerState,
        _ nodes: TileNodeReader
    ) async throws {
        do {
            try await self.check(published, after: state, nodes)
        } catch let error as LogError where error.code == .inconsistent || error.code == .rolledBack {
            if let known = state.checkpoint {
                try await self.store.keep(ForkEvidence(known: known, shown: published, reason: error.reason))
            }
            throw error
        }
    }

    private func check(_ published: SignedCheckpoint, after state: FollowerState, _ nodes: TileNodeReader) async throws
    {
        guard let last = state.checkpoint else { return }
        guard published.size >= last.size else {
            throw LogError(.rolledBack, "the log had \(last.size) entries and has \(published.size)")
        }
        let path = try await nodes.consistencyPath(from: last.size, to: published.size)
        try published.checkpoint.check(follows: last.checkpoint, path: path)
    }

    /// The entries of a bundle, proven to be under the checkpoint's root.
    private func entries(
        of bundle: TileCoordinate,
        _ nodes: TileNodeReader,
        _ published: SignedCheckpoint
    ) async throws -> [[UInt8]] {
        let entries = try await nodes.entries(of: bundle)
        guard let tile = TileCoordinate(.hashes(level: 0), index: bundle.index, size: published.size),
            try await nodes.hashes(of: tile) == entries.map({ LogHash.leaf($0) })
        else { throw LogError(.inconsistent, "\(bundle) does not hold the entries whose hashes the log has") }
        // The bundle's hashes fall into a few complete subtrees: the path of the first leaf of each proves all of it.
        for node in TreeRange(lower: bundle.index << 8, upper: bundle.index << 8 + bundle.width).nodes {
            try await self.prove(node, entries: entries, from: bundle.index << 8, nodes, published)
        }
        return entries
    }

    private func prove(
        _ node: NodeCoordinate,
        entries: [[UInt8]],
        from start: Int,
        _ nodes: TileNodeReader,
        _ published: SignedCheckpoint
    ) async throws {
        let first = node.index << node.level
        let leaves = entries[first - start..<first - start + 1 << node.level].map { LogHash.leaf($0) }
        let path = try await nodes.inclusionPath(of: first, size: published.size)
        var subtree = TreeFrontier()
        for leaf in leaves { subtree.append(leaf) }
        // The lowest steps lie within the subtree, and its own root takes their place.
        guard
            let upper = MerkleInclusion.root(
                subtree: subtree.root,
                at: node,
                size: published.size,
                path: Array(path.dropFirst(node.level))
            ), upper == published.root
        else {
            throw LogError(.inconsistent, "the entries from \(first) on are not those that the checkpoint has signed")
        }
    }
}
