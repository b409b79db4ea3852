// What happened to an agent, as subscribers and the transparency log learn it. An event is committed with the change that
// it tells of, or not at all (outbox).

public import FoundationEssentials

/// The kind of an event (ANS-4).
public enum RegistrationEventType: String, Hashable, Sendable, CaseIterable {
    // Stored: a change here needs a migration.
    /// It became active.
    case registered = "AGENT_REGISTERED"
    /// It was revoked after it had been active.
    case revoked = "AGENT_REVOKED"
    /// It got another certificate.
    case renewed = "AGENT_RENEWED"
    /// Another version is to be preferred.
    case deprecated = "AGENT_DEPRECATED"

    /// The state of the agent after it.
    public var status: AgentStatus {
        switch self {
        case .registered, .renewed: .active
        case .revoked: .revoked
        case .deprecated: .deprecated
        }
    }
}

/// An event that is to be recorded with a change.
public struct RegistrationEvent: Hashable, Sendable {
    /// What happened.
    public let type: RegistrationEventType
    /// When.
    public let at: Date

    /// Creates an event.
    public init(_ type: RegistrationEventType, at instant: Date) {
        self.type = type
        self.at = instant
    }
}

/// An event as it was recorded.
public struct RecordedEvent: Hashable, Sendable {
    /// Its place; rises, without a promise of no gaps.
    public let sequence: Int64
    /// What happened.
    public let type: RegistrationEventType
    /// When.
    public let at: Date
    /// Whose agent it is.
    public let owner: String
    /// The registration as it was then.
    public let registration: Registration

    /// Creates the value.
    public init(
        sequence: Int64,
        type: RegistrationEventType,
        at instant: Date,
        owner: String,
        registration: Registration
    ) {
        self.sequence = sequence
        self.type = type
        self.at = instant
        self.owner = owner
        self.registration = registration
    }
}
