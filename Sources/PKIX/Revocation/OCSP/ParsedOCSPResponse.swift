// A response read as a client reads it (RFC 6960 §4.2.1): for the self-check, for tests, for the tool.

/// A response of a responder.
public enum ParsedOCSPResponse: Hashable, Sendable {
    /// A status alone.
    case error(OCSPErrorStatus)
    /// A signed answer, its signature not yet verified.
    case basic(BasicOCSPResponse)

    /// Reads the DER of an `OCSPResponse`.
    ///
    /// - Throws: ``PKIXError`` with `.malformed`.
    public init(derEncoded bytes: [UInt8]) throws(PKIXError) {
        let span = bytes.span.bytes
        var outer = DERReader(0..<bytes.count)
        var message = DERReader(try outer.next(DERTag.sequence, "OCSPResponse", in: span).content)
        try outer.finish("the message")
        let status = try message.next(DERTag.enumerated, "responseStatus", in: span)
        let code = try DERInteger.number(of: status, in: span)
        guard code != 0 else {
            let element = try message.next(DERTag.constructed(0), "responseBytes", in: span)
            try message.finish("OCSPResponse")
            self = .basic(try BasicOCSPResponse(responseBytes: element, in: span))
            return
        }
        guard let error = UInt8(exactly: code).flatMap(OCSPErrorStatus.init(rawValue:)) else {
            throw DERReader.malformed("an unknown responseStatus", at: status.start)
        }
        try message.finish("OCSPResponse")
        self = .error(error)
    }
}

/// A signed answer, its signature not yet verified.
public struct BasicOCSPResponse: Hashable, Sendable {
    /// What was signed, taken apart.
    public let responseData: ParsedOCSPResponseData
    /// What was signed, as octets.
    public let signedBytes: [UInt8]
    /// The encoded `AlgorithmIdentifier` of the signature.
    public let signatureAlgorithm: [UInt8]
    /// The signature.
    public let signature: [UInt8]
    /// The encoded certificates that came along.
    public let certificates: [[UInt8]]

    /// The scheme that the signature names; `nil` when it is none of ours.
    public var scheme: SignatureScheme? { SignatureScheme(algorithmIdentifier: self.signatureAlgorithm) }

    init(responseBytes element: DERElement, in bytes: RawSpan) throws(PKIXError) {
        var tagged = DERReader(element.content)
        var typed = DERReader(try tagged.next(DERTag.sequence, "responseBytes", in: bytes).content)
        try tagged.finish("responseBytes")
        let type = try typed.next(DERTag.objectIdentifier, "responseType", in: bytes)
        guard bytes.holds(OCSPResponse.basic, at: type.content) else {
            throw DERReader.malformed("a response that is not of the basic type", at: type.start)
        }
        var content = DERReader(try typed.next(DERTag.octetString, "response", in: bytes).content)
        try typed.finish("responseBytes")
        var fields = DERReader(try content.next(DERTag.sequence, "BasicOCSPResponse", in: bytes).content)
        try content.finish("response")
        let signed = try fields.next(DERTag.sequence, "tbsResponseData", in: bytes).encoded
        self.responseData = try ParsedOCSPResponseData(derEncoded: bytes, at: signed)
        self.signedBytes = bytes.octets(signed)
        (self.signatureAlgorithm, self.signature) = try fields.nextSignature(in: bytes)
        var certificates: [[UInt8]] = []
        if let tagged = try fields.nextIfPresent(DERTag.constructed(0), in: bytes) {
            var outer = DERReader(tagged.content)
            var list = DERReader(try outer.next(DERTag.sequence, "certs", in: bytes).content)
            try outer.finish("certs")
            while !list.isAtEnd {
                certificates.append(bytes.octets(try list.next(DERTag.sequence, "certs", in: bytes).encoded))
            }
        }
        try fields.finish("BasicOCSPResponse")
        self.certificates = certificates
    }
}

extension DERReader {
    /// Reads `signatureAlgorithm` and `signature`, which has no unused bits.
    mutating func nextSignature(
        in bytes: RawSpan
    ) throws(PKIXError) -> (algorithm: [UInt8], signature: [UInt8]) {
        let algorithm = try self.next(DERTag.sequence, "signatureAlgorithm", in: bytes)
        let signature = try self.next(DERTag.bitString, "signature", in: bytes)
        guard signature.content.count > 1, bytes.octet(signature.contentStart) == 0 else {
            throw Self.malformed("an empty signature or one with unused bits", at: signature.start)
        }
        return (bytes.octets(algorithm.encoded), bytes.octets(signature.content.dropFirst()))
    }
}

extension SignatureScheme {
    /// The scheme of an encoded `AlgorithmIdentifier`; `nil` when it is none of ours.
    public init?(algorithmIdentifier: [UInt8]) {
        guard let scheme = Self.allCases.first(where: { $0.algorithmIdentifier == algorithmIdentifier }) else {
            return nil
        }
        self = scheme
    }
}
