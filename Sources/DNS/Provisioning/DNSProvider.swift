// The port to whoever hosts a zone: an RFC 2136 server, Cloudflare, Route 53, PowerDNS, or a person.
//
// Changes are of single values, not of whole sets: what others have put beside ours stays untouched.

/// A change of one value.
public enum RecordChange: Hashable, Sendable {
    /// The value is there afterwards, with this TTL for its set; other values of the set stay.
    case add(ResourceRecord)
    /// The value is not there afterwards; other values of the set stay.
    case remove(ResourceRecord)

    /// The record concerned.
    public var record: ResourceRecord {
        switch self {
        case .add(let record), .remove(let record): record
        }
    }
}

/// What became of one change.
public enum ChangeResult: Sendable, Hashable {
    /// It was made, or was so before.
    case done
    /// A person has to make it: what to do, in words.
    case byHand(String)
    /// It was not made.
    case failed(ProviderFailure)
}

/// Hosts zones.
///
/// Every call may be repeated: a change that was made before is `done` again. Any number of tasks may call at once;
/// changes to one set are serialized by the implementation where the host cannot. Calls end in bounded time. Rate limits
/// and `Retry-After` are obeyed, and what may pass is retried with growing, jittered pauses within that time.
public protocol DNSProvider: Sendable {
    /// What kind of host it is, for logs and documents: `rfc2136`, `cloudflare`, `route53`, `powerdns`, `manual`.
    var kind: String { get }

    /// Checks that the host has the zone and that the credentials open it.
    ///
    /// - Returns: the name servers that the host wants the zone delegated to; empty when it cannot say.
    /// - Throws: ``ProviderFailure``.
    func nameServers(of zone: DomainName) async throws(ProviderFailure) -> [DomainName]

    /// The records at a name, of one type or of all; with a nil name, of the whole zone, at most `limit`.
    ///
    /// - Throws: ``ProviderFailure``; `.unsupported` where the host cannot list.
    func records(
        in zone: DomainName,
        at name: DomainName?,
        type: RecordType?,
        limit: Int
    ) async throws(ProviderFailure) -> [ResourceRecord]

    /// Makes changes, in order, and says of each what became of it; as many results as changes.
    ///
    /// Changes that the host takes in one transaction are made or refused together. What is not a record of the zone is
    /// refused before anything is sent.
    func apply(_ changes: [RecordChange], in zone: DomainName) async -> [ChangeResult]

    /// Whether the host signs the zone, and the DS records for its parent.
    ///
    /// - Throws: ``ProviderFailure``; `.unsupported` where only the zone itself shows it.
    func signing(of zone: DomainName) async throws(ProviderFailure) -> ZoneSigning

    /// Has the host sign the zone.
    ///
    /// - Throws: ``ProviderFailure``; `.unsupported`, with what to do instead.
    func enableSigning(of zone: DomainName) async throws(ProviderFailure) -> ZoneSigning
}

/// How a host signs a zone.
public struct ZoneSigning: Hashable, Sendable {
    /// How far it is.
    public enum Status: String, Sendable {
        /// Not signed.
        case disabled
        /// Signed, and the parent does not say so yet; or not yet signed, and on the way.
        case pending
        /// Signed, and the parent's DS was seen.
        case active
        /// The host says that something is wrong.
        case error
    }

    /// How far it is.
    public let status: Status
    /// What the parent is to publish.
    public let delegationSigners: [DelegationSigner]

    /// Creates the value.
    public init(status: Status, delegationSigners: [DelegationSigner]) {
        self.status = status
        self.delegationSigners = delegationSigners
    }
}

/// Why a host did not do what it was asked.
public struct ProviderFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What a caller acts on.
    public enum Kind: String, Sendable {
        // Stored: a change here needs a migration.
        /// The credentials do not open it; a person must act.
        case unauthorized = "UNAUTHORIZED"
        /// The host has no such zone.
        case noSuchZone = "NO_SUCH_ZONE"
        /// Other records at the name exclude this one.
        case conflict = "CONFLICT"
        /// The host refuses the record or the request as it is.
        case invalid = "INVALID"
        /// A quota of the account is used up; a person must act.
        case quotaExceeded = "QUOTA_EXCEEDED"
        /// Too many requests; later it may pass.
        case rateLimited = "RATE_LIMITED"
        /// The host does not answer, or fails; later it may pass.
        case unavailable = "UNAVAILABLE"
        /// The host cannot do this.
        case unsupported = "UNSUPPORTED"
    }

    /// What a caller acts on.
    public let kind: Kind
    /// What is wrong and what to do: the host's own words, without credentials; safe to show to the zone's owner.
    public let reason: String
    /// When to come back, in seconds, if the host said so.
    public let retryAfter: Int?

    /// Creates a failure.
    public init(_ kind: Kind, _ reason: String, retryAfter: Int? = nil) {
        self.kind = kind
        self.reason = reason
        self.retryAfter = retryAfter
    }

    /// Whether the same call may succeed later without anyone's doing.
    public var isTransient: Bool { self.kind == .rateLimited || self.kind == .unavailable }

    /// The kind and the reason.
    public var description: String { "\(self.kind.rawValue): \(self.reason)" }
}
