// What is recorded before a certificate is signed.

public import PKIX

/// An issuance that has a serial number and bytes to sign, and no signature yet.
public struct BegunIssuance: Hashable, Sendable {
    // Stored: a change here needs a migration.
    /// The serial number.
    public let serialNumber: SerialNumber
    /// The name of the issuing CA.
    public let issuer: String
    /// The shard of the issuer's CRLs that will list the certificate if it is revoked; 0 where there are none.
    public let shard: Int
    /// The profile's name.
    public let profile: String
    /// SHA-256 of the profile's file.
    public let profileHash: [UInt8]
    /// The host that the certificate names first; what a listing by agent goes by.
    ///
    /// `nil` for CAs and responders.
    public let agent: String?
    /// The subject alternative names with their kinds, separated by spaces; the subject for CAs and responders.
    public let names: String
    /// SHA-256 of the SubjectPublicKeyInfo.
    public let publicKeyHash: [UInt8]
    /// The first second of validity.
    public let notBefore: CertificateTime
    /// The last second of validity.
    public let notAfter: CertificateTime
    /// The bytes to sign.
    public let tbsCertificate: [UInt8]
    /// How they are signed.
    public let scheme: SignatureScheme
    /// When the issuance began, in seconds.
    public let begunAt: CertificateTime
    /// For whom.
    public let requester: Requester
    /// The request's idempotency key.
    public let idempotency: IdempotencyKey?

    /// Creates the record.
    public init(
        serialNumber: SerialNumber,
        issuer: String,
        shard: Int = 0,
        profile: String,
        profileHash: [UInt8],
        agent: String?,
        names: String,
        publicKeyHash: [UInt8],
        notBefore: CertificateTime,
        notAfter: CertificateTime,
        tbsCertificate: [UInt8],
        scheme: SignatureScheme,
        begunAt: CertificateTime,
        requester: Requester,
        idempotency: IdempotencyKey?
    ) {
        self.serialNumber = serialNumber
        self.issuer = issuer
        self.shard = shard
        self.profile = profile
        self.profileHash = profileHash
        self.agent = agent
        self.names = names
        self.publicKeyHash = publicKeyHash
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.tbsCertificate = tbsCertificate
        self.scheme = scheme
        self.begunAt = begunAt
        self.requester = requester
        self.idempotency = idempotency
    }
}

/// A caller's name for one request, so that a repetition gets the first answer.
public struct IdempotencyKey: Hashable, Sendable {
    /// The scope of a registration authority's references: kept for longer than callers' keys, for as long as it may come back.
    public static let orderScope = "registration-authority"

    /// Whose key it is: two callers may use the same one.
    public let scope: String
    /// The key.
    public let key: String
    /// SHA-256 of what was asked: the same key with another request is an error.
    public let requestHash: [UInt8]

    /// Creates a key.
    public init(scope: String, key: String, requestHash: [UInt8]) {
        self.scope = scope
        self.key = key
        self.requestHash = requestHash
    }
}

/// What came of recording the begin of an issuance.
public enum BeginOutcome: Hashable, Sendable {
    /// It is durable: the bytes may be signed.
    case begun
    /// The serial number is in use; draw another.
    case serialNumberTaken
    /// The idempotency key's first request has its certificate.
    case replay(StoredCertificate)
    /// The idempotency key's first request is under way.
    case inProgress
    /// The idempotency key came with another request.
    case idempotencyKeyReused
    /// The key is blocked.
    case keyBlocked(BlockedKey)
}
