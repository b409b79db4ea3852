// The outer message of the responder (RFC 6960 §4.2.1): a signed basic response, or a status alone.

/// Why there is no answer.
public enum OCSPErrorStatus: UInt8, Hashable, Sendable, CaseIterable {
    /// The request is not well-formed.
    case malformedRequest = 1
    /// The responder failed.
    case internalError = 2
    /// The responder cannot answer for now.
    case tryLater = 3
    /// Requests must be signed.
    case sigRequired = 5
    /// The responder has no authoritative record of the certificate (RFC 9919), or the client may not ask.
    case unauthorized = 6
}

/// Encodes responses.
///
/// ```
/// OCSPResponse ::= SEQUENCE {
///    responseStatus          OCSPResponseStatus,
///    responseBytes       [0] EXPLICIT ResponseBytes OPTIONAL }
///
/// ResponseBytes ::=       SEQUENCE {
///    responseType            OBJECT IDENTIFIER,
///    response                OCTET STRING }
///
/// BasicOCSPResponse       ::= SEQUENCE {
///    tbsResponseData         ResponseData,
///    signatureAlgorithm      AlgorithmIdentifier,
///    signature               BIT STRING,
///    certs               [0] EXPLICIT SEQUENCE OF Certificate OPTIONAL }
/// ```
public enum OCSPResponse {
    /// The DER of a successful response.
    ///
    /// `certificates` are encoded certificates that help to verify: the responder's own.
    ///
    /// - Throws: ``PKIXError`` with `.malformed` when there is no signature.
    public static func derEncoded(
        responseData: [UInt8],
        scheme: SignatureScheme,
        signature: [UInt8],
        certificates: [[UInt8]]
    ) throws(PKIXError) -> [UInt8] {
        guard !signature.isEmpty else { throw PKIXError(.malformed, "an OCSP response without a signature") }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(
            certificates.reduce(128 + responseData.count + signature.count + 80) { $0 + $1.count }
        )
        bytes.appendElement(DERTag.sequence) { bytes in
            bytes.append(contentsOf: [DERTag.enumerated, 1, 0])
            bytes.appendElement(DERTag.constructed(0)) { bytes in
                bytes.appendElement(DERTag.sequence) { bytes in
                    bytes.appendElement(DERTag.objectIdentifier, Self.basic)
                    bytes.appendElement(DERTag.octetString) { bytes in
                        bytes.appendElement(DERTag.sequence) { bytes in
                            bytes.append(contentsOf: responseData)
                            bytes.appendSignature(signature, scheme: scheme)
                            bytes.appendCertificates(certificates)
                        }
                    }
                }
            }
        }
        return bytes
    }

    /// The DER of a response that is a status alone; it cannot be signed.
    public static func error(_ status: OCSPErrorStatus) -> [UInt8] {
        [DERTag.sequence, 3, DERTag.enumerated, 1, status.rawValue]
    }

    /// id-pkix-ocsp-basic (RFC 6960 §4.2.1).
    static let basic: [UInt8] = [0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01]
}

extension [UInt8] {
    /// Appends what stands after signed bytes: `signatureAlgorithm` and `signature`.
    mutating func appendSignature(_ signature: [UInt8], scheme: SignatureScheme) {
        self.append(contentsOf: scheme.algorithmIdentifier)
        self.appendHeader(DERTag.bitString, length: 1 + signature.count)
        self.append(0)
        self.append(contentsOf: signature)
    }

    /// Appends `certs [0] EXPLICIT SEQUENCE OF Certificate OPTIONAL`.
    fileprivate mutating func appendCertificates(_ certificates: [[UInt8]]) {
        guard !certificates.isEmpty else { return }
        self.appendElement(DERTag.constructed(0)) { bytes in
            bytes.appendElement(DERTag.sequence) { bytes in
                for certificate in certificates { bytes.append(contentsOf: certificate) }
            }
        }
    }
}
