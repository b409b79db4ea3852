// What a responder signed, or is about to sign, read back from the bytes (RFC 6960 §4.2.1).

/// One answer as its bytes have it.
public struct ParsedOCSPSingleResponse: Hashable, Sendable {
    /// The CertID.
    public let item: OCSPRequest.Item
    /// The status; a reason that no revoked certificate has is left out of it.
    public let status: OCSPCertificateStatus
    /// The last time at which the status is known to have been right.
    public let thisUpdate: CertificateTime
    /// When newer information will be there; `nil` when it always is.
    public let nextUpdate: CertificateTime?
    /// The archive cutoff, if there is one.
    public let archiveCutoff: CertificateTime?
    /// The reason's number, whatever it is.
    let reasonCode: Int64?
    /// Whether a time has fractions of a second.
    let hasFractions: Bool
    /// Whether an extension is critical; none that we know is.
    public let hasCriticalExtension: Bool
}

/// The to-be-signed part of a response as its bytes have it.
public struct ParsedOCSPResponseData: Hashable, Sendable {
    /// Who answers.
    public enum ResponderID: Hashable, Sendable {
        /// The responder's encoded subject.
        case byName(encoded: [UInt8])
        /// SHA-1 of the content of the responder's key's BIT STRING.
        case byKey([UInt8])
    }

    /// Who answers.
    public let responderID: ResponderID
    /// When the response was signed.
    public let producedAt: CertificateTime
    /// The answers.
    public let responses: [ParsedOCSPSingleResponse]
    /// The nonce, if there is one; its length is not judged.
    public let nonce: [UInt8]?
    /// Whether certificates that were never issued are answered as revoked.
    public let extendedRevoke: Bool
    /// Whether producedAt has fractions of a second.
    let hasFractions: Bool
    /// Whether an extension of the whole response is critical; none that we know is.
    public let hasCriticalExtension: Bool

    /// Reads the DER of a `ResponseData`.
    ///
    /// - Throws: ``PKIXError`` with `.malformed`.
    public init(derEncoded bytes: [UInt8]) throws(PKIXError) {
        try self.init(derEncoded: bytes.span.bytes, at: 0..<bytes.count)
    }

    init(derEncoded bytes: RawSpan, at range: Range<Int>) throws(PKIXError) {
        var outer = DERReader(range)
        var fields = DERReader(try outer.next(DERTag.sequence, "tbsResponseData", in: bytes).content)
        try outer.finish("tbsResponseData")
        self.responderID = try Self.responderID(&fields, in: bytes)
        let producedAt = try DERTime(
            try fields.next(DERTag.generalizedTime, "producedAt", in: bytes),
            in: bytes
        )
        (self.producedAt, self.hasFractions) = (producedAt.time, producedAt.hasFraction)
        var list = DERReader(try fields.next(DERTag.sequence, "responses", in: bytes).content)
        var responses: [ParsedOCSPSingleResponse] = []
        while !list.isAtEnd { responses.append(try ParsedOCSPSingleResponse(&list, in: bytes)) }
        self.responses = responses
        var extensions: [RevocationExtension.Parts] = []
        if let element = try fields.nextIfPresent(DERTag.constructed(1), in: bytes) {
            extensions = try RevocationExtension.parts(element, of: bytes)
        }
        try fields.finish("tbsResponseData")
        self.hasCriticalExtension = extensions.contains(where: \.isCritical)
        (self.nonce, self.extendedRevoke) = try Self.known(extensions, in: bytes)
    }

    private static func responderID(_ fields: inout DERReader, in bytes: RawSpan) throws(PKIXError) -> ResponderID {
        if let name = try fields.nextIfPresent(DERTag.constructed(1), in: bytes) {
            return .byName(encoded: bytes.octets(name.content))
        }
        var tagged = DERReader(try fields.next(DERTag.constructed(2), "responderID", in: bytes).content)
        let hash = try tagged.next(DERTag.octetString, "byKey", in: bytes).content
        try tagged.finish("byKey")
        return .byKey(bytes.octets(hash))
    }

    private static func known(
        _ extensions: [RevocationExtension.Parts],
        in bytes: RawSpan
    ) throws(PKIXError) -> (nonce: [UInt8]?, extendedRevoke: Bool) {
        var nonce: [UInt8]?
        var extendedRevoke = false
        for each in extensions {
            if bytes.holds(RevocationExtension.nonceIdentifier, at: each.identifier) {
                var value = DERReader(each.value)
                nonce = bytes.octets(try value.next(DERTag.octetString, "nonce", in: bytes).content)
                try value.finish("nonce")
            } else if bytes.holds(RevocationExtension.extendedRevokeIdentifier, at: each.identifier) {
                extendedRevoke = bytes.holds([DERTag.null, 0], at: each.value)
            }
        }
        return (nonce, extendedRevoke)
    }
}
