// The grammar of OCSP requests (RFC 6960 §4.1.1), element by element.
//
// What is looked at is read in place. What is only passed over (names, signatures) is rare and is given to swift-asn1,
// which bounds its depth, so that the whole request is known to be DER.

import SwiftASN1

/// Reads requests.
enum OCSPRequestReader {
    static func request(in bytes: RawSpan) throws(PKIXError) -> OCSPRequest {
        guard bytes.byteCount <= Budget.ocspRequestBytes else {
            throw PKIXError(.malformed, "an OCSP request of more than \(Budget.ocspRequestBytes) octets")
        }
        var outer = DERReader(0..<bytes.byteCount)
        var message = DERReader(try outer.next(DERTag.sequence, "OCSPRequest", in: bytes).content)
        try outer.finish("the message")
        let request = try Self.tbsRequest(try message.next(DERTag.sequence, "tbsRequest", in: bytes), in: bytes)
        if let signature = try message.nextIfPresent(DERTag.constructed(0), in: bytes) {
            try Self.checkSignature(signature, in: bytes)
        }
        try message.finish("OCSPRequest")
        return request
    }

    private static func tbsRequest(_ element: DERElement, in bytes: RawSpan) throws(PKIXError) -> OCSPRequest {
        var fields = DERReader(element.content)
        // The only version is v1, the default, which DER leaves out (X.690 §11.5).
        if let requestorName = try fields.nextIfPresent(DERTag.constructed(1), in: bytes) {
            try Self.checkForm(requestorName, in: bytes)
        }
        let items = try Self.items(try fields.next(DERTag.sequence, "requestList", in: bytes), in: bytes)
        var nonce: [UInt8]?
        if let extensions = try fields.nextIfPresent(DERTag.constructed(2), in: bytes) {
            nonce = try OCSPRequestExtensions.nonce(in: extensions, of: bytes)
        }
        try fields.finish("tbsRequest")
        return OCSPRequest(items: items, nonce: nonce)
    }

    private static func items(_ element: DERElement, in bytes: RawSpan) throws(PKIXError) -> [OCSPRequest.Item] {
        var list = DERReader(element.content)
        var items = [try Self.item(&list, in: bytes)]
        while !list.isAtEnd {
            guard items.count < Budget.ocspRequestItems else {
                throw PKIXError(.malformed, "an OCSP request for more than \(Budget.ocspRequestItems) certificates")
            }
            items.append(try Self.item(&list, in: bytes))
        }
        return items
    }

    private static func item(_ list: inout DERReader, in bytes: RawSpan) throws(PKIXError) -> OCSPRequest.Item {
        var request = DERReader(try list.next(DERTag.sequence, "Request", in: bytes).content)
        let item = try Self.certID(try request.next(DERTag.sequence, "reqCert", in: bytes), in: bytes)
        if let extensions = try request.nextIfPresent(DERTag.constructed(0), in: bytes) {
            try OCSPRequestExtensions.checkSingle(extensions, of: bytes)
        }
        try request.finish("Request")
        return item
    }

    /// Reads a CertID, of a request or of a response.
    static func certID(_ element: DERElement, in bytes: RawSpan) throws(PKIXError) -> OCSPRequest.Item {
        var fields = DERReader(element.content)
        let algorithm = try fields.next(DERTag.sequence, "hashAlgorithm", in: bytes)
        let name = try fields.next(DERTag.octetString, "issuerNameHash", in: bytes).content
        let key = try fields.next(DERTag.octetString, "issuerKeyHash", in: bytes).content
        let serialNumber = try DERInteger.content(
            of: try fields.next(DERTag.integer, "serialNumber", in: bytes),
            in: bytes
        )
        try fields.finish("reqCert")
        guard let (hash, hasNullParameters) = try Self.hash(algorithm, in: bytes),
            serialNumber.count <= Budget.serialNumberBytes + 1
        else { return .unsupported(encoded: bytes.octets(element.encoded)) }
        guard name.count == hash.byteCount, key.count == hash.byteCount else {
            throw DERReader.malformed("a hash that is not \(hash.byteCount) octets long", at: name.lowerBound)
        }
        return .certID(
            OCSPCertID(
                hash: hash,
                hasNullParameters: hasNullParameters,
                issuerNameHash: bytes.octets(name),
                issuerKeyHash: bytes.octets(key),
                serialNumber: bytes.octets(serialNumber)
            )
        )
    }

    /// The hash algorithm, and whether it has NULL parameters; `nil` when it is none of ours.
    private static func hash(_ element: DERElement, in bytes: RawSpan) throws(PKIXError) -> (OCSPHash, Bool)? {
        var fields = DERReader(element.content)
        let identifier = try fields.nextIdentifier("algorithm", in: bytes)
        let parameters = fields.isAtEnd ? nil : try fields.next(in: bytes)
        try fields.finish("hashAlgorithm")
        for hash in OCSPHash.allCases where bytes.holds(hash.objectIdentifier, at: identifier) {
            guard let parameters else { return (hash, false) }
            // RFC 5754 §2: parameters are absent, and NULL is accepted.
            guard parameters.tag == DERTag.null, parameters.content.isEmpty else {
                throw DERReader.malformed("parameters of a hash that are not NULL", at: parameters.start)
            }
            return (hash, true)
        }
        try Self.checkForm(element, in: bytes)
        return nil
    }

    /// ```
    /// Signature       ::=     SEQUENCE {
    ///     signatureAlgorithm      AlgorithmIdentifier,
    ///     signature               BIT STRING,
    ///     certs               [0] EXPLICIT SEQUENCE OF Certificate OPTIONAL}
    /// ```
    private static func checkSignature(_ element: DERElement, in bytes: RawSpan) throws(PKIXError) {
        var tagged = DERReader(element.content)
        var fields = DERReader(try tagged.next(DERTag.sequence, "optionalSignature", in: bytes).content)
        try tagged.finish("optionalSignature")
        _ = try fields.next(DERTag.sequence, "signatureAlgorithm", in: bytes)
        _ = try fields.next(DERTag.bitString, "signature", in: bytes)
        _ = try fields.nextIfPresent(DERTag.constructed(0), in: bytes)
        try fields.finish("optionalSignature")
        try Self.checkForm(element, in: bytes)
    }

    /// Demands that an element which is passed over is DER throughout.
    private static func checkForm(_ element: DERElement, in bytes: RawSpan) throws(PKIXError) {
        do {
            _ = try DER.parse(bytes.octets(element.encoded))
        } catch {
            throw PKIXError(.malformed, "not DER: \(error.reasonForMessage), at octet \(element.start)")
        }
    }
}
