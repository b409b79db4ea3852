// Where webhooks and their deliveries are kept, and how the work on them is shared out.

public import AuditLog
public import FoundationEssentials

/// What is made of a stretch of both outboxes, with everything that must be true together.
public struct FanOut: Hashable, Sendable {
    /// Where the stretch begins.
    public let from: OutboxPosition
    /// Where it ends.
    public let to: OutboxPosition
    /// What is delivered; nothing to webhooks that have as much pending as they may.
    public let deliveries: [WebhookDelivery]
    /// Certificates whose end is to be watched: of an agent, the last.
    public let watches: [CertificateWatch]
    /// Agents that are not to be watched any longer.
    public let unwatched: Set<AgentID>

    /// Creates the value.
    public init(
        from: OutboxPosition,
        to: OutboxPosition,
        deliveries: [WebhookDelivery] = [],
        watches: [CertificateWatch] = [],
        unwatched: Set<AgentID> = []
    ) {
        self.from = from
        self.to = to
        self.deliveries = deliveries
        self.watches = watches
        self.unwatched = unwatched
    }
}

/// A delivery that is to be attempted now, by whoever has the lease.
public struct ClaimedDelivery: Hashable, Sendable {
    /// The delivery.
    public let delivery: WebhookDelivery
    /// Its webhook.
    public let webhook: WebhookSubscription
    /// The right to attempt it.
    public let lease: WorkLease

    /// Creates the value.
    public init(delivery: WebhookDelivery, webhook: WebhookSubscription, lease: WorkLease) {
        self.delivery = delivery
        self.webhook = webhook
        self.lease = lease
    }
}

/// What came of an attempt.
public struct DeliverySettlement: Hashable, Sendable {
    /// The delivery as it shall be.
    public let delivery: WebhookDelivery
    /// Under which lease it was attempted.
    public let lease: WorkLease
    /// How many attempts at the webhook have failed since one succeeded.
    public let failures: Int
    /// Until when nothing is attempted at the webhook.
    public let restsUntil: Date?
    /// Why the webhook is switched off; nil when it is not.
    public let deactivation: String?
    /// What goes to the audit log.
    public let audit: [AuditEvent]

    /// Creates the value.
    public init(
        delivery: WebhookDelivery,
        lease: WorkLease,
        failures: Int,
        restsUntil: Date?,
        deactivation: String? = nil,
        audit: [AuditEvent] = []
    ) {
        self.delivery = delivery
        self.lease = lease
        self.failures = failures
        self.restsUntil = restsUntil
        self.deactivation = deactivation
        self.audit = audit
    }
}

/// Which deliveries are listed.
public struct DeliveryQuery: Hashable, Sendable {
    /// Of this webhook.
    public var webhook: WebhookID
    /// In this state; in any when nil.
    public var state: WebhookDelivery.State?
    /// With an id below this one: newest first.
    public var before: DeliveryID?
    /// How many at most.
    public var limit: Int

    /// Creates a query.
    public init(
        webhook: WebhookID,
        state: WebhookDelivery.State? = nil,
        before: DeliveryID? = nil,
        limit: Int
    ) {
        self.webhook = webhook
        self.state = state
        self.before = before
        self.limit = limit
    }
}

/// A durable collection of webhooks and deliveries.
///
/// Durability: every change is on stable storage when the call returns. Atomicity: a change and its audit entries are there
/// together or not at all; so are all parts of a fan-out. Concurrency: any number of tasks and nodes may call. Of fan-outs
/// that begin at one position, one is made; so a webhook gets a delivery of an event once, whoever dies when. Of several
/// claimants one gets a delivery, and of one webhook one delivery is claimed at a time.
public protocol WebhookStore: Sendable {
    /// Adds a webhook, which begins behind everything that has happened; nil when its owner has as many as it may.
    func addWebhook(
        _ webhook: WebhookSubscription,
        atMost webhooks: Int,
        audit: AuditEvent
    ) async throws -> WebhookSubscription?

    /// The webhook with the id, or nil.
    func webhook(_ id: WebhookID) async throws -> WebhookSubscription?

    /// An owner's webhooks, the oldest first.
    func webhooks(of owner: String) async throws -> [WebhookSubscription]

    /// Makes a change by its owner, and ends a rest after failures; nil when it has another revision by now, or is gone.
    func updateWebhook(_ webhook: WebhookSubscription, audit: AuditEvent) async throws -> WebhookSubscription?

    /// Removes a webhook with its deliveries; false when there is none.
    func removeWebhook(_ id: WebhookID, audit: AuditEvent) async throws -> Bool

    /// Up to where events and notices have been given to webhooks.
    func outboxPosition() async throws -> OutboxPosition

    /// Notices above a sequence (0 for the start), ascending, at most `limit`.
    func notices(after sequence: Int64, limit: Int) async throws -> [RecordedNotice]

    /// The active webhooks of owners.
    func subscribers(among owners: Set<String>) async throws -> [WebhookSubscription]

    /// Makes the deliveries of a stretch of the outboxes; false when it does not begin where the last one ended.
    ///
    /// A delivery of what a webhook has already, or to one that is gone or off, or has so many pending, is left out.
    func fanOut(_ fanOut: FanOut, atMost pending: Int) async throws -> Bool

    /// Adds a delivery; of what its webhook has already, gives that one; nil when the webhook is gone.
    func addDelivery(_ delivery: WebhookDelivery) async throws -> WebhookDelivery?

    /// A delivery of a webhook, or nil.
    func delivery(_ id: DeliveryID, of webhook: WebhookID) async throws -> WebhookDelivery?

    /// The deliveries that a query names, newest first.
    func deliveries(_ query: DeliveryQuery) async throws -> [WebhookDelivery]

    /// Makes a finished delivery due again, as if it were new, and ends its webhook's rest; one that is pending becomes due.
    func retryDelivery(_ id: DeliveryID, of webhook: WebhookID, at instant: Date) async throws -> WebhookDelivery?

    /// Takes leases on webhooks that have a delivery due, and gives the first of each; of one owner at most so many at a
    /// time, those that others have included.
    func claimDeliveries(
        dueAt instant: Date,
        lease: WorkLease,
        limit: Int,
        perOwner: Int
    ) async throws -> [ClaimedDelivery]

    /// Records what came of an attempt, and gives the lease back; false when another has it by now, or the webhook is gone.
    ///
    /// Of the finished deliveries of the webhook the newest stay, so many.
    func settle(_ settlement: DeliverySettlement, keeping finished: Int) async throws -> Bool

    /// Forgets deliveries that were made before an instant, and notices of before it that have been given to webhooks, at
    /// most `limit` of each; says how many.
    func forgetDeliveries(before instant: Date, limit: Int) async throws -> Int
}
