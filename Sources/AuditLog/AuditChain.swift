// Hash chain, writing side. A value: whoever writes the log owns one and saves the entries in the order given out.

/// Gives events their place and hash.
///
/// Not a log by itself: an entry counts once a store holds it. When the transaction that should have written an entry
/// fails, go back to the copy of the chain from before.
public struct AuditChain: Sendable {
    /// What the first entry names as its predecessor's hash.
    public static let zeroHash = [UInt8](repeating: 0, count: 32)

    /// The last entry given out; nil in an empty log.
    public private(set) var head: AuditHead?
    private var buffer: [UInt8] = []

    /// Continues after the head, or begins a log.
    public init(head: AuditHead?) {
        self.head = head
    }

    /// The event as the next entry.
    public mutating func append(_ event: AuditEvent) -> AuditEntry {
        let sequence = (self.head?.sequence ?? 0) + 1
        let previousHash = self.head?.hash ?? Self.zeroHash
        let hash = AuditEncoding.hash(
            sequence: sequence,
            previousHash: previousHash,
            event: event,
            buffer: &self.buffer
        )
        self.head = AuditHead(sequence: sequence, hash: hash)
        return AuditEntry(sequence: sequence, event: event, previousHash: previousHash, hash: hash)
    }
}
