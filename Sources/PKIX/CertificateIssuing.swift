// The port through which a registration authority has certificates issued and revoked. It names no key and no CA.

/// What a registration authority asks for once it has decided.
public struct CertificateOrder: Sendable {
    /// The profile's name.
    public let profile: String
    /// The request, its signature checked; of it come the key and the names, nothing else.
    public let request: ParsedCSR
    /// The longest lifetime in seconds: the profile's is cut to it; the profile's when nil.
    public let lifetime: Int64?
    /// For whom, as the audit log names them.
    public let actor: String
    /// Where the request came from.
    public let address: String?
    /// The id of the request.
    public let requestID: String?
    /// One order: placed twice with the same reference and request, it gives the same certificate.
    public let reference: String
    /// SHA-256 of the SubjectPublicKeyInfo of the agent's public certificate, 32 octets, when there is one: it goes into the
    /// certificate when the profile has `serverKeyLink`.
    public let serverKeyHash: [UInt8]?

    /// Creates an order.
    public init(
        profile: String,
        request: ParsedCSR,
        lifetime: Int64? = nil,
        actor: String,
        address: String? = nil,
        requestID: String? = nil,
        reference: String,
        serverKeyHash: [UInt8]? = nil
    ) {
        self.profile = profile
        self.request = request
        self.lifetime = lifetime
        self.actor = actor
        self.address = address
        self.requestID = requestID
        self.reference = reference
        self.serverKeyHash = serverKeyHash
    }
}

/// A certificate that was issued.
public struct DeliveredCertificate: Hashable, Sendable {
    /// The serial number.
    public let serialNumber: SerialNumber
    /// The DER of the certificate.
    public let certificate: [UInt8]
    /// DER of the issuing CA and those above it, without the root.
    public let chain: [[UInt8]]
    /// The first second of validity.
    public let notBefore: CertificateTime
    /// The last second of validity.
    public let notAfter: CertificateTime
    /// Whether it is revoked or on hold.
    public let isRevoked: Bool

    /// Creates the value.
    public init(
        serialNumber: SerialNumber,
        certificate: [UInt8],
        chain: [[UInt8]],
        notBefore: CertificateTime,
        notAfter: CertificateTime,
        isRevoked: Bool = false
    ) {
        self.serialNumber = serialNumber
        self.certificate = certificate
        self.chain = chain
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.isRevoked = isRevoked
    }
}

/// Why an order was not served.
public struct IssuingFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The stable code in SCREAMING_SNAKE_CASE.
    public let code: String
    /// What is wrong and what to do; safe to show to the caller.
    public let reason: String
    /// Whether the same order may succeed later: the token is away, the store is busy.
    public let isTransient: Bool

    /// Creates a failure.
    public init(code: String, reason: String, isTransient: Bool) {
        self.code = code
        self.reason = reason
        self.isTransient = isTransient
    }

    /// The code and the reason.
    public var description: String { "\(self.code): \(self.reason)" }
}

/// Issues and revokes certificates for a registration authority that has decided that it may be.
///
/// Durability: what is returned is on stable storage and in the audit log. Idempotency: an order's reference is kept at
/// least a day; within it a second order gives the first one's certificate. Concurrency: any number of tasks may call.
public protocol CertificateIssuing: Sendable {
    /// Has a certificate issued.
    ///
    /// - Throws: ``IssuingFailure``.
    func issue(_ order: CertificateOrder) async throws(IssuingFailure) -> DeliveredCertificate

    /// The certificate with this serial number; nil when there is none.
    ///
    /// - Throws: ``IssuingFailure``.
    func delivered(_ serialNumber: SerialNumber) async throws(IssuingFailure) -> DeliveredCertificate?

    /// Revokes a certificate; to revoke it again changes nothing.
    ///
    /// - Throws: ``IssuingFailure``.
    func revoke(
        _ serialNumber: SerialNumber,
        reason: RevocationReason,
        actor: String,
        address: String?,
        requestID: String?
    ) async throws(IssuingFailure)

    /// The certificate that an order with this reference got; nil when none was issued.
    ///
    /// While one is being issued, by whomever, that is a transient failure.
    func delivered(for reference: String) async throws(IssuingFailure) -> DeliveredCertificate?

    /// Whether a key was blocked, as one that is known to be compromised is: nothing is issued for it any more.
    func isBlocked(_ key: SubjectPublicKey) async throws(IssuingFailure) -> Bool
}
