// What can be wrong with a request about a registration.

extension RegistrationError.Code {
    /// There is no agent with this id.
    public static let agentNotFound = Self("AGENT_NOT_FOUND")
    /// The ANS name is held by another registration, or was once active.
    public static let ansNameTaken = Self("ANS_NAME_TAKEN")
    /// The host is held by another owner or key.
    public static let hostTaken = Self("HOST_TAKEN")
    /// The owner has as many agents as the policy admits.
    public static let tooManyAgents = Self("TOO_MANY_AGENTS")
    /// Control of the name is not proven.
    public static let controlNotProven = Self("CONTROL_NOT_PROVEN")
    /// The challenge has expired.
    public static let challengeExpired = Self("CHALLENGE_EXPIRED")
    /// The zone's CAA records admit other CAs only (RFC 8659).
    public static let caaForbids = Self("CAA_FORBIDS")
    /// Name servers could not be asked; later it may pass.
    public static let dnsUnavailable = Self("DNS_UNAVAILABLE")
    /// Records are missing or say something else.
    public static let recordsNotVerified = Self("DNS_RECORDS_NOT_VERIFIED")
    /// The agent was registered without an identity certificate, and none can be added.
    public static let identityRequestNotPermitted = Self("IDENTITY_CSR_NOT_PERMITTED")
    /// The agent has ended.
    public static let agentEnded = Self("AGENT_ENDED")
    /// A person has to approve the registration first.
    public static let approvalPending = Self("APPROVAL_PENDING")
    /// Nothing is left to be cancelled or revoked.
    public static let cannotCancel = Self("CANNOT_CANCEL")
    /// Work on the agent is under way; later it may pass.
    public static let agentBusy = Self("AGENT_BUSY")
    /// The agent has had as many certificates as are admitted.
    public static let tooManyRequests = Self("TOO_MANY_CERTIFICATE_REQUESTS")
    /// The request's key is not the one that signs it, or not the one that holds the name.
    public static let keyMismatch = Self("KEY_MISMATCH")
    /// The key is blocked, as one that is known to be compromised.
    public static let keyBlocked = Self("KEY_BLOCKED")
}

extension RegistrationError {
    /// The ANS name of a registration is held by another.
    public static func nameTaken(_ registration: Registration) -> Self {
        Self(.ansNameTaken, "\(registration.ansName) is taken; register another version, or another host")
    }

    /// The host of a registration is held by others.
    public static func hostTaken(_ registration: Registration) -> Self {
        Self(
            .hostTaken,
            "\(registration.host) is, or was until lately, registered to another owner or key; see /v1/domains/check for "
                + "free names"
        )
    }

    /// The host of a registration has as many versions as are admitted.
    public static func hostFull(_ registration: Registration) -> Self {
        Self(
            .tooManyAgents,
            "\(registration.host) has \(Budget.registrationsOfHost) versions; revoke those that are no longer used"
        )
    }
}
