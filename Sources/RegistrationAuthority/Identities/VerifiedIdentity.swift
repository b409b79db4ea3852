// Verified identities of ANS: who is behind agents, where an agent is what. PENDING_CONTROL -> VERIFIED -> REVOKED.

public import FoundationEssentials

/// The id of an identity: a UUID of version 7, in lower case.
public struct IdentityID: Hashable, Sendable, CustomStringConvertible {
    // Stored: a change here needs a migration.
    /// The UUID.
    public let description: String

    /// Reads an id; nil for what is no UUID.
    public init?(_ text: String) {
        guard let id = AgentID(text) else { return nil }
        self.description = id.description
    }

    /// Drawn like the ids of agents.
    init(_ id: AgentID) {
        self.description = id.description
    }
}

/// A nonce that proofs are made over.
public struct IdentityChallenge: Hashable, Sendable {
    // Stored: a change here needs a migration.
    /// 256 random bits, base64url.
    public let nonce: String
    /// Until when it can be answered.
    public let expiresAt: Date
    /// Whether it was answered: it serves once.
    public let isUsed: Bool

    /// Creates or restores a challenge.
    public init(nonce: String, expiresAt: Date, isUsed: Bool = false) {
        self.nonce = nonce
        self.expiresAt = expiresAt
        self.isUsed = isUsed
    }
}

/// An identity of an owner.
public struct VerifiedIdentity: Hashable, Sendable {
    /// Where it stands.
    public enum Status: String, Sendable, CaseIterable {
        // Stored: a change here needs a migration.
        /// Control is not proven yet.
        case pendingControl = "PENDING_CONTROL"
        /// Control was proven.
        case verified = "VERIFIED"
        /// It counts no more; for ever.
        case revoked = "REVOKED"
    }

    // Stored: a change here needs a migration. Instants are whole milliseconds.
    /// The id.
    public let id: IdentityID
    /// Whose it is: an account.
    public let owner: String
    /// What control is, or is to be, proven of.
    public let anchor: IdentityAnchor
    /// Where it stands.
    public let status: Status
    /// What is to take the place of ``anchor`` once control of it is proven.
    public let pending: IdentityAnchor?
    /// What is to be answered, or was.
    public let challenge: IdentityChallenge
    /// The keys by which control was proven.
    public let keys: [ProvenKey]
    /// When it was registered.
    public let createdAt: Date
    /// When control was last proven.
    public let verifiedAt: Date?

    /// Creates or restores an identity.
    public init(
        id: IdentityID,
        owner: String,
        anchor: IdentityAnchor,
        status: Status = .pendingControl,
        pending: IdentityAnchor? = nil,
        challenge: IdentityChallenge,
        keys: [ProvenKey] = [],
        createdAt: Date,
        verifiedAt: Date? = nil
    ) {
        self.id = id
        self.owner = owner
        self.anchor = anchor
        self.status = status
        self.pending = pending
        self.challenge = challenge
        self.keys = keys
        self.createdAt = createdAt
        self.verifiedAt = verifiedAt
    }
}

/// That an agent is its owner's identity's.
public struct IdentityLink: Hashable, Sendable {
    /// The agent.
    public let agent: AgentID
    /// Since when.
    public let linkedAt: Date

    /// Creates the value.
    public init(agent: AgentID, linkedAt: Date) {
        self.agent = agent
        self.linkedAt = linkedAt
    }
}

/// What is to be signed, and by which keys.
public struct IdentityChallengeRound: Hashable, Sendable {
    /// The identity with its challenge.
    public let identity: VerifiedIdentity
    /// What control is to be proven of.
    public let anchor: IdentityAnchor
    /// The payload of the proofs, in base64url.
    public let signingInput: String
    /// The ids of keys that may sign; empty when they could not be found out beforehand.
    public let keyIDs: [String]
}
