// What is known of agents here: the port to the registrations and to the CA's records.

public import PKIX

/// Where an agent stands.
public enum AgentStanding: String, Hashable, Sendable, CaseIterable {
    /// It is registered and may be relied on.
    case active
    /// Its registration has not come to its end.
    case pending
    /// It is registered and to be replaced.
    case deprecated
    /// It is not relied on any more: revoked, deregistered, expired.
    case revoked
}

/// An agent without its certificates, for choosing among the versions of a host.
public struct AgentListing: Hashable, Sendable {
    /// The registration's id.
    public let agentID: String
    /// The name.
    public let name: ANSName
    /// Where it stands.
    public let standing: AgentStanding

    /// Creates the value.
    public init(agentID: String, name: ANSName, standing: AgentStanding) {
        self.agentID = agentID
        self.name = name
        self.standing = standing
    }
}

/// An agent as it is registered here: one name with its key and both certificates.
public struct AgentFacts: Hashable, Sendable {
    /// The registration's id, which the badge names.
    public let agentID: String
    /// The name.
    public let name: ANSName
    /// Where it stands.
    public let standing: AgentStanding
    /// The identity certificate in force, DER, those above it after it; empty when there is none.
    public let identity: [[UInt8]]
    /// The public certificate in force, DER, those above it after it; empty when there is none.
    public let server: [[UInt8]]
    /// SHA-256 of the SubjectPublicKeyInfo of every public certificate that is valid with this identity: of a renewal with a new
    /// key there are two.
    public let serverKeyHashes: Set<[UInt8]>
    /// SHA-256 of public certificates that were revoked through us.
    public let revokedServers: Set<[UInt8]>

    /// Creates the value.
    public init(
        agentID: String,
        name: ANSName,
        standing: AgentStanding,
        identity: [[UInt8]] = [],
        server: [[UInt8]] = [],
        serverKeyHashes: Set<[UInt8]> = [],
        revokedServers: Set<[UInt8]> = []
    ) {
        self.agentID = agentID
        self.name = name
        self.standing = standing
        self.identity = identity
        self.server = server
        self.serverKeyHashes = serverKeyHashes
        self.revokedServers = revokedServers
    }
}

/// What our own records say of an identity certificate.
public enum IdentityStatus: Hashable, Sendable {
    /// It was issued here and is not revoked.
    case good
    /// It was revoked.
    case revoked(at: CertificateTime, reason: RevocationReason?)
    /// It was not issued here.
    case unknown
}

/// Finds agents and the status of their certificates; any number of tasks may ask at once.
///
/// What it answers is as our store has it now. A failure makes the checks that needed the answer fail.
public protocol AgentFinding: Sendable {
    /// The agent of a name, a live one before those that have ended; nil when there is none.
    func agent(named name: ANSName) async throws -> AgentFacts?

    /// The agents at a host: every live version, and some that have ended; at most ``Budget/agents``.
    func agents(at host: HostName) async throws -> [AgentListing]

    /// A listed agent with its certificates; nil when it has gone meanwhile.
    func facts(of agent: AgentListing) async throws -> AgentFacts?

    /// The status of an identity certificate.
    func status(of serialNumber: SerialNumber) async throws -> IdentityStatus
}
