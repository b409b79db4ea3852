// What can come of asking for an agent.

extension RegistrationError.Code {
    /// The agent was revoked.
    public static let agentRevoked = Self("AGENT_REVOKED")
    /// The agent has expired.
    public static let agentExpired = Self("AGENT_EXPIRED")
    /// Too much is under way; later it may pass.
    public static let overloaded = Self("OVERLOADED")
    /// No catalogue entry can be made of the agent.
    public static let notCatalogEligible = Self("NOT_CATALOG_ELIGIBLE")
}
