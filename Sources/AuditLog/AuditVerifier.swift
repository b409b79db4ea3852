// Hash chain, checking side: finds the first entry that cannot be relied on.
//
// What a chain can show: an entry that was changed, removed, inserted or moved without rewriting every later one. What it
// cannot: a log cut at the end or rewritten to the end by someone who may write the store. For that, compare with a head
// kept elsewhere (`finish(expecting:)`).

/// Checks entries one by one, in the order of the log, in constant memory.
public struct AuditVerifier: Sendable {
    /// The last entry that was found good; at first, where the check began.
    public private(set) var head: AuditHead?
    /// Entries found good.
    public private(set) var count: Int64 = 0
    private var buffer: [UInt8] = []

    /// The sequence of the last good entry; 0 before the first.
    public var lastSequence: Int64 { self.head?.sequence ?? 0 }

    /// Begins after a head that is trusted, or at the start of the log.
    public init(after head: AuditHead? = nil) {
        self.head = head
    }

    /// Checks the next entry; after an error the verifier still stands at the last good one.
    public mutating func check(_ entry: AuditEntry) throws(AuditError) {
        try self.checkSequence(of: entry)
        guard entry.previousHash == self.head?.hash ?? AuditChain.zeroHash else {
            throw AuditError(
                .previousHashDiffers,
                at: entry.sequence,
                "entry \(entry.sequence) does not carry the hash of the entry before it"
            )
        }
        let hash = AuditEncoding.hash(
            sequence: entry.sequence,
            previousHash: entry.previousHash,
            event: entry.event,
            buffer: &self.buffer
        )
        guard entry.hash == hash else {
            throw AuditError(.hashDiffers, at: entry.sequence, "the content of entry \(entry.sequence) was changed")
        }
        self.head = entry.head
        self.count += 1
    }

    /// Compares the end with a head known from elsewhere.
    ///
    /// Throws `headDiffers` when the log was cut before it, or was rewritten so that it ends otherwise.
    public func finish(expecting known: AuditHead) throws(AuditError) {
        guard self.head == known else {
            throw AuditError(
                .headDiffers,
                at: self.lastSequence,
                "the log ends with entry \(self.lastSequence), not with the known entry \(known.sequence) and its hash"
            )
        }
    }

    private func checkSequence(of entry: AuditEntry) throws(AuditError) {
        let expected = self.lastSequence + 1
        if entry.sequence > expected {
            throw AuditError(.gap, at: expected, "entry \(expected) is missing; the next is \(entry.sequence)")
        }
        if entry.sequence < expected {
            throw AuditError(.order, at: expected, "entry \(entry.sequence) stands where \(expected) is due")
        }
    }
}
