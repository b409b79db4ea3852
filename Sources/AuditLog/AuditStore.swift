// Where the log is kept.

/// A durable, append-only log of entries that form one chain.
///
/// Durability: `append` returns when every entry is on stable storage. Atomicity: the events of one call become
/// consecutive entries, all or none; after an error none is there, unless the error is the connection's and the outcome
/// unknown. Concurrency: any number of tasks may call any method at once; the store orders writers, and a reader sees a
/// prefix of the log, never a gap. The store also appends inside the transactions of other changes (issuance, revocation,
/// tokens), on the same chain. Nothing is ever changed or removed.
public protocol AuditStore: Sendable {
    /// Appends the events, in order.
    func append(_ events: [AuditEvent]) async throws

    /// Entries with a sequence above the given one (0 for the start), ascending, at most `limit`.
    func entries(after sequence: Int64, limit: Int) async throws -> [AuditEntry]

    /// The last entry's sequence and hash; nil in an empty log.
    func head() async throws -> AuditHead?
}

extension AuditStore {
    /// Checks the log from a trusted head, or its start, to the end that it has when the call is made.
    ///
    /// Throws `AuditError` at the first broken link, and what the store throws. Entries appended meanwhile may be
    /// included. Memory is bounded by ``Budget/verificationBatch``.
    public func verify(after head: AuditHead? = nil) async throws -> AuditVerifier {
        var verifier = AuditVerifier(after: head)
        guard let end = try await self.head() else {
            if let head { try AuditVerifier().finish(expecting: head) }
            return verifier
        }
        while verifier.lastSequence < end.sequence {
            let entries = try await self.entries(after: verifier.lastSequence, limit: Budget.verificationBatch)
            for entry in entries { try verifier.check(entry) }
            if entries.isEmpty { break }
        }
        // Entries that were appended meanwhile lead beyond `end`; they can only do so through it.
        if verifier.count == 0 || verifier.lastSequence <= end.sequence { try verifier.finish(expecting: end) }
        return verifier
    }
}
