// The port through which a registration authority has public certificates obtained and kept. It names no CA and no store.

public import FoundationEssentials

/// A public certificate that is wanted for a host.
public struct ServerCertificateOrder: Sendable {
    /// The one host that it is for: an A-label name in lower case, without a final dot.
    public let host: String
    /// The agent's request, its signature checked; its names are the host alone.
    public let request: ParsedCSR
    /// Whose certificate it becomes: the agent's id.
    public let agent: String
    /// For whom, as the audit log names them.
    public let actor: String
    /// One order: placed twice with the same reference, it is the first one.
    public let reference: String
    /// SHA-256 of the certificate that it renews; nil for a first one.
    public let replaces: [UInt8]?

    /// Creates an order.
    public init(
        host: String,
        request: ParsedCSR,
        agent: String,
        actor: String,
        reference: String,
        replaces: [UInt8]? = nil
    ) {
        self.host = host
        self.request = request
        self.agent = agent
        self.actor = actor
        self.reference = reference
        self.replaces = replaces
    }
}

/// A public certificate that is kept for an agent.
public struct ServerCertificate: Hashable, Sendable {
    /// Where it comes from.
    public enum Source: Hashable, Sendable {
        /// Obtained from the CA that the configuration calls so.
        case authority(String)
        /// Brought by its agent.
        case brought
    }

    /// The DER of the certificate.
    public let certificate: [UInt8]
    /// DER of those above it, the issuer first.
    public let chain: [[UInt8]]
    /// SHA-256 of ``certificate``.
    public let fingerprint: [UInt8]
    /// SHA-256 of the SubjectPublicKeyInfo.
    public let publicKeyHash: [UInt8]
    /// The first second of validity.
    public let notBefore: CertificateTime
    /// The last second of validity.
    public let notAfter: CertificateTime
    /// Where it comes from.
    public let source: Source
    /// How many signed certificate timestamps (RFC 6962 §3.3) it carries.
    public let timestamps: Int
    /// Whether it was revoked through us.
    public let isRevoked: Bool

    /// Creates the value.
    public init(
        certificate: [UInt8],
        chain: [[UInt8]],
        fingerprint: [UInt8],
        publicKeyHash: [UInt8],
        notBefore: CertificateTime,
        notAfter: CertificateTime,
        source: Source,
        timestamps: Int,
        isRevoked: Bool = false
    ) {
        self.certificate = certificate
        self.chain = chain
        self.fingerprint = fingerprint
        self.publicKeyHash = publicKeyHash
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.source = source
        self.timestamps = timestamps
        self.isRevoked = isRevoked
    }
}

/// What the agent's owner has to put in place for the CA to see; one of those of an order suffices.
public struct ServerCertificateChallenge: Hashable, Sendable {
    /// How it is answered.
    public enum Answer: Hashable, Sendable {
        /// A TXT record (RFC 8555 §8.4).
        case record(name: String, value: String)
        /// A file at a path of the host's plain HTTP server (RFC 8555 §8.3).
        case file(path: String, content: String)
    }

    /// How it is answered.
    public let answer: Answer
    /// The CA's token.
    public let token: String
    /// The key authorization (RFC 8555 §8.1).
    public let keyAuthorization: String

    /// Creates the value.
    public init(answer: Answer, token: String, keyAuthorization: String) {
        self.answer = answer
        self.token = token
        self.keyAuthorization = keyAuthorization
    }
}

/// How far an order of a public certificate is.
public enum ServerCertificateProgress: Hashable, Sendable {
    /// It goes on by itself, unless challenges stand here: those its owner has to answer first. The failure is what hinders it.
    case underway([ServerCertificateChallenge], hindrance: IssuingFailure?)
    /// The certificate is checked and kept.
    case obtained(ServerCertificate)
    /// There will be none.
    case failed(IssuingFailure)
}

