// Codes of what can be wrong with an agent's registration (reference/ans.md, "Error codes"; the rest is ours).

extension RegistrationError.Code {
    /// A text is no agent host, no version or no ANS name.
    public static let invalidAgentName = Self("INVALID_AGENT_NAME")
    /// A text is no range of versions.
    public static let invalidVersionRange = Self("INVALID_VERSION_RANGE")
    /// The label policy refuses a name; the reason says by which rule.
    public static let nameNotAdmitted = Self("NAME_NOT_ADMITTED")
    /// Two endpoints speak one protocol.
    public static let duplicateProtocol = Self("DUPLICATE_PROTOCOL")
    /// An endpoint's `agentUrl` names another host than `agentHost`.
    public static let endpointHostMismatch = Self("ENDPOINT_HOST_MISMATCH")
    /// A member of an endpoint is missing or wrong.
    public static let invalidEndpoint = Self("INVALID_ENDPOINT")
    /// The identity CSR is none, or carries other names than the agent's ANS name alone.
    public static let invalidIdentityCSR = Self("INVALID_IDENTITY_CSR")
    /// A discovery profile is none of those known.
    public static let invalidDiscoveryProfile = Self("INVALID_DISCOVERY_PROFILE")
    /// The registration as a whole is wrong: not an object, or members that exclude one another.
    public static let invalidRegistration = Self("INVALID_REGISTRATION")
    /// A member that must be there is not.
    public static let missingMember = Self("MISSING_MEMBER")
    /// A member is of the wrong kind, too long, or has characters that it must not have.
    public static let invalidMember = Self("INVALID_MEMBER")
}
