// One agent's registration as it is kept.
//
// True of every value: a pending one has a step other than `none`; a live one has an activation time; what stands in
// `records` with a zone was written by us, or is about to be; of server certificates at most one is being obtained.

public import DNS
public import FoundationEssentials
public import PKIX

/// The record of a registration.
public struct Registration: Hashable, Sendable {
    // Stored: a change here needs a migration. Instants are whole milliseconds.
    /// The id.
    public let id: AgentID
    /// Whose it is: the account of the caller that registered it.
    public let owner: String
    /// What was registered.
    public var description: AgentDescription
    /// The zone of ours in which the host lies; nil for a name of others.
    public let zone: DomainName?
    /// The key that the registration is bound to: that of the latest identity request that was served.
    public private(set) var identityKey: SubjectPublicKey?
    /// RFC 7638 thumbprint of ``identityKey``.
    public private(set) var thumbprint: String?
    /// When it was received.
    public let createdAt: Date
    /// Until when it must be active.
    public let deadline: Date
    /// What the owner sees.
    public var status: AgentStatus
    /// What is to be done next.
    public var step: RegistrationStep
    /// How often the step was tried in vain.
    public var attempts: Int
    /// What went wrong last; nil once a step has succeeded.
    public var failure: RegistrationFailure?
    /// The challenge, for a name of others.
    public var challenge: ControlChallenge?
    /// How control was proven, once it is.
    public var control: ControlMethod?
    /// By what control was proven, and when that was seen last; nil for a name of ours.
    public internal(set) var evidence: ControlEvidence?
    /// Requests for identity certificates, in the order in which they came.
    public var requests: [IdentityRequest]
    /// Requests for server certificates, and certificates that were brought, in the order in which they came.
    public var serverRequests: [ServerRequest]
    /// The records of the agent.
    public var records: [ManagedRecord]
    /// When it last changed.
    public var updatedAt: Date
    /// When it became active.
    public var activatedAt: Date?
    /// Until when its last identity certificate is valid; of an agent without one, its last server certificate.
    public var expiresAt: Date?
    /// Why and when it ended.
    public var ending: RegistrationEnding?
    /// Within which bounds it was admitted.
    public let terms: RegistrationTerms
    /// The rule that admitted it.
    public let rule: String
    /// SHA-256 of the policy whose rule that is.
    public let policyHash: [UInt8]

    /// Its host.
    public var host: String { self.description.host.description }
    /// Its ANS name.
    public var ansName: String { self.description.ansName.description }

    /// Binds the registration to another key.
    mutating func bind(to key: IdentityKey) {
        self.identityKey = key.key
        self.thumbprint = key.thumbprint
    }

    /// Creates or restores a registration.
    public init(
        id: AgentID,
        owner: String,
        description: AgentDescription,
        zone: DomainName?,
        identityKey: SubjectPublicKey?,
        thumbprint: String?,
        createdAt: Date,
        deadline: Date,
        status: AgentStatus,
        step: RegistrationStep,
        attempts: Int = 0,
        failure: RegistrationFailure? = nil,
        challenge: ControlChallenge? = nil,
        control: ControlMethod? = nil,
        evidence: ControlEvidence? = nil,
        requests: [IdentityRequest] = [],
        serverRequests: [ServerRequest] = [],
        records: [ManagedRecord] = [],
        updatedAt: Date,
        activatedAt: Date? = nil,
        expiresAt: Date? = nil,
        ending: RegistrationEnding? = nil,
        terms: RegistrationTerms = RegistrationTerms(),
        rule: String,
        policyHash: [UInt8]
    ) {
        self.id = id
        self.owner = owner
        self.description = description
        self.zone = zone
        self.identityKey = identityKey
        self.thumbprint = thumbprint
        self.createdAt = createdAt
        self.deadline = deadline
        self.status = status
        self.step = step
        self.attempts = attempts
        self.failure = failure
        self.challenge = challenge
        self.control = control
        self.evidence = evidence
        self.requests = requests
        self.serverRequests = serverRequests
        self.records = records
        self.updatedAt = updatedAt
        self.activatedAt = activatedAt
        self.expiresAt = expiresAt
        self.ending = ending
        self.terms = terms
        self.rule = rule
        self.policyHash = policyHash
    }
}

