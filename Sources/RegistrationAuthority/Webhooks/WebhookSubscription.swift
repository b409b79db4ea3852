// A webhook: where an owner wants to be told, and of what.

public import FoundationEssentials

/// The id of a webhook: a UUID of version 7, as agents have them.
public typealias WebhookID = AgentID

/// An owner's wish to be told of its agents.
public struct WebhookSubscription: Hashable, Sendable {
    // Stored: a change here needs a migration. Instants are whole milliseconds.
    /// The id.
    public let id: WebhookID
    /// Whose it is: the account of the caller that created it.
    public let owner: String
    /// Where deliveries go.
    public var url: String
    /// Of what its owner is told; of everything when empty.
    public var events: Set<WebhookEventType>
    /// Whether deliveries are made.
    public var isActive: Bool
    /// Why it was switched off, unless its owner did that.
    public var inactiveReason: String?
    /// When it was created.
    public let createdAt: Date
    /// When it was last changed.
    public var updatedAt: Date
    /// The secret that signs deliveries, sealed.
    public var secret: [UInt8]
    /// The secret before it, sealed, while both sign.
    public var formerSecret: FormerSecret?
    /// The last events and notices before it was created: it is told of later ones.
    public let begins: OutboxPosition
    /// Rises with each change by its owner: a change names the revision that it was made from.
    public let revision: Int64
    /// How many attempts have failed since one succeeded.
    public let failures: Int

    /// A secret that was replaced.
    public struct FormerSecret: Hashable, Sendable {
        /// The secret, sealed.
        public let secret: [UInt8]
        /// Until when it signs besides the new one.
        public let until: Date

        /// Creates the value.
        public init(secret: [UInt8], until: Date) {
            self.secret = secret
            self.until = until
        }
    }

    /// Creates or restores a webhook.
    public init(
        id: WebhookID,
        owner: String,
        url: String,
        events: Set<WebhookEventType>,
        isActive: Bool = true,
        inactiveReason: String? = nil,
        createdAt: Date,
        updatedAt: Date,
        secret: [UInt8],
        formerSecret: FormerSecret? = nil,
        begins: OutboxPosition = OutboxPosition(event: 0, notice: 0),
        revision: Int64 = 1,
        failures: Int = 0
    ) {
        self.id = id
        self.owner = owner
        self.url = url
        self.events = events
        self.isActive = isActive
        self.inactiveReason = inactiveReason
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.secret = secret
        self.formerSecret = formerSecret
        self.begins = begins
        self.revision = revision
        self.failures = failures
    }

    /// Whether its owner wants to be told of a type.
    public func wants(_ type: WebhookEventType) -> Bool {
        self.events.isEmpty || self.events.contains(type)
    }
}

/// A place in both outboxes: everything up to it is done.
public struct OutboxPosition: Hashable, Sendable {
    /// The sequence of the last event.
    public let event: Int64
    /// The sequence of the last notice.
    public let notice: Int64

    /// Creates a position.
    public init(event: Int64, notice: Int64) {
        self.event = event
        self.notice = notice
    }
}
