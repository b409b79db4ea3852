// What the responder signs (RFC 6960 §4.2.1), in the profile of RFC 9919: byKey, nextUpdate always, whole seconds.

/// What is known of a certificate.
public enum OCSPCertificateStatus: Hashable, Sendable {
    /// Issued and not revoked.
    case good
    /// Revoked, or on hold, or never issued (with ``OCSPResponseData/extendedRevoke``).
    case revoked(at: CertificateTime, reason: RevocationReason?)
    /// Not known to the responder.
    case unknown
}

/// The answer for one certificate.
///
/// ```
/// SingleResponse ::= SEQUENCE {
///    certID                       CertID,
///    certStatus                   CertStatus,
///    thisUpdate                   GeneralizedTime,
///    nextUpdate         [0]       EXPLICIT GeneralizedTime OPTIONAL,
///    singleExtensions   [1]       EXPLICIT Extensions OPTIONAL }
/// ```
public struct OCSPSingleResponse: Hashable, Sendable {
    /// The CertID of the request, repeated octet by octet.
    public var item: OCSPRequest.Item
    /// The status.
    public var status: OCSPCertificateStatus
    /// The last time at which the status is known to have been right.
    public var thisUpdate: CertificateTime
    /// When newer information will be there at the latest.
    public var nextUpdate: CertificateTime

    /// Creates an answer.
    public init(
        item: OCSPRequest.Item,
        status: OCSPCertificateStatus,
        thisUpdate: CertificateTime,
        nextUpdate: CertificateTime
    ) {
        self.item = item
        self.status = status
        self.thisUpdate = thisUpdate
        self.nextUpdate = nextUpdate
    }
}

/// The to-be-signed part of a response.
///
/// ```
/// ResponseData ::= SEQUENCE {
///    version              [0] EXPLICIT Version DEFAULT v1,
///    responderID              ResponderID,
///    producedAt               GeneralizedTime,
///    responses                SEQUENCE OF SingleResponse,
///    responseExtensions   [1] EXPLICIT Extensions OPTIONAL }
/// ```
public struct OCSPResponseData: Hashable, Sendable {
    /// SHA-1 of the content of the responder's key's BIT STRING: the `byKey` of the responderID.
    public var responderKeyHash: [UInt8]
    /// When the response is signed.
    public var producedAt: CertificateTime
    /// The answers, in the order of the request.
    public var responses: [OCSPSingleResponse]
    /// The request's nonce, if it is repeated.
    public var nonce: [UInt8]?
    /// The archive cutoff on each answer: certificates that expired since are still answered (RFC 6960 §4.4.4).
    public var archiveCutoff: CertificateTime?
    /// Whether certificates that were never issued are answered as revoked (RFC 6960 §4.4.8).
    public var extendedRevoke: Bool

    /// Creates the value; lints judge the bytes.
    public init(
        responderKeyHash: [UInt8],
        producedAt: CertificateTime,
        responses: [OCSPSingleResponse],
        nonce: [UInt8]? = nil,
        archiveCutoff: CertificateTime? = nil,
        extendedRevoke: Bool = false
    ) {
        self.responderKeyHash = responderKeyHash
        self.producedAt = producedAt
        self.responses = responses
        self.nonce = nonce
        self.archiveCutoff = archiveCutoff
        self.extendedRevoke = extendedRevoke
    }
}
