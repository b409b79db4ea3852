// The port to who knows where something stands in the log.

public import FoundationEssentials
import JSON
public import PKIX

/// What entries are looked up by.
public enum LogSubject: Hashable, Sendable {
    /// An agent, by its id: what happened to it.
    case agent(String)
    /// An identity, by its id: what was proven, and which agents were linked.
    case identity(String)
    /// A certificate, by its serial number.
    case serialNumber(SerialNumber)
    /// A certificate, by the SHA-256 of its DER.
    case fingerprint([UInt8])
    /// A host: certificates for it, and what happened to its agents.
    case host(String)
}

/// Which checkpoints of the history are wanted.
public struct CheckpointSelection: Hashable, Sendable {
    /// The sizes.
    public var sizes: ClosedRange<Int>
    /// Not those that were published before; nil for all.
    public var since: Date?
    /// Whether the smallest come first.
    public var isAscending: Bool
    /// How many at the most.
    public var limit: Int
    /// How many are passed over.
    public var offset: Int

    /// Creates a selection.
    public init(
        sizes: ClosedRange<Int> = 0...Int.max,
        since: Date? = nil,
        isAscending: Bool = false,
        limit: Int,
        offset: Int = 0
    ) {
        self.sizes = sizes
        self.since = since
        self.isAscending = isAscending
        self.limit = limit
        self.offset = offset
    }
}

/// A checkpoint of the history.
public struct StoredCheckpoint: Hashable, Sendable {
    /// Its signed text.
    public let bytes: [UInt8]
    /// When it was recorded.
    public let at: Date

    /// Creates the value.
    public init(bytes: [UInt8], at instant: Date) {
        self.bytes = bytes
        self.at = instant
    }
}

/// An identity that an agent is linked to, with control of its identifier proven.
public struct LinkedIdentity: Hashable, Sendable {
    /// Its id, by which the log has its events.
    public let id: String
    /// The kind of its identifier: `did:web`, `did:key`.
    public let kind: String
    /// Its identifier.
    public let value: String
    /// When control was proven.
    public let verifiedAt: Date
    /// When the agent was linked to it.
    public let linkedAt: Date

    /// Creates the value.
    public init(id: String, kind: String, value: String, verifiedAt: Date, linkedAt: Date) {
        self.id = id
        self.kind = kind
        self.value = value
        self.verifiedAt = verifiedAt
        self.linkedAt = linkedAt
    }

    var json: JSONValue {
        [
            "identityId": .string(self.id), "kind": .string(self.kind),
            "linkedAt": .string(self.linkedAt.formatted(.iso8601)), "value": .string(self.value),
            "verifiedAt": .string(self.verifiedAt.formatted(.iso8601)),
        ]
    }
}

/// Finds entries, and checkpoints of before.
///
/// Any number of tasks may ask; only what is integrated is found.
public protocol LogLookup: Sendable {
    /// The places of the entries about a subject, the newest first, after so many.
    func entries(about subject: LogSubject, limit: Int, offset: Int) async throws -> [IntegratedEntry]

    /// The identities that a live agent is linked to at present, those that it was linked to first before others.
    func identities(of agent: String, limit: Int) async throws -> [LinkedIdentity]

    /// Checkpoints that were published.
    func checkpoints(_ selection: CheckpointSelection) async throws -> [StoredCheckpoint]

    /// The size of a checkpoint that was published with this root; nil for none.
    func size(ofRoot root: LogHash) async throws -> Int?
}

extension LogLookup {
    /// The places of the newest entries about a subject, the newest first.
    public func entries(about subject: LogSubject, limit: Int) async throws -> [IntegratedEntry] {
        try await self.entries(about: subject, limit: limit, offset: 0)
    }
}
