// An event in its place in the chain.

/// An event with its place in the chain, and the hash that binds it to everything before.
public struct AuditEntry: Sendable, Hashable {
    // Stored: a change here needs a migration.
    /// The place in the log: 1, 2, 3 … without gaps.
    public let sequence: Int64
    /// What happened.
    public let event: AuditEvent
    /// The hash of the entry before; 32 zero octets in the first.
    public let previousHash: [UInt8]
    /// SHA-256 of ``AuditEncoding``'s octets for the sequence, the previous hash and the event.
    public let hash: [UInt8]

    /// Restores an entry from a store, unchecked; ``AuditVerifier`` checks.
    public init(sequence: Int64, event: AuditEvent, previousHash: [UInt8], hash: [UInt8]) {
        self.sequence = sequence
        self.event = event
        self.previousHash = previousHash
        self.hash = hash
    }
}

/// The last entry of a log as far as the next one needs it: keep one elsewhere to notice a log that was cut or rewritten.
public struct AuditHead: Sendable, Hashable {
    /// The sequence of the last entry.
    public let sequence: Int64
    /// The hash of the last entry.
    public let hash: [UInt8]

    /// Creates a head.
    public init(sequence: Int64, hash: [UInt8]) {
        self.sequence = sequence
        self.hash = hash
    }
}

extension AuditEntry {
    /// This entry as the head of a log that ends with it.
    public var head: AuditHead { AuditHead(sequence: self.sequence, hash: self.hash) }
}
