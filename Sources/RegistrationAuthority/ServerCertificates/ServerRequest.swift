// A request for a server certificate (TLS, from a public CA), or one that the agent brings, and what came of it.
//
// True of every value: a pending one has its request, its chain or already its certificate; a signed one has a certificate,
// which was handed out; a rejected one says why.

public import FoundationEssentials
public import PKIX

/// A request for a server certificate.
public struct ServerRequest: Hashable, Sendable {
    // Stored: a change here needs a migration.
    /// How far it is.
    public enum Status: String, Sendable, Codable {
        /// Not yet handed out; with a ``ServerRequest/fingerprint`` it is there, and its association is not in DNS yet.
        case pending = "PENDING"
        /// Handed out.
        case signed = "SIGNED"
        /// Refused or cancelled for good.
        case rejected = "REJECTED"
    }

    /// Who asked for it.
    public enum Origin: String, Sendable, Codable {
        /// The registration itself.
        case registration
        /// The agent's owner, later on.
        case owner
        /// Nobody: the certificate before it was due.
        case renewal
    }

    /// Its id.
    public let id: AgentID
    /// Who asked for it.
    public let origin: Origin
    /// Whether the agent brings the certificate.
    public let isBrought: Bool
    /// The DER of the request, for as long as it may be renewed; empty for a certificate that is brought.
    public var request: [UInt8]
    /// DER of the certificates that are brought, the host's first, until they are taken in.
    public var chain: [[UInt8]]
    /// SHA-256 of the SubjectPublicKeyInfo.
    public var publicKeyHash: [UInt8]
    /// SHA-256 of the certificate that it renews.
    public let replaces: [UInt8]?
    /// When it came.
    public let submittedAt: Date
    /// How far it is.
    public var status: Status
    /// When that changed last.
    public var updatedAt: Date
    /// What the agent's owner has to put in place for the CA.
    public var challenges: [ServerCertificateChallenge] = []
    /// SHA-256 of the certificate, once it is there.
    public var fingerprint: [UInt8]?
    /// The first second of its validity.
    public var notBefore: Date?
    /// The last second of its validity.
    public var notAfter: Date?
    /// When the next one is ordered, once that is known.
    public var renewAt: Date?
    /// When it is asked again when to renew.
    public var askAgainAt: Date?
    /// How many renewals in a row were refused.
    public var renewalFailures = 0
    /// How many certificates in a row, up to this one, were ordered long before the one before was due by its age.
    public var earlyRenewals = 0
    /// How much of its life was left when its owner was last told, in per cent; 100 before.
    public var reminded = 100
    /// Why it was refused.
    public var failure: String?

    /// A request that comes in, or is restored.
    public init(
        id: AgentID,
        origin: Origin,
        request: [UInt8],
        chain: [[UInt8]] = [],
        isBrought: Bool,
        publicKeyHash: [UInt8],
        replaces: [UInt8]? = nil,
        submittedAt: Date,
        status: Status = .pending,
        updatedAt: Date
    ) {
        self.id = id
        self.origin = origin
        self.isBrought = isBrought
        self.request = request
        self.chain = chain
        self.publicKeyHash = publicKeyHash
        self.replaces = replaces
        self.submittedAt = submittedAt
        self.status = status
        self.updatedAt = updatedAt
    }

    /// The facts of its certificate.
    mutating func found(_ certificate: ServerCertificate, at instant: Date) {
        self.fingerprint = certificate.fingerprint
        self.publicKeyHash = certificate.publicKeyHash
        self.notBefore = certificate.notBefore.date
        self.notAfter = certificate.notAfter.date
        self.chain = []
        self.challenges = []
        self.updatedAt = instant
    }

    /// Before when it is not renewed, whatever its CA suggests (RFC 9773 §4.2: a window in the past says "now", also of the
    /// certificate that comes next).
    ///
    /// Once a CA may hurry; each time that it does so again the pause is twice as long, up to two thirds of the life.
    var earliestRenewal: Date {
        guard let notBefore, let notAfter, self.earlyRenewals > 0 else { return .distantPast }
        let life = max(0, notAfter.timeIntervalSince(notBefore))
        let first = min(Budget.firstEarlyRenewalPause, life / 10)
        let pause = first * Double(1 << min(self.earlyRenewals - 1, 16))
        return notBefore.addingTimeInterval(min(pause, life * 2 / 3))
    }

    /// The early renewals in a row, when its successor is ordered now: before half of its life is over.
    func earlyRenewals(at instant: Date) -> Int {
        guard let half = self.instant(withLeft: 50) else { return 0 }
        return instant < half ? self.earlyRenewals + 1 : 0
    }

    /// When so much of the certificate's life is left, in per cent.
    func instant(withLeft percentage: Int) -> Date? {
        guard let notBefore, let notAfter else { return nil }
        return notAfter.addingTimeInterval(-max(0, notAfter.timeIntervalSince(notBefore)) * Double(percentage) / 100)
    }

    /// The last threshold that has come and of which its owner was not told.
    func reminderDue(at instant: Date) -> Int? {
        Budget.serverReminders.last { $0 < self.reminded && (self.instant(withLeft: $0) ?? .distantFuture) <= instant }
    }
}
