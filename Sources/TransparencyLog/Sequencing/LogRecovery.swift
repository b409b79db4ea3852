// How the log is found at a start, and after every failure: from the published checkpoint, the tiles and the store's record.
//
// A batch writes tiles, publishes the checkpoint, and records; a crash can fall between any two. So the checkpoint may be
// ahead of the store's record, by entries that the outbox still has: they are recorded now, if they are what the tiles hold.
// The checkpoint is never behind the record, unless a file was restored; and tiles beyond it were never published, so the
// next batch, which gets the same entries in the same order, writes them again.

import FoundationEssentials

/// Finds the state of a log, and refuses when files and store contradict each other.
struct LogRecovery {
    let parts: LogParts
    let lease: LogLease

    /// The state to go on from.
    ///
    /// - Throws: ``LogError``; when it ``LogError/isFatal`` nothing may be published until a person has looked.
    func run() async throws -> LogState {
        do {
            return try await self.find()
        } catch let error as LogError where error.code == .malformedNote {
            throw self.inconsistent("the published checkpoint is none (\(error.reason))")
        } catch let error as LogError where error.code == .malformedTile {
            throw LogError(.malformedTile, self.inconsistent("\(error.reason)").reason)
        }
    }

    private func find() async throws -> LogState {
        let record = try await self.parts.outbox.lastRecord()
        guard let file = try await self.parts.storage.checkpoint() else { return try await self.begin(record) }
        var published = try self.parts.identity.checkpoint(file)
        let edge = try await self.edge(of: published)
        try await self.check(record, against: published)
        let current = try await self.replay(record, upTo: published)
        published = try await self.signAnew(published)
        return LogState(edge: edge, record: current, published: published)
    }

    /// A log that has published nothing yet.
    private func begin(_ record: LogRecord?) async throws -> LogState {
        if let record {
            throw self.inconsistent("there is no published checkpoint, and the store knows \(record.size) entries")
        }
        for width in 1...TileCoordinate.fullWidth {
            guard let tile = TileCoordinate(.entries, index: 0, width: width) else { continue }
            guard try await self.parts.storage.read(tile) == nil else {
                throw self.inconsistent("there is no published checkpoint, and there are tiles")
            }
        }
        let origin = self.parts.identity.origin
        let signed = try await self.parts.sign(Checkpoint(origin: origin, size: 0, root: .emptyTree))
        try await self.parts.storage.publish(checkpoint: signed.bytes)
        let current = try await self.replay(nil, upTo: signed)
        return LogState(edge: TreeEdge(), record: current, published: signed)
    }

    /// The right edge of the published tree, whose root must be the published one.
    private func edge(of published: SignedCheckpoint) async throws -> TreeEdge {
        let edge = try await TreeEdge(size: published.size, storage: self.parts.storage)
        guard edge.root == published.root else {
            throw self.inconsistent(
                "the tiles have the root \(edge.root), the checkpoint of \(published.size) entries not"
            )
        }
        return edge
    }

    /// The store's record must be of a prefix of the published tree.
    private func check(_ record: LogRecord?, against published: SignedCheckpoint) async throws {
        guard let record else { return }
        guard record.size <= published.size else {
            throw self.inconsistent(
                "the published checkpoint has \(published.size) entries, and the store knows \(record.size)"
            )
        }
        let nodes = TileNodeReader(self.parts.storage, size: published.size)
        let known = Checkpoint(origin: published.checkpoint.origin, size: record.size, root: record.root)
        let path = try await nodes.consistencyPath(from: record.size, to: published.size)
        try published.checkpoint.check(follows: known, path: path)
    }

    /// Records what was published and not recorded.
    private func replay(_ record: LogRecord?, upTo published: SignedCheckpoint) async throws -> LogRecord {
        let nodes = TileNodeReader(self.parts.storage, size: published.size)
        var current = record ?? LogRecord(size: 0, root: .emptyTree, lastID: 0)
        var frontier = try await nodes.frontier(size: current.size)
        var previous = record
        while current.size < published.size || previous == nil {
            let placement = try await self.placement(after: current, upTo: published.size)
            let leaves = try await self.leaves(from: current.size, count: placement.newPlaces.count, nodes)
            guard leaves == placement.newPlaces.map(\.leaf), placement.lastID != nil || current.size == published.size
            else {
                throw self.inconsistent("the outbox does not have the entries that the log has from \(current.size) on")
            }
            for leaf in leaves { frontier.append(leaf) }
            current = LogRecord(size: frontier.size, root: frontier.root, lastID: placement.lastID ?? current.lastID)
            let batch = IntegratedBatch(
                previous: previous,
                record: current,
                entries: placement.integrated,
                checkpoint: current.size == published.size ? published.bytes : nil,
                instant: self.parts.now()
            )
            try await self.parts.outbox.record(batch, lease: self.lease)
            previous = current
        }
        return current
    }

    private func placement(after record: LogRecord, upTo size: Int) async throws -> Placement {
        let entries =
            record.size == size
            ? []
            : try await self.parts.outbox.next(
                after: record.lastID,
                limit: Budget.batchEntries,
                bytes: Budget.batchBytes
            )
        return try await Placement(entries, from: record.size, index: self.parts.outbox).prefix(upTo: size)
    }

    private func leaves(from start: Int, count: Int, _ nodes: TileNodeReader) async throws -> [LogHash] {
        try await nodes.nodes(at: (start..<start + count).map { NodeCoordinate(level: 0, index: $0) })
    }

    /// After a change of keys the published checkpoint gets the signatures of the new ones, over the same text; witnesses'
    /// stay.
    private func signAnew(_ published: SignedCheckpoint) async throws -> SignedCheckpoint {
        let present = try published.note.signers(among: self.parts.identity.keys)
        guard !self.parts.signers.allSatisfy({ present.contains($0.key) }) else { return published }
        let cosignatures = published.note.signatures.filter { line in
            !self.parts.identity.keys.contains { $0.matches(line) }
        }
        let signed = try await self.parts.sign(published.checkpoint).adding(cosignatures)
        try await self.parts.storage.publish(checkpoint: signed.bytes)
        return signed
    }

    private func inconsistent(_ reason: String) -> LogError {
        LogError(
            .inconsistent,
            """
            \(reason): something was restored from a backup or altered. Nothing is published, so that the log does not \
            fork; restore files and store of the same moment, the latest there is
            """
        )
    }
}
