// Where connected zones are kept, and which record values were written through the API.

public import AuditLog
public import DNS
public import FoundationEssentials

/// A zone that was connected while the daemon ran.
public struct StoredZone: Hashable, Sendable {
    // Stored: a change here needs a migration.
    /// The zone's apex.
    public let apex: DomainName
    /// What the configuration calls its host.
    public let provider: String
    /// Whether its names are given out to whoever comes first.
    public let isOurs: Bool
    /// Servers that are asked in the place of those that the zone's NS records name.
    public let servers: [ServerAddress]
    /// Who connected it, and when.
    public let connection: ZoneConnection

    /// Creates the value.
    public init(
        apex: DomainName,
        provider: String,
        isOurs: Bool,
        servers: [ServerAddress],
        connection: ZoneConnection
    ) {
        self.apex = apex
        self.provider = provider
        self.isOurs = isOurs
        self.servers = servers
        self.connection = connection
    }
}

/// What came of disconnecting a zone.
public enum ZoneDisconnection: Hashable, Sendable {
    /// It is gone.
    case done
    /// There is none.
    case unknown
    /// So many registrations are live in it, or still being worked on.
    case inUse(Int)
}

/// A record value that was written through the API, or is to be.
public struct OwnedRecord: Hashable, Sendable {
    // Stored: a change here needs a migration.
    /// How far it is.
    public enum State: String, Sendable, CaseIterable {
        /// To be there; it is not known whether it is.
        case planned
        /// The provider has it.
        case published
        /// To be removed; it is not known whether it is.
        case withdrawing
    }

    /// The record.
    public let record: ResourceRecord
    /// How far it is.
    public let state: State
    /// What went wrong with it last.
    public let failure: String?

    /// Creates the value.
    public init(record: ResourceRecord, state: State, failure: String? = nil) {
        self.record = record
        self.state = state
        self.failure = failure
    }
}

/// Changes of one call, as they are recorded before they are sent.
public struct RecordOperation: Sendable {
    /// Its id, drawn for it.
    public let id: String
    /// The zone.
    public let zone: DomainName
    /// The changes, of different values.
    public let changes: [RecordChange]
    /// When it began.
    public let at: Date
    /// Until when no other operation touches these values.
    public let leaseUntil: Date
    /// What goes to the audit log.
    public let audit: [AuditEvent]

    /// Creates the value.
    public init(
        id: String,
        zone: DomainName,
        changes: [RecordChange],
        at instant: Date,
        leaseUntil: Date,
        audit: [AuditEvent]
    ) {
        self.id = id
        self.zone = zone
        self.changes = changes
        self.at = instant
        self.leaseUntil = leaseUntil
        self.audit = audit
    }
}

/// Whether an operation may be sent.
public enum RecordAdmission: Hashable, Sendable {
    /// It is recorded; values to be added that were not recorded before are at these indices.
    case begun(new: Set<Int>)
    /// The value at this index is to be removed and was not written through the API.
    case notOurs(Int)
    /// The value at this index is being changed by another operation.
    case busy(Int)
}

/// What a change has come to.
public struct RecordSettlement: Hashable, Sendable {
    /// The record.
    public let record: ResourceRecord
    /// How far it is; nil when it is not ours any longer.
    public let state: OwnedRecord.State?
    /// What went wrong.
    public let failure: String?

    /// Creates the value.
    public init(record: ResourceRecord, state: OwnedRecord.State?, failure: String? = nil) {
        self.record = record
        self.state = state
        self.failure = failure
    }
}

/// A durable collection of connected zones and of the record values that are ours.
///
/// Durability: every change is on stable storage when the call returns. Atomicity: a change and its audit entries are there
/// together or not at all, and an operation is admitted whole or not. Concurrency: any number of tasks and nodes may call;
/// of operations on one value, one at a time is admitted until it is settled or its lease is over.
public protocol ZoneStore: AuditStore {
    /// All connected zones, by name.
    func zones() async throws -> [StoredZone]

    /// Adds a zone; false when one with its apex is there.
    func connect(_ zone: StoredZone, audit: AuditEvent) async throws -> Bool

    /// Removes a zone unless registrations in it, and not in one of the zones below, are live or being worked on.
    func disconnect(
        _ apex: DomainName,
        sparing inner: [DomainName],
        audit: AuditEvent
    ) async throws -> ZoneDisconnection

    /// Values of a zone that were written through the API, by name, type and value, at most `limit`.
    func ownedRecords(
        in zone: DomainName,
        at name: DomainName?,
        type: RecordType?,
        limit: Int
    ) async throws -> [OwnedRecord]

    /// Records an operation, to be sent afterwards.
    func begin(_ operation: RecordOperation) async throws -> RecordAdmission

    /// Records what became of an operation's changes; of values that another operation has by now, nothing.
    func settle(_ operation: RecordOperation, _ settlements: [RecordSettlement], audit: [AuditEvent]) async throws
}
