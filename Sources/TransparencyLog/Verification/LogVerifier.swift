// Reads a whole log again: every entry, every tile, every checkpoint that is known. Memory does not grow with the log: what
// is kept is one tile of each level.

import JSON

/// What a verification found.
public struct VerificationReport: Hashable, Sendable {
    /// Entries that were read.
    public internal(set) var entries = 0
    /// Tiles and bundles that were read.
    public internal(set) var tiles = 0
    /// Checkpoints of the history that lie on the tree.
    public internal(set) var checkpoints = 0
    /// How many faults there are.
    public internal(set) var faultCount = 0
    /// The first of them, for people.
    public internal(set) var faults: [String] = []

    /// Whether everything is as it should be.
    public var isSound: Bool { self.faultCount == 0 }

    /// Adds a fault.
    public mutating func found(_ fault: String) {
        self.faultCount += 1
        if self.faults.count < Budget.reportedFaults { self.faults.append(fault) }
    }
}

/// Verifies the files of a log.
public struct LogVerifier: Sendable {
    private let storage: any TileStorage
    private let identity: LogIdentity

    /// Prepares a verification.
    public init(storage: any TileStorage, identity: LogIdentity) {
        self.storage = storage
        self.identity = identity
    }

    /// Reads everything.
    ///
    /// - Parameters:
    ///   - history: gives the checkpoints that were published, in the order of their sizes: those of greater size than the
    ///     argument, as many as it likes; an empty answer is the end.
    ///   - visit: gets each entry with its index, in order, to compare with a store; a text that it returns is a fault.
    /// - Throws: What reading throws; a file that is missing or broken is a fault, not an error.
    public func run(
        history: @escaping @Sendable (_ after: Int?) async throws -> [[UInt8]] = { _ in [] },
        visit: @Sendable (_ index: Int, _ entry: [UInt8], _ leaf: LogHash) async throws -> String? = { _, _, _ in nil }
    ) async throws -> VerificationReport {
        var report = VerificationReport()
        let published: SignedCheckpoint
        do {
            guard let bytes = try await self.storage.checkpoint() else {
                report.found("there is no published checkpoint")
                return report
            }
            published = try self.identity.checkpoint(bytes)
        } catch let error as LogError {
            report.found("the published checkpoint: \(error.reason)")
            return report
        }
        var walk = Walk(
            storage: self.storage,
            size: published.size,
            chain: CheckpointChain(identity: self.identity, history: history),
            report: report
        )
        try await walk.run(visit)
        if walk.tree.size == published.size, walk.tree.root != published.root {
            walk.report.found("the entries have the root \(walk.tree.root), the published checkpoint \(published.root)")
        }
        try await walk.finishChain(published)
        return walk.report
    }
}

/// One walk along the entries.
private struct Walk {
    let storage: any TileStorage
    let size: Int
    var chain: CheckpointChain
    var report: VerificationReport
    var tree = TreeEdge()

    mutating func run(_ visit: (Int, [UInt8], LogHash) async throws -> String?) async throws {
        let nodes = TileNodeReader(self.storage, size: self.size, cache: TileCache(limit: 0))
        try await self.checkChain()
        while self.tree.size < self.size {
            guard let bundle = TileCoordinate(.entries, index: self.tree.size >> 8, size: self.size) else { return }
            do {
                for entry in try await nodes.entries(of: bundle) {
                    let leaf = LogHash.leaf(entry)
                    if let fault = try await visit(self.tree.size, entry, leaf) { self.report.found(fault) }
                    try self.tree.append(entry, leaf: leaf)
                    self.report.entries += 1
                    try await self.checkChain()
                }
            } catch let error as LogError {
                // Without the entries nothing beyond them can be computed.
                self.report.found("\(bundle): \(error.reason)")
                return
            }
            try await self.compareTiles()
        }
    }

    /// Compares the tiles that the tree has by now with those in storage.
    private mutating func compareTiles() async throws {
        var contents = self.tree.takeTiles().filter(\.tile.isFull)
        if self.tree.size == self.size { contents += self.tree.partialTiles }
        for content in contents {
            self.report.tiles += 1
            guard let bytes = try await self.read(content.tile) else {
                self.report.found("\(content.tile) is missing")
                continue
            }
            if bytes != content.bytes { self.report.found("\(content.tile) is not what the entries make of it") }
        }
    }

    private func read(_ tile: TileCoordinate) async throws -> [UInt8]? {
        if let bytes = try await self.storage.read(tile) { return bytes }
        guard !tile.isFull, let bytes = try await self.storage.read(tile.full) else { return nil }
        guard tile.kind != .entries else { return nil }
        return Array(bytes.prefix(tile.width * LogHash.byteCount))
    }

    /// Compares the checkpoints of this size with the tree.
    private mutating func checkChain() async throws {
        while let next = try await self.chain.next(&self.report), next.size == self.tree.size {
            if next.root == self.tree.root {
                self.report.checkpoints += 1
            } else {
                self.report.found(
                    "the checkpoint of \(next.size) entries in the history has another root than the tree"
                )
            }
            self.chain.advance()
        }
    }

    mutating func finishChain(_ published: SignedCheckpoint) async throws {
        while let next = try await self.chain.next(&self.report) {
            self.report.found(
                "the history has a checkpoint of \(next.size) entries; the tree was read to \(self.tree.size)"
            )
            self.chain.advance()
        }
    }
}
