// Where registrations are kept, and how their work is shared out.

public import AuditLog
public import FoundationEssentials

/// A registration with what the store knows about its work.
public struct StoredRegistration: Hashable, Sendable {
    /// The registration.
    public var registration: Registration
    /// Rises with each change: a change names the revision that it was made from.
    public let revision: Int64
    /// Who works on it, and until when others keep off; nil when nobody does.
    public let lease: WorkLease?

    /// Creates the value.
    public init(registration: Registration, revision: Int64, lease: WorkLease? = nil) {
        self.registration = registration
        self.revision = revision
        self.lease = lease
    }
}

/// What came of adding a registration.
public enum RegistrationCreation: Hashable, Sendable {
    /// It is there.
    case created(StoredRegistration)
    /// The ANS name is held by a registration that is pending or was once active.
    case nameTaken
    /// The host is held by another owner, or by another key of a zone of ours.
    case hostTaken
    /// The owner has as many agents as its rule admits.
    case tooMany
    /// The host has as many versions as are admitted.
    case hostFull
}

/// Which registrations are listed.
public struct RegistrationQuery: Hashable, Sendable {
    /// Of this owner alone.
    public var owner: String?
    /// Of everyone but this owner.
    public var otherOwner: String?
    /// Of this host alone.
    public var host: String?
    /// Of hosts with one label before this name alone: those that a wildcard over it stands for.
    public var parent: String?
    /// Those alone that hold their host: live ones, and pending ones whose control of it is proven.
    public var holdsHost: Bool
    /// In one of these states; in any when empty.
    public var statuses: Set<AgentStatus>
    /// With this to be done next; nil for any.
    public var step: RegistrationStep?
    /// With an id below this one: newest first.
    public var before: AgentID?
    /// How many at most.
    public var limit: Int

    /// Creates a query.
    public init(
        owner: String? = nil,
        otherOwner: String? = nil,
        host: String? = nil,
        parent: String? = nil,
        holdsHost: Bool = false,
        statuses: Set<AgentStatus> = [],
        step: RegistrationStep? = nil,
        before: AgentID? = nil,
        limit: Int
    ) {
        self.owner = owner
        self.otherOwner = otherOwner
        self.host = host
        self.parent = parent
        self.holdsHost = holdsHost
        self.statuses = statuses
        self.step = step
        self.before = before
        self.limit = limit
    }
}

/// A change of a registration, with everything that must be true together.
public struct RegistrationChange: Sendable {
    /// The registration as it shall be.
    public let registration: Registration
    /// The revision that it was made from.
    public let revision: Int64
    /// When the next step is due; nil for never.
    public let dueAt: Date?
    /// Who has the lease on it from now on, and until when; nil to give it back.
    public let lease: WorkLease?
    /// Unless it is nil: who has a lease at this instant keeps it, whatever ``lease`` says.
    public let yieldsAt: Date?
    /// What goes to the audit log.
    public let audit: [AuditEvent]
    /// What goes to the outbox.
    public let events: [RegistrationEvent]
    /// What the agent's owner is told besides; of one that was told of before, nothing.
    public let notices: [AgentNotice]

    /// Creates a change.
    public init(
        _ registration: Registration,
        from revision: Int64,
        dueAt: Date?,
        lease: WorkLease? = nil,
        yieldsAt instant: Date? = nil,
        audit: [AuditEvent],
        events: [RegistrationEvent] = [],
        notices: [AgentNotice] = []
    ) {
        self.registration = registration
        self.revision = revision
        self.dueAt = dueAt
        self.lease = lease
        self.yieldsAt = instant
        self.audit = audit
        self.events = events
        self.notices = notices
    }
}

/// The right to work on a registration, for a time.
public struct WorkLease: Hashable, Sendable {
    /// A name for one piece of work, new each time.
    public let holder: String
    /// Until when others keep off.
    public let until: Date

    /// Creates a lease.
    public init(holder: String, until: Date) {
        self.holder = holder
        self.until = until
    }
}

/// A durable collection of registrations.
///
/// Durability: every change is on stable storage when the call returns. Atomicity: a change, its audit entries and its
/// events are there together or not at all. Concurrency: any number of tasks and nodes may call; a change made from an
/// older revision is refused, and of several claimants one gets a registration. Registrations are never removed.
public protocol RegistrationStore: Sendable {
    /// Adds a registration unless its name or host is held.
    ///
    /// A host is held by the owner of any registration of it that is pending or live, and, in a zone of ours, by the keys
    /// to which these are bound: first come, first served. There it stays with its owner, once it was active, until the last
    /// certificate and every record in a cache has expired. A name of others is held once control of it is proven.
    func create(
        _ registration: Registration,
        dueAt: Date?,
        lease: WorkLease?,
        atMost agents: Int?,
        audit: AuditEvent
    ) async throws -> RegistrationCreation

    /// The registration with the id, or nil.
    func registration(_ id: AgentID) async throws -> StoredRegistration?

    /// The registrations that a query names, newest first.
    func registrations(_ query: RegistrationQuery) async throws -> [Registration]

    /// Whether any registration holds the host.
    func isHeld(host: String) async throws -> Bool

    /// Whether a host of a zone of ours, which nobody holds by now, is kept for the owner that had it last.
    func isResting(host: String, at instant: Date) async throws -> Bool

    /// A registration that is pending or live and bound to a key, by its thumbprint; the newest.
    func registration(boundTo thumbprint: String) async throws -> Registration?

    /// Makes a change; nil when the registration has another revision by now.
    ///
    /// Throws ``RegistrationError`` with `.ansNameTaken` or `.hostTaken` when it would hold what others hold by now, with
    /// `.tooManyAgents` when its host has as many versions as are admitted.
    ///
    /// A change that binds the registration to another key retires the old one in the same breath; where the old one acted for
    /// the owner's account, the new one does from then on (``AccountStore``).
    func update(_ change: RegistrationChange) async throws -> StoredRegistration?

    /// Takes leases on registrations whose step is due and which nobody has a lease on, oldest due first.
    ///
    /// One that this version cannot read is put off and left out: it holds up no other.
    func claim(dueAt instant: Date, lease: WorkLease, limit: Int) async throws -> [StoredRegistration]

    /// Events above a sequence (0 for the start), ascending, at most `limit`; of one owner's agents, or of all.
    func events(after sequence: Int64, owner: String?, limit: Int) async throws -> [RecordedEvent]

    /// Notes that a key has used a nonce; false when it had before. Kept at least until the instant.
    func useNonce(_ nonce: String, of key: String, until instant: Date) async throws -> Bool
}
