// One event on its way to one webhook.
//
// True of every value: a pending one has an instant at which it is due, a finished one an instant at which it ended; the
// payload never changes, so that a receiver knows what it has had.

public import FoundationEssentials

/// The id of a delivery: a UUID of version 7, as agents have them.
public typealias DeliveryID = AgentID

/// A delivery.
public struct WebhookDelivery: Hashable, Sendable {
    // Stored: a change here needs a migration. Instants are whole milliseconds.
    /// How far it is.
    public enum State: String, Hashable, Sendable, CaseIterable {
        /// It is to be attempted.
        case pending
        /// The receiver has taken it.
        case delivered
        /// The receiver has refused it for good.
        case failed
        /// It was attempted for as long as the schedule says, in vain.
        case abandoned
    }

    /// The id: the same for each attempt.
    public let id: DeliveryID
    /// The webhook.
    public let webhook: WebhookID
    /// The id of what it tells of, the same for every webhook; a webhook has one delivery of it.
    public let event: String
    /// What it tells of.
    public let type: WebhookEventType
    /// The body.
    public let payload: [UInt8]
    /// When it was made.
    public let createdAt: Date
    /// How far it is.
    public var state: State
    /// When it is to be attempted next.
    public var dueAt: Date?
    /// How often it was attempted, since its owner last asked for it.
    public var attempts: Int
    /// When the first of these attempts began.
    public var firstAttemptAt: Date?
    /// When it ended.
    public var finishedAt: Date?
    /// The last attempts, the oldest first.
    public var log: [DeliveryAttempt]

    /// Creates or restores a delivery; a new one is due at once.
    public init(
        id: DeliveryID,
        webhook: WebhookID,
        event: String,
        type: WebhookEventType,
        payload: [UInt8],
        createdAt: Date
    ) {
        self.id = id
        self.webhook = webhook
        self.event = event
        self.type = type
        self.payload = payload
        self.createdAt = createdAt
        self.state = .pending
        self.dueAt = createdAt
        self.attempts = 0
        self.log = []
    }
}

/// An attempt of a delivery, as its owner may see it.
public struct DeliveryAttempt: Hashable, Sendable {
    // Stored: a change here needs a migration.
    /// When it began.
    public let at: Date
    /// How long it took, in milliseconds.
    public let milliseconds: Int64
    /// The status code of the answer; nil when there was none.
    public let status: Int?
    /// What went wrong; nil when it was delivered.
    public let error: String?

    /// Creates the value.
    public init(at instant: Date, milliseconds: Int64, status: Int?, error: String?) {
        self.at = instant
        self.milliseconds = milliseconds
        self.status = status
        self.error = error
    }
}
