// What a rule grants, and within which bounds.

public import PKIX

/// A proof that a caller has to give.
public enum PolicyProof: String, Hashable, Sendable, CaseIterable {
    /// A signature by the agent's key.
    case key
    /// A TXT record at `_acme-challenge` (RFC 8555 §8.4).
    case dns01 = "dns-01"
    /// A file served over HTTP (RFC 8555 §8.3).
    case http01 = "http-01"
}

/// What a rule changes of the policy for names, as plain data; nil leaves what is configured.
public struct PolicyLabels: Hashable, Sendable {
    /// The shortest label, in characters.
    public let minimumLength: Int?
    /// The longest label, in characters.
    public let maximumLength: Int?
    /// Labels that are reserved besides the usual ones.
    public let reserve: [String]
    /// Labels that are not reserved although they usually are.
    public let release: [String]
    /// Whether look-alikes of reserved labels are admitted.
    public let admitLookAlikes: Bool?

    /// Creates the changes.
    public init(
        minimumLength: Int? = nil,
        maximumLength: Int? = nil,
        reserve: [String] = [],
        release: [String] = [],
        admitLookAlikes: Bool? = nil
    ) {
        self.minimumLength = minimumLength
        self.maximumLength = maximumLength
        self.reserve = reserve
        self.release = release
        self.admitLookAlikes = admitLookAlikes
    }
}

/// What a request gets from the rule that admits it.
public struct PolicyGrant: Hashable, Sendable {
    /// How many agents an account may have, this one included; nil for any number.
    public let maxAgentsPerAccount: Int?
    /// The shortest lifetime of a certificate, in seconds.
    public let minimumLifetime: Int64?
    /// The longest lifetime of a certificate, in seconds.
    public let maximumLifetime: Int64?
    /// The proofs: one of each member is needed.
    public let proofs: [[PolicyProof]]
    /// The key types; nil for all that profiles admit.
    public let keyTypes: [KeyType]?
    /// What changes in the policy for names.
    public let labels: PolicyLabels
    /// The rate limits that are charged.
    public let limits: [RateLimit]

    /// Creates a grant.
    public init(
        maxAgentsPerAccount: Int? = nil,
        minimumLifetime: Int64? = nil,
        maximumLifetime: Int64? = nil,
        proofs: [[PolicyProof]] = [],
        keyTypes: [KeyType]? = nil,
        labels: PolicyLabels = PolicyLabels(),
        limits: [RateLimit] = []
    ) {
        self.maxAgentsPerAccount = maxAgentsPerAccount
        self.minimumLifetime = minimumLifetime
        self.maximumLifetime = maximumLifetime
        self.proofs = proofs
        self.keyTypes = keyTypes
        self.labels = labels
        self.limits = limits
    }
}

extension PolicyGrant {
    /// The proofs that are missing when these have been given; one of each member is still needed.
    public func missingProofs(after given: Set<PolicyProof>) -> [[PolicyProof]] {
        self.proofs.filter { given.isDisjoint(with: $0) }
    }

    /// The lifetime for a certificate, in seconds: what is asked for or else usual, within the bounds.
    public func lifetime(_ wanted: Int64) -> Int64 {
        min(max(wanted, self.minimumLifetime ?? wanted), self.maximumLifetime ?? .max)
    }

    /// Why the request goes beyond the grant; empty when it does not.
    func violations(of input: PolicyInput) -> [String] {
        var reasons: [String] = []
        if let most = self.maxAgentsPerAccount, let agents = input.agents, agents >= most {
            reasons.append("the account has \(agents) agents; at most \(most) are admitted")
        }
        if let admitted = self.keyTypes, let type = input.keyTypes.first(where: { !admitted.contains($0) }) {
            let list = admitted.map(\.description).joined(separator: ", ")
            reasons.append("the key type \(type) is not admitted; use \(list)")
        }
        if let lifetime = input.lifetime, let least = self.minimumLifetime, lifetime < least {
            reasons.append("a lifetime of \(lifetime) s is too short; at least \(least) s are admitted")
        }
        if let lifetime = input.lifetime, let most = self.maximumLifetime, lifetime > most {
            reasons.append("a lifetime of \(lifetime) s is too long; at most \(most) s are admitted")
        }
        return reasons
    }
}