/// What went wrong with a step, in words for the agent's owner.
public struct RegistrationFailure: Hashable, Sendable, Codable {
    // Stored: a change here needs a migration.
    /// A stable code in SCREAMING_SNAKE_CASE.
    public let code: String
    /// What is wrong and what to do.
    public let reason: String
    /// When.
    public let at: Date

    /// Creates the value.
    public init(code: String, reason: String, at instant: Date) {
        self.code = code
        self.reason = reason
        self.at = instant
    }
}

/// Why and when a registration ended.
public struct RegistrationEnding: Hashable, Sendable, Codable {
    // Stored: a change here needs a migration.
    /// The reason by its name in RFC 5280.
    public let reason: String
    /// What its owner said about it.
    public let comments: String?
    /// When.
    public let at: Date
    /// Who ended it, as the audit log has it; nil when nobody did but time.
    public let by: String?

    /// Creates the value.
    public init(reason: RevocationReason, comments: String?, at instant: Date, by actor: String? = nil) {
        self.reason = reason.rawValue
        self.comments = comments
        self.at = instant
        self.by = actor
    }
}

/// What the policy's rule admitted, as far as it is needed later.
public struct RegistrationTerms: Hashable, Sendable, Codable {
    // Stored: a change here needs a migration.
    /// By which of these control of a name of others may be proven.
    public let methods: [ControlMethod]
    /// The longest lifetime of its certificates in seconds; nil for that of the profile.
    public let lifetime: Int64?

    /// Creates the value.
    public init(methods: [ControlMethod] = [.dns01, .http01], lifetime: Int64? = nil) {
        self.methods = methods
        self.lifetime = lifetime
    }
}

/// A request for an identity certificate, and what came of it.
public struct IdentityRequest: Hashable, Sendable {
    // Stored: a change here needs a migration.
    /// How far it is.
    public enum Status: String, Sendable, Codable {
        /// Not yet issued.
        case pending = "PENDING"
        /// Issued.
        case signed = "SIGNED"
        /// Refused for good.
        case rejected = "REJECTED"
    }

    /// Its id.
    public let id: AgentID
    /// The DER of the request; empty once it is served or refused.
    public internal(set) var request: [UInt8]
    /// When it came.
    public let submittedAt: Date
    /// How far it is.
    public var status: Status
    /// When that changed last.
    public var updatedAt: Date
    /// Of the certificate, once it is issued.
    public var serialNumber: SerialNumber?
    /// Until when the certificate is valid.
    public var notAfter: Date?
    /// Why it was refused.
    public var failure: String?
    /// The thumbprint of the key that it puts in the place of the agent's; nil for the same key.
    public let newThumbprint: String?
    /// The longest lifetime in seconds that was asked for; nil for none.
    public let lifetime: Int64?

    /// Creates or restores a request.
    public init(
        id: AgentID,
        request: [UInt8],
        submittedAt: Date,
        status: Status = .pending,
        updatedAt: Date,
        serialNumber: SerialNumber? = nil,
        notAfter: Date? = nil,
        failure: String? = nil,
        newThumbprint: String? = nil,
        lifetime: Int64? = nil
    ) {
        self.id = id
        self.request = request
        self.submittedAt = submittedAt
        self.status = status
        self.updatedAt = updatedAt
        self.serialNumber = serialNumber
        self.notAfter = notAfter
        self.failure = failure
        self.newThumbprint = newThumbprint
        self.lifetime = lifetime
    }
}

/// A record of an agent and, where we write it, how far that is.
public struct ManagedRecord: Hashable, Sendable {
    // Stored: a change here needs a migration.
    /// How far it is.
    public enum State: String, Sendable, Codable {
        /// To be there; nothing was written yet, or it is not known whether it was.
        case planned
        /// Written, not yet seen at the authoritative servers.
        case published
        /// Seen at the authoritative servers.
        case verified
        /// To be removed.
        case withdrawing
        /// Removed.
        case removed
    }

    /// The record.
    public let record: ProvisionedRecord
    /// Whether we write it; else its owner does.
    public let isOurs: Bool
    /// How far it is.
    public var state: State
    /// What went wrong with it last.
    public var failure: String?

    /// Creates or restores a record.
    public init(record: ProvisionedRecord, isOurs: Bool, state: State = .planned, failure: String? = nil) {
        self.record = record
        self.isOurs = isOurs
        self.state = state
        self.failure = failure
    }
}
