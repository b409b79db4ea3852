// What the transparency log has: the port to the log, which is on the same floor.

public import PKIX

/// An entry of the log, proven to be in it.
public struct ProvenEntry: Hashable, Sendable {
    /// Where it is.
    public let index: Int
    /// Its octets.
    public let content: [UInt8]
    /// Its leaf hash.
    public let leafHash: [UInt8]
    /// The size of the tree that it was proven to be in.
    public let treeSize: Int
    /// The root of that tree.
    public let rootHash: [UInt8]

    /// Creates the value.
    public init(index: Int, content: [UInt8], leafHash: [UInt8], treeSize: Int, rootHash: [UInt8]) {
        self.index = index
        self.content = content
        self.leafHash = leafHash
        self.treeSize = treeSize
        self.rootHash = rootHash
    }
}

/// Why the log says nothing.
public struct LogFailure: Error, Hashable, Sendable {
    /// What that means.
    public enum Kind: Hashable, Sendable {
        /// The log cannot be asked now.
        case unavailable
        /// Log and records contradict each other, or a proof does not hold: somebody has changed something.
        case contradiction
    }

    /// What it means.
    public let kind: Kind
    /// What happened, in words; safe to show.
    public let reason: String

    /// Creates a failure.
    public init(_ kind: Kind, _ reason: String) {
        self.kind = kind
        self.reason = reason
    }
}

/// Finds entries of the log and proves them; any number of tasks may ask at once.
///
/// Every entry that it gives was proven there and then: its leaf hash made from its octets and compared with what our records
/// have of it, the path from it led to the root, and the checkpoint with that root verified under one of the log's published
/// keys. What is not integrated yet is not found.
public protocol LogInclusionChecking: Sendable {
    /// The log's name: the first line of its checkpoints.
    var origin: String { get }

    /// What the log has of a certificate, the newest first, at most ``Budget/logEntries``.
    ///
    /// - Throws: ``LogFailure``.
    func entries(ofCertificate serialNumber: SerialNumber) async throws(LogFailure) -> [ProvenEntry]

    /// The last event of an agent; nil when there is none.
    ///
    /// - Throws: ``LogFailure``.
    func lastEntry(ofAgent id: String) async throws(LogFailure) -> ProvenEntry?
}
