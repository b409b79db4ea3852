// One check of an agent: what was looked at, what came of it, and what it was seen from.

public import JSON

/// A check with its outcome.
public struct VerificationCheck: Hashable, Sendable {
    /// What is checked.
    public enum Name: String, Hashable, Sendable, CaseIterable {
        /// The agent is registered here and active.
        case registration
        /// The identity certificate's chain leads to our root.
        case identityChain = "identity_chain"
        /// The public certificate's chain leads to the trust store, for the host.
        case serverChain = "server_chain"
        /// The ANS name of the identity certificate and the host of the public one agree.
        case names
        /// The identity is linked to the public certificate's key.
        case link
        /// The identity certificate is not revoked in our records.
        case identityRevocation = "identity_revocation"
        /// The public certificate is not revoked by its CA.
        case serverRevocation = "server_revocation"
        /// The host presents the certificate that was checked.
        case handshake
        /// The `_agent` record has the identity's key.
        case dnsIdentity = "dns_identity"
        /// The `_ans-badge` record names this agent.
        case dnsBadge = "dns_badge"
        /// The `_ans` records name this version.
        case dnsVersion = "dns_version"
        /// TLSA records in a signed zone agree with the public certificate.
        case dane
        /// The transparency log has the identity certificate's issuance and not its revocation, and the agent's last event agrees.
        case log
    }

    /// What came of it.
    public enum Outcome: String, Hashable, Sendable, CaseIterable {
        /// It holds.
        case passed
        /// It does not hold, or cannot be told where it must be.
        case failed
        /// There was nothing to check, or nothing that must be.
        case skipped
    }

    /// What is checked.
    public let name: Name
    /// What came of it.
    public let outcome: Outcome
    /// Why, in words.
    public let reason: String
    /// What it was seen from.
    public let evidence: [JSONMember]

    /// Creates the value.
    public init(_ name: Name, _ outcome: Outcome, _ reason: String, _ evidence: [JSONMember] = []) {
        self.name = name
        self.outcome = outcome
        self.reason = reason
        self.evidence = evidence
    }
}

/// How far an agent is trusted.
public enum VerificationTier: String, Hashable, Sendable, CaseIterable, Comparable {
    /// Not at all.
    case none = "NONE"
    /// Both certificates hold and agree.
    case bronze = "BRONZE"
    /// And DANE over DNSSEC says the same.
    case silver = "SILVER"
    /// And the transparency log has it.
    case gold = "GOLD"

    /// Orders from none to gold.
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rank < rhs.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
