// A rule of a policy.

/// What a rule says of the requests that it matches.
public enum PolicyOutcome: Hashable, Sendable {
    /// Go on, within the grant.
    case allow(PolicyGrant)
    /// No; the message is for the caller.
    case deny(message: String)
    /// Go on, within the grant, once a person has approved.
    case approve(PolicyGrant)

    /// The word in files and records.
    public var name: String {
        switch self {
        case .allow: "allow"
        case .deny: "deny"
        case .approve: "approve"
        }
    }

    /// The grant, unless the answer is no.
    public var grant: PolicyGrant? {
        switch self {
        case .allow(let grant), .approve(let grant): grant
        case .deny: nil
        }
    }
}

/// A rule: it matches when all its conditions are met.
public struct PolicyRule: Hashable, Sendable {
    /// The name, unique in the policy; decisions are recorded with it.
    public let name: String
    /// The conditions, of which one is always on the action.
    public let conditions: [PolicyCondition]
    /// What follows.
    public let outcome: PolicyOutcome

    /// Whether all conditions are met.
    public func matches(_ input: PolicyInput) -> Bool {
        self.conditions.allSatisfy { $0.isMet(by: input) }
    }
}
