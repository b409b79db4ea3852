// What owners can be told of. The first four are the events of the outbox, which the transparency log has too; the next
// five are notices, which are between us and an agent's owner alone.

/// The kind of what a webhook is told.
public enum WebhookEventType: String, Hashable, Sendable, CaseIterable {
    // Stored: a change here needs a migration.
    /// An agent became active.
    case registered = "AGENT_REGISTERED"
    /// An agent was revoked after it had been active.
    case revoked = "AGENT_REVOKED"
    /// An agent got another certificate.
    case renewed = "AGENT_RENEWED"
    /// Another version of an agent is to be preferred.
    case deprecated = "AGENT_DEPRECATED"
    /// An agent's certificate nears its end.
    case expiring = "AGENT_EXPIRING"
    /// An agent's certificate has ended without a successor.
    case expired = "AGENT_EXPIRED"
    /// A registration will not become active.
    case failed = "AGENT_FAILED"
    /// A server certificate that an agent has brought nears its end.
    case serverExpiring = "AGENT_SERVER_CERTIFICATE_EXPIRING"
    /// An agent's server certificate nears its end, and its renewal fails.
    case serverFailing = "AGENT_SERVER_CERTIFICATE_FAILING"
    /// A test, asked for by the owner; goes to every webhook that is asked to be tried.
    case ping = "WEBHOOK_PING"

    /// The types that a subscription can name.
    public static let subscribable = Self.allCases.filter { $0 != .ping }

    /// The type of an event of the outbox.
    init(_ type: RegistrationEventType) {
        switch type {
        case .registered: self = .registered
        case .revoked: self = .revoked
        case .renewed: self = .renewed
        case .deprecated: self = .deprecated
        }
    }
}
