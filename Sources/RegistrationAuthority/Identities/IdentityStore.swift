// Where identities are kept.

public import AuditLog
public import FoundationEssentials

/// What came of registering an identity.
public enum IdentityRegistration: Hashable, Sendable {
    /// It is there, new or as it was, with the new challenge.
    case registered(VerifiedIdentity)
    /// Somebody has proven control of the identifier.
    case duplicate(owner: String)
    /// The owner has as many as are admitted.
    case tooMany
}

/// What came of a proof.
public enum IdentityProving: Hashable, Sendable {
    /// The identity as it is now.
    case proven(VerifiedIdentity)
    /// The challenge was answered or replaced meanwhile, or the identity revoked.
    case superseded
    /// Somebody else has proven control of the identifier.
    case duplicate
}

/// A durable collection of identities and of what is linked to them.
///
/// Durability: a change is on stable storage when the call returns. Atomicity: a change, its audit entries and its event for the
/// transparency log (``IdentityEvent``; where control is proven, links change or it is revoked) are there together
/// or not at all, and no entry where nothing changed. Concurrency: any number of tasks and nodes may call; of two that prove one
/// challenge, or control of one identifier, one succeeds.
public protocol IdentityStore: Sendable {
    /// Adds an identity; where its owner has a pending one of the same identifier, that one gets the challenge.
    ///
    /// Pending ones of the owner whose challenge ended before an instant are forgotten first.
    ///
    /// - Parameter audit: the entry about the identity that it is in the end.
    func register(
        _ identity: VerifiedIdentity,
        atMost limit: Int,
        forgettingPendingBefore instant: Date,
        audit: @escaping @Sendable (IdentityID) -> AuditEvent
    ) async throws -> IdentityRegistration

    /// The identity with the id, or nil.
    func identity(_ id: IdentityID) async throws -> VerifiedIdentity?

    /// An owner's identities, newest first, those before an id (nil for all), at most `limit`.
    func identities(of owner: String, before id: IdentityID?, limit: Int) async throws -> [VerifiedIdentity]

    /// Stages another identifier with its challenge; nil when the identity is not VERIFIED.
    func stage(
        _ anchor: IdentityAnchor,
        _ challenge: IdentityChallenge,
        for id: IdentityID,
        audit: AuditEvent
    ) async throws -> VerifiedIdentity?

    /// Uses up the challenge with the nonce: the identity is VERIFIED by these keys, and what was staged takes its place.
    func prove(
        _ id: IdentityID,
        nonce: String,
        keys: [ProvenKey],
        at instant: Date,
        audit: AuditEvent
    ) async throws -> IdentityProving

    /// Revokes an identity; nil when it is not VERIFIED.
    func revokeIdentity(_ id: IdentityID, audit: AuditEvent) async throws -> VerifiedIdentity?

    /// The links of an identity to agents that are active or deprecated, by the agents' ids.
    func links(of id: IdentityID) async throws -> [IdentityLink]

    /// Links agents, those alone that are not; how many these are, or nil when the identity is not VERIFIED.
    func link(
        _ agents: [(agent: AgentID, audit: AuditEvent)],
        to id: IdentityID,
        at instant: Date
    ) async throws -> Int?

    /// Ends a link; false when there is none.
    func unlink(_ agent: AgentID, from id: IdentityID, audit: AuditEvent) async throws -> Bool
}
