// A checkpoint with its signatures: what is published.

/// A checkpoint and the note that it stands in.
public struct SignedCheckpoint: Hashable, Sendable {
    /// What the note says.
    public let checkpoint: Checkpoint
    /// The note.
    public let note: SignedNote

    /// Reads a note that is a checkpoint; its signatures are not looked at.
    ///
    /// - Throws: ``LogError`` with `.malformedNote`.
    public init(_ bytes: [UInt8]) throws(LogError) {
        try self.init(SignedNote(bytes))
    }

    /// Reads a note that is a checkpoint; its signatures are not looked at.
    ///
    /// - Throws: ``LogError`` with `.malformedNote`.
    public init(_ note: SignedNote) throws(LogError) {
        self.note = note
        self.checkpoint = try Checkpoint(text: note.text)
    }

    /// The whole note.
    public var bytes: [UInt8] { self.note.bytes }

    /// How many entries the log has.
    public var size: Int { self.checkpoint.size }

    /// The root of the tree.
    public var root: LogHash { self.checkpoint.root }

    /// This checkpoint with more signatures.
    public func adding(_ signatures: [NoteSignature]) -> SignedCheckpoint {
        SignedCheckpoint(self.checkpoint, self.note.adding(signatures))
    }

    private init(_ checkpoint: Checkpoint, _ note: SignedNote) {
        self.checkpoint = checkpoint
        self.note = note
    }

    /// Signs a checkpoint with every signer.
    ///
    /// - Throws: ``LogError`` with `.signingFailed`, or what a signer throws.
    public static func sign(
        _ checkpoint: Checkpoint,
        with signers: [any CheckpointSigner],
        time: Int
    ) async throws -> SignedCheckpoint {
        let text = checkpoint.text
        var signatures: [NoteSignature] = []
        for signer in signers { signatures.append(try await signer.signature(over: text, time: time)) }
        return SignedCheckpoint(checkpoint, try SignedNote(text: text, signatures: signatures))
    }
}

/// A log as those who rely on it know it: its origin and its keys.
public struct LogIdentity: Hashable, Sendable {
    /// The first line of its checkpoints.
    public let origin: String
    /// Its keys, the retired ones also: old checkpoints stay verifiable.
    public let keys: [VerifierKey]

    /// Creates an identity.
    public init(origin: String, keys: [VerifierKey]) {
        self.origin = origin
        self.keys = keys
    }

    /// `/root-keys`: one verifier key a line.
    public var rootKeys: String { self.keys.map { "\($0)\n" }.joined() }

    /// Reads a checkpoint and believes it if one of the log's keys signed it.
    ///
    /// - Throws: ``LogError`` with `.malformedNote` or `.untrustedNote`, the latter also for another origin.
    public func checkpoint(_ bytes: [UInt8]) throws(LogError) -> SignedCheckpoint {
        let signed = try SignedCheckpoint(bytes)
        try self.check(signed)
        return signed
    }

    /// Checks that a checkpoint is this log's.
    ///
    /// - Throws: ``LogError`` with `.untrustedNote`.
    public func check(_ signed: SignedCheckpoint) throws(LogError) {
        guard signed.checkpoint.origin.utf8.elementsEqual(self.origin.utf8) else {
            throw LogError(
                .untrustedNote,
                "the checkpoint is of '\(signed.checkpoint.origin)', and '\(self.origin)' is expected"
            )
        }
        _ = try signed.note.signers(among: self.keys)
    }
}
