// What a log is made of, as sequencing and recovery see it.

import FoundationEssentials

/// How far a batch is.
public enum BatchStep: String, Sendable, CaseIterable {
    /// Its entries have their places; nothing is written.
    case placed
    /// Its tiles are durable.
    case written
    /// Its checkpoint is signed.
    case signed
    /// Its checkpoint is published.
    case published
    /// The store knows of it.
    case recorded
}

/// The log's files, its store, its keys.
struct LogParts: Sendable {
    let storage: any TileStorage
    let outbox: any LogOutbox
    let identity: LogIdentity
    let signers: [any CheckpointSigner]
    let witnesses: (any CheckpointWitnessing)?
    let now: @Sendable () -> Date
    /// Called at each step of a batch.
    var onStep: @Sendable (BatchStep) -> Void = { _ in }

    /// Signs a checkpoint with each of the log's keys, and reads what came out as a client would.
    func sign(_ checkpoint: Checkpoint) async throws -> SignedCheckpoint {
        let time = Int(self.now().timeIntervalSince1970)
        let signed = try await SignedCheckpoint.sign(checkpoint, with: self.signers, time: time)
        let read = try self.identity.checkpoint(signed.bytes)
        guard read == signed else {
            throw LogError(.signingFailed, "the signed checkpoint does not read as it was written")
        }
        return signed
    }
}

/// Gets cosignatures of checkpoints.
public protocol CheckpointWitnessing: Sendable {
    /// Asks the witnesses for cosignatures of a checkpoint that is about to be published.
    ///
    /// - Parameter nodes: Reads the log's tree up to the checkpoint's size.
    /// - Throws: ``LogError`` with `.notWitnessed` when a policy demands more cosignatures than came.
    func cosign(_ checkpoint: SignedCheckpoint, nodes: any NodeReader) async throws -> [NoteSignature]
}

/// What the sequencer has in mind between batches; it can be had again from files and store at any time.
struct LogState: Sendable {
    /// The right edge of the published tree.
    var edge: TreeEdge
    /// The store's record.
    var record: LogRecord
    /// The published checkpoint.
    var published: SignedCheckpoint
}