/// When a public certificate is renewed.
public struct ServerCertificateRenewal: Hashable, Sendable {
    /// When to order the next: by the CA's renewal information (RFC 9773), else after two thirds of its life, spread.
    public let renewAt: Date
    /// When to ask again, for the CA may move the window; not after ``renewAt``.
    public let askAgainAt: Date

    /// Creates the value.
    public init(renewAt: Date, askAgainAt: Date) {
        self.renewAt = renewAt
        self.askAgainAt = askAgainAt
    }
}

/// What is to be had of public certificates, as the configuration is.
public struct ServerCertificateAbilities: Hashable, Sendable {
    /// Whether there is a CA to order at.
    public let canOrder: Bool
    /// Whether there are trust roots to judge certificates by that agents bring.
    public let canAdopt: Bool

    /// Creates the value.
    public init(canOrder: Bool, canAdopt: Bool) {
        self.canOrder = canOrder
        self.canAdopt = canAdopt
    }
}

/// Obtains public certificates for hosts whose control is proven, keeps them, and takes in those that agents bring.
///
/// Durability: an order is on stable storage when ``order(_:)`` returns and goes on without its caller, also in another
/// process after a crash, until it is obtained, failed or cancelled. Idempotency: by reference. Concurrency: any number of
/// tasks may call. Failures are ``IssuingFailure``: transient when the same call may succeed later.
public protocol ServerCertificateObtaining: Sendable {
    /// What can be asked of it at all.
    var abilities: ServerCertificateAbilities { get }

    /// Whether CAs are shown control of a host by what we write or serve: then nothing that its owner does now tells that the
    /// host is still its own.
    func provesControl(of host: String) async throws(IssuingFailure) -> Bool

    /// Places an order, or finds it by its reference.
    func order(_ order: ServerCertificateOrder) async throws(IssuingFailure) -> ServerCertificateProgress

    /// How far an order is; nil when there is none with this reference.
    ///
    /// - Parameter patience: for how long to wait for its end, or for challenges that its owner must answer, before it answers.
    func progress(
        of reference: String,
        patience: Duration
    ) async throws(IssuingFailure) -> ServerCertificateProgress?

    /// The owner says that the answers are in place: they are looked at now, not later.
    func answered(_ reference: String) async throws(IssuingFailure)

    /// Gives an order up; answers to its challenges are removed. One that has ended stays as it is, and one that was never
    /// placed is none to give up.
    ///
    /// A CA that was asked to issue may do so all the same: until it has said its last word the order is under way, and the
    /// certificate that comes of it is kept and revoked.
    ///
    /// - Parameter revocation: why such a certificate is revoked.
    func cancel(
        _ reference: String,
        because reason: String,
        revoking revocation: RevocationReason
    ) async throws(IssuingFailure)

    /// Takes in a certificate that its agent brings, once its chain leads to the trust roots and names, validity, key and
    /// revocation are found good; by the same reference, it is taken in once.
    ///
    /// - Parameter chain: DER, the host's certificate first.
    func adopt(
        _ chain: [[UInt8]],
        host: String,
        agent: String,
        actor: String,
        reference: String
    ) async throws(IssuingFailure) -> ServerCertificate

    /// The certificates of an agent, in the order in which they came.
    func certificates(of agent: String) async throws(IssuingFailure) -> [ServerCertificate]

    /// When a certificate is renewed.
    ///
    /// - Parameter fingerprint: SHA-256 of the certificate.
    func renewal(of fingerprint: [UInt8]) async throws(IssuingFailure) -> ServerCertificateRenewal

    /// Takes an agent's certificate out of use; to do it again changes nothing.
    ///
    /// At its CA it is revoked when it was ordered here and no other agent uses it; by the agent that ordered it also when
    /// others do, if its key is compromised. Else it is marked, for this agent alone: of one that was brought, the CA does
    /// not know us, and others may have brought the same.
    func revoke(
        _ fingerprint: [UInt8],
        of agent: String,
        reason: RevocationReason,
        actor: String
    ) async throws(IssuingFailure)
}
