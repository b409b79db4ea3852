// What clients ask (RFC 6960 §4.1), read strictly and in one pass, for anyone may send anything.

/// A request that passed every check.
///
/// ```
/// OCSPRequest     ::=     SEQUENCE {
///     tbsRequest                  TBSRequest,
///     optionalSignature   [0]     EXPLICIT Signature OPTIONAL }
///
/// TBSRequest      ::=     SEQUENCE {
///     version             [0]     EXPLICIT Version DEFAULT v1,
///     requestorName       [1]     EXPLICIT GeneralName OPTIONAL,
///     requestList                 SEQUENCE OF Request,
///     requestExtensions   [2]     EXPLICIT Extensions OPTIONAL }
///
/// Request         ::=     SEQUENCE {
///     reqCert                     CertID,
///     singleRequestExtensions [0] EXPLICIT Extensions OPTIONAL }
/// ```
/// The requestor's name and signature are read for their form and otherwise passed over: status is public.
public struct OCSPRequest: Hashable, Sendable {
    /// One entry of the list.
    public enum Item: Hashable, Sendable {
        /// A CertID that can be looked up.
        case certID(OCSPCertID)
        /// The encoded CertID of an unknown hash algorithm, or of a serial number longer than any certificate's.
        case unsupported(encoded: [UInt8])
    }

    /// What is asked for: 1 to ``Budget/ocspRequestItems`` entries.
    public let items: [Item]
    /// The nonce, 1 to 128 octets (RFC 9654 §2.1); `nil` when there is none.
    public let nonce: [UInt8]?

    /// Creates a request; nothing is checked.
    public init(items: [Item], nonce: [UInt8]? = nil) {
        self.items = items
        self.nonce = nonce
    }

    /// Reads a request.
    ///
    /// - Throws: ``PKIXError`` with `.malformed` for anything that is not exactly one DER-encoded request within
    ///   ``Budget/ocspRequestBytes`` and ``Budget/ocspRequestItems``, and for critical extensions that are not known.
    public init(derEncoded bytes: [UInt8]) throws(PKIXError) {
        try self.init(derEncoded: bytes.span.bytes)
    }

    /// Reads a request from borrowed memory.
    ///
    /// - Throws: as the initializer from an array.
    public init(derEncoded bytes: RawSpan) throws(PKIXError) {
        self = try OCSPRequestReader.request(in: bytes)
    }

    /// The encoded request, unsigned; the extensions are the nonce alone.
    public func derEncoded() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendElement(DERTag.sequence) { bytes in
            bytes.appendElement(DERTag.sequence) { bytes in
                bytes.appendElement(DERTag.sequence) { bytes in
                    for item in self.items {
                        bytes.appendElement(DERTag.sequence) { item.serialize(appendingTo: &$0) }
                    }
                }
                if let nonce = self.nonce {
                    bytes.appendElement(DERTag.constructed(2), RevocationExtension.nonce(nonce).encodedList)
                }
            }
        }
        return bytes
    }
}

extension OCSPRequest.Item {
    /// Appends the encoded CertID.
    func serialize(appendingTo bytes: inout [UInt8]) {
        switch self {
        case .certID(let certID): certID.serialize(appendingTo: &bytes)
        case .unsupported(let encoded): bytes.append(contentsOf: encoded)
        }
    }
}
