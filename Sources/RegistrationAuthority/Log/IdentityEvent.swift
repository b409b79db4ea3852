// What the transparency log tells of identities (ANS-4): committed with the change itself, and signed later on.

public import FoundationEssentials
public import JSON

/// What happened to an identity.
public enum IdentityEventType: String, Hashable, Sendable, CaseIterable {
    // Stored: a change here needs a migration.
    /// Control was proven for the first time.
    case verified = "IDENTITY_VERIFIED"
    /// Control was proven anew, of the same identifier or of another.
    case updated = "IDENTITY_UPDATED"
    /// It counts no more.
    case revoked = "IDENTITY_REVOKED"
    /// Agents became its own.
    case linked = "IDENTITY_LINKED"
    /// An agent is its own no more.
    case unlinked = "IDENTITY_UNLINKED"
}

/// Makes the events of identities, but for who tells of them.
///
/// Nothing of the owner is said: who is behind the agents is what the identifier itself shows.
public enum IdentityEvent {
    /// An event.
    ///
    /// - Parameters:
    ///   - identity: as it is after the event.
    ///   - previous: the identifier that was verified before, where it was another.
    ///   - agents: those that were linked, or unlinked.
    public static func json(
        _ type: IdentityEventType,
        _ identity: VerifiedIdentity,
        previous: IdentityAnchor? = nil,
        agents: [AgentID] = [],
        at instant: Date
    ) -> JSONValue {
        let isProof = type == .verified || type == .updated
        let time = JSONValue.string(instant.formatted(.iso8601))
        return .object(present: [
            "identityId": .string(identity.id.description),
            "kind": .string(identity.anchor.kind.rawValue),
            "value": .string(identity.anchor.description),
            "previousValue": previous.flatMap { $0 == identity.anchor ? nil : .string($0.description) },
            "proofMethod": isProof ? .string(identity.anchor.kind.proofMethod) : nil,
            "eventType": .string(type.rawValue),
            "keys": isProof ? .array(identity.keys.map(\.logged)) : nil,
            "ansIds": agents.isEmpty ? nil : .array(agents.map { .string($0.description) }),
            "verifiedAt": isProof ? identity.verifiedAt.map { .string($0.formatted(.iso8601)) } : nil,
            "revokedAt": type == .revoked ? time : nil,
            "timestamp": time,
        ])
    }
}

extension ProvenKey {
    /// The key as it was published, with the proof: anyone can verify it without us.
    fileprivate var logged: JSONValue { ["verificationMethod": self.method, "signedProof": .string(self.proof)] }
}
