// Where public certificates are kept.

public import AuditLog
public import FoundationEssentials
public import PKIX

/// A certificate with whose it is.
public struct KeptCertificate: Hashable, Sendable {
    /// Whose it is; versions of one host may share one.
    public let agent: String
    /// The host that it is for.
    public let host: String
    /// By which order or call it came.
    public let reference: String
    /// When it came.
    public let addedAt: Date
    /// The certificate.
    public let certificate: ServerCertificate

    /// Creates the value.
    public init(agent: String, host: String, reference: String, addedAt: Date, certificate: ServerCertificate) {
        self.agent = agent
        self.host = host
        self.reference = reference
        self.addedAt = addedAt
        self.certificate = certificate
    }
}

/// What a CA said about the renewal of a certificate.
public struct KeptRenewalInfo: Hashable, Sendable {
    /// The window in which to renew; nil when the CA gives none.
    public let window: ClosedRange<CertificateTime>?
    /// When to ask again.
    public let askAgainAt: Date

    /// Creates the value.
    public init(window: ClosedRange<CertificateTime>?, askAgainAt: Date) {
        self.window = window
        self.askAgainAt = askAgainAt
    }
}

/// What an agent's withdrawal from a certificate came to.
public enum CertificateWithdrawal: Hashable, Sendable {
    /// It is marked for the agent: others use it, it was brought, or it was marked before.
    case marked
    /// Nobody else uses it, and it was ordered, as which it is given here: it is to be revoked at its CA. Nothing is marked.
    case unused(KeptCertificate)
}

extension [KeptCertificate] {
    /// Whether an agent has the certificate, and it is not marked.
    public func isInUse(by agent: String) -> Bool {
        self.contains { $0.agent == agent && !$0.certificate.isRevoked }
    }

    /// What becomes of one certificate when an agent withdraws from it; nil when the agent does not have it.
    ///
    /// These are all that have it. A store marks where this says so, in one step.
    public func withdrawal(of agent: String, evenIfShared: Bool) -> CertificateWithdrawal? {
        guard let own = self.first(where: { $0.agent == agent }) else { return nil }
        guard !own.certificate.isRevoked else { return .marked }
        guard let ordered = self.first(where: { $0.certificate.source != .brought }) else { return .marked }
        let isShared = self.contains { $0.agent != agent && !$0.certificate.isRevoked }
        let mayEndForAll = evenIfShared && own.certificate.source != .brought
        return isShared && !mayEndForAll ? .marked : .unused(ordered)
    }
}

/// A durable collection of public certificates.
///
/// Durability: every change is on stable storage when the call returns. Atomicity: a change and its audit entry are there
/// together or not at all. Concurrency: any number of tasks and nodes may call. Certificates are never removed. Those that
/// orders get come through ``ServerOrderStore/update(_:)``.
public protocol ServerCertificateStore: Sendable {
    /// Keeps a certificate, unless its agent has it or one came by the same reference; gives the one that is kept.
    func keep(_ certificate: KeptCertificate, audit: AuditEvent) async throws -> KeptCertificate

    /// The certificates of an agent, in the order in which they came.
    func certificates(of agent: String) async throws -> [KeptCertificate]

    /// The certificate with a SHA-256; of several agents', one that is not revoked and was ordered comes first.
    func certificate(_ fingerprint: [UInt8]) async throws -> KeptCertificate?

    /// The certificate that came by a reference.
    func certificate(reference: String) async throws -> KeptCertificate?

    /// Marks an agent's certificate revoked, unless it is to be revoked at its CA; nil when the agent has no such certificate.
    ///
    /// In one step with the look at others: of agents that end together, one is the last. An agent counts as a user of what
    /// it has until that is marked.
    ///
    /// - Parameter evenIfShared: whether the agent that ordered the certificate has it revoked though others use it.
    func withdraw(
        _ fingerprint: [UInt8],
        of agent: String,
        evenIfShared: Bool,
        audit: AuditEvent
    ) async throws -> CertificateWithdrawal?

    /// Marks a certificate revoked that is revoked at its CA, of all agents that have it.
    ///
    /// - Returns: whether it was not marked before; the event is recorded then.
    func markRevoked(_ fingerprint: [UInt8], audit: AuditEvent) async throws -> Bool

    /// What the CA said last about a certificate's renewal; nil when it was not asked.
    func renewalInfo(of fingerprint: [UInt8]) async throws -> KeptRenewalInfo?

    /// Keeps what the CA says.
    func keepRenewalInfo(_ info: KeptRenewalInfo, of fingerprint: [UInt8]) async throws

    /// How many agents have, as the newest of their certificates that are not revoked, one that is in the last third of its
    /// life and has not ended.
    func countInLastThird(at instant: CertificateTime) async throws -> Int
}
