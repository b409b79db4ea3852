// What is asked for, after the request has been parsed: a key, names, a profile.

public import PKIX
public import X509

/// An application for a certificate.
public struct CertificateApplication: Sendable {
    /// The profile's name.
    public var profile: String
    /// The key, checked.
    public var publicKey: SubjectPublicKey
    /// The names asked for.
    public var names: [AlternativeName]
    /// The subject, for profiles whose common name comes from the hierarchy.
    public var subject: DistinguishedName?
    /// The lifetime asked for in seconds; the profile's when `nil`.
    public var lifetime: Int64?
    /// Until when it may be valid at most; as long as the lifetime says when `nil`.
    public var notAfter: CertificateTime?
    /// For whom.
    public var requester: Requester
    /// The request's idempotency key.
    public var idempotency: IdempotencyKey?
    /// SHA-256 of the SubjectPublicKeyInfo of the public certificate that belongs to it, for profiles with `serverKeyLink`.
    public var serverKeyHash: [UInt8]?

    /// An application made here, for a key of our own.
    public init(
        profile: String,
        publicKey: SubjectPublicKey,
        names: [AlternativeName] = [],
        subject: DistinguishedName? = nil,
        requester: Requester
    ) {
        self.profile = profile
        self.publicKey = publicKey
        self.names = names
        self.subject = subject
        self.requester = requester
    }

    /// An application by a certificate request: of it come the key and the names, nothing else.
    public init(
        profile: String,
        request: ParsedCSR,
        lifetime: Int64?,
        requester: Requester,
        idempotency: IdempotencyKey?
    ) {
        self.profile = profile
        self.publicKey = request.publicKey
        self.names = request.names
        self.lifetime = lifetime
        self.requester = requester
        self.idempotency = idempotency
    }
}
