// What the log tells of.

/// The type of an event: those of the Agent Name Service, and ours for certificates of every profile.
public enum LogEventType: String, Hashable, Sendable, CaseIterable {
    /// An agent became active.
    case agentRegistered = "AGENT_REGISTERED"
    /// An agent's certificates were renewed.
    case agentRenewed = "AGENT_RENEWED"
    /// An agent was revoked.
    case agentRevoked = "AGENT_REVOKED"
    /// An agent's version was superseded.
    case agentDeprecated = "AGENT_DEPRECATED"
    /// Control of an identity was proven.
    case identityVerified = "IDENTITY_VERIFIED"
    /// An identity's keys changed.
    case identityUpdated = "IDENTITY_UPDATED"
    /// An identity was revoked.
    case identityRevoked = "IDENTITY_REVOKED"
    /// An agent was linked to an identity.
    case identityLinked = "IDENTITY_LINKED"
    /// A link between an agent and an identity ended.
    case identityUnlinked = "IDENTITY_UNLINKED"
    /// A certificate was issued.
    case certificateIssued = "CERTIFICATE_ISSUED"
    /// A certificate was revoked.
    case certificateRevoked = "CERTIFICATE_REVOKED"
}
