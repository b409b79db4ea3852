// One batch: entries of the outbox become part of the log.

import FoundationEssentials

/// Integrates batches.
struct LogIntegration {
    let parts: LogParts

    /// Integrates the next entries of the outbox.
    ///
    /// After an error nobody knows how far it came: ``LogRecovery`` finds out.
    ///
    /// - Returns: Their places; empty when the outbox had nothing.
    func run(_ state: inout LogState, lease: LogLease) async throws -> [IntegratedEntry] {
        // 1. The next entries, and the place of each.
        let entries = try await self.parts.outbox.next(
            after: state.record.lastID,
            limit: Budget.batchEntries,
            bytes: Budget.batchBytes
        )
        guard !entries.isEmpty else { return [] }
        let placement = try await Placement(entries, from: state.edge.size, index: self.parts.outbox)
        var edge = state.edge
        for place in placement.newPlaces { try edge.append(place.entry.data, leaf: place.leaf) }
        self.parts.onStep(.placed)
        // 2. Durable tiles, then the checkpoint over them.
        let published = edge.size == state.edge.size ? nil : try await self.publish(&edge, after: state, lease: lease)
        // 3. The record of it.
        let record = LogRecord(
            size: edge.size,
            root: edge.root,
            lastID: placement.lastID ?? state.record.lastID
        )
        let batch = IntegratedBatch(
            previous: state.record,
            record: record,
            entries: placement.integrated,
            checkpoint: published?.bytes,
            instant: self.parts.now()
        )
        try await self.parts.outbox.record(batch, lease: lease)
        self.parts.onStep(.recorded)
        state = LogState(edge: edge, record: record, published: published ?? state.published)
        return placement.integrated
    }

    private func publish(
        _ edge: inout TreeEdge,
        after state: LogState,
        lease: LogLease
    ) async throws -> SignedCheckpoint {
        try await self.parts.storage.write(edge.takeTiles())
        self.parts.onStep(.written)
        let next = Checkpoint(origin: self.parts.identity.origin, size: edge.size, root: edge.root)
        // A second look, at what is in the files: it must have this root, and go on from what was published.
        let nodes = TileNodeReader(self.parts.storage, size: edge.size)
        guard try await nodes.frontier(size: edge.size) == edge.frontier else {
            throw LogError(.inconsistent, "the tiles of \(edge.size) entries do not read as they were written")
        }
        let path = try await nodes.consistencyPath(from: state.published.size, to: next.size)
        try next.check(follows: state.published.checkpoint, path: path)
        var signed = try await self.parts.sign(next)
        self.parts.onStep(.signed)
        if let witnesses = self.parts.witnesses {
            signed = signed.adding(try await witnesses.cosign(signed, nodes: nodes))
            try self.parts.identity.check(signed)
        }
        try await self.checkStillOurs(state, lease: lease)
        try await self.parts.storage.publish(checkpoint: signed.bytes)
        self.parts.onStep(.published)
        return signed
    }

    /// Whoever was stopped for long must not publish over what another has published since.
    private func checkStillOurs(_ state: LogState, lease: LogLease) async throws {
        let now = self.parts.now()
        if lease.until.timeIntervalSince(now) <= Budget.leaseMarginSeconds {
            // Slow disks or witnesses: unless another has taken it, the lease is ours for as long again.
            let longer = LogLease(holder: lease.holder, until: now.addingTimeInterval(Budget.leaseSeconds))
            guard try await self.parts.outbox.acquire(longer, at: now) else {
                throw LogError(.leaseLost, "the batch took longer than the lease on the log, and another has it now")
            }
        }
        guard try await self.parts.storage.checkpoint() == state.published.bytes else {
            throw LogError(.leaseLost, "the published checkpoint is not the one of the last batch")
        }
    }
}
