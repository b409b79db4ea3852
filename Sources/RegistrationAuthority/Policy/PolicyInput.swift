// What a policy is asked about.

public import PKIX

/// What somebody wants to do.
public enum PolicyAction: String, Hashable, Sendable, CaseIterable {
    /// Register an agent.
    case register
    /// Create an account for oneself.
    case createAccount = "create-account"
}

/// In whose zone a host name lies.
public enum PolicyZone: String, Hashable, Sendable, CaseIterable {
    /// One that we serve: names are first come, first served, and we write the records.
    case ours
    /// One of somebody else, who has to prove control of the name.
    case other
}

/// The facts of a request that rules are compared with.
///
/// What is nil is unknown or does not apply; a condition about it is not met.
public struct PolicyInput: Hashable, Sendable {
    /// What the caller wants to do.
    public var action: PolicyAction
    /// The account.
    public var account: String?
    /// The caller's role.
    public var role: String?
    /// The caller, as the audit log names it.
    public var actor: String?
    /// The agent's host name.
    public var host: HostName?
    /// In whose zone the host lies.
    public var zone: PolicyZone?
    /// The protocols of the agent's endpoints: `A2A`, `MCP`, `HTTP-API`.
    public var protocols: [String]
    /// The types of the keys that certificates are asked for.
    public var keyTypes: [KeyType]
    /// The caller's address, 4 or 16 octets.
    public var address: [UInt8]?
    /// How many agents the account has, without this one.
    public var agents: Int?
    /// For how many seconds a certificate is asked for; nil leaves it to us.
    public var lifetime: Int64?

    /// Creates an input.
    public init(
        action: PolicyAction = .register,
        account: String? = nil,
        role: String? = nil,
        actor: String? = nil,
        host: HostName? = nil,
        zone: PolicyZone? = nil,
        protocols: [String] = [],
        keyTypes: [KeyType] = [],
        address: [UInt8]? = nil,
        agents: Int? = nil,
        lifetime: Int64? = nil
    ) {
        self.action = action
        self.account = account
        self.role = role
        self.actor = actor
        self.host = host
        self.zone = zone
        self.protocols = protocols
        self.keyTypes = keyTypes
        self.address = address
        self.agents = agents
        self.lifetime = lifetime
    }
}
