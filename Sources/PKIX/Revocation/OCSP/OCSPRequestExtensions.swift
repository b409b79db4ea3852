// Extensions of requests (RFC 6960 §4.4, RFC 9654): the nonce is taken, what is not critical is passed over.

/// Reads extensions of requests.
enum OCSPRequestExtensions {
    /// The nonce among `requestExtensions`; `nil` when there is none.
    static func nonce(in element: DERElement, of bytes: RawSpan) throws(PKIXError) -> [UInt8]? {
        var list = try RevocationExtension.list(element, of: bytes)
        var nonce: [UInt8]?
        repeat {
            let found = try RevocationExtension.Parts(&list, in: bytes)
            if bytes.holds(RevocationExtension.nonceIdentifier, at: found.identifier) {
                guard nonce == nil else { throw DERReader.malformed("two nonces", at: element.start) }
                nonce = try Self.nonce(found.value, of: bytes)
            } else if found.isCritical, !bytes.holds(Self.acceptableResponses, at: found.identifier) {
                throw Self.unknown(found)
            }
        } while !list.isAtEnd
        return nonce
    }

    /// Passes over `singleRequestExtensions`, none of which is known, if none is critical.
    static func checkSingle(_ element: DERElement, of bytes: RawSpan) throws(PKIXError) {
        var list = try RevocationExtension.list(element, of: bytes)
        repeat {
            let found = try RevocationExtension.Parts(&list, in: bytes)
            guard !found.isCritical else { throw Self.unknown(found) }
        } while !list.isAtEnd
    }

    /// `Nonce ::= OCTET STRING(SIZE(1..128))` (RFC 9654 §2.1).
    private static func nonce(_ value: Range<Int>, of bytes: RawSpan) throws(PKIXError) -> [UInt8] {
        var reader = DERReader(value)
        let nonce = try reader.next(DERTag.octetString, "nonce", in: bytes).content
        try reader.finish("nonce")
        guard (1...Budget.ocspNonceBytes).contains(nonce.count) else {
            throw DERReader.malformed(
                "a nonce that is not 1 to \(Budget.ocspNonceBytes) octets long",
                at: value.lowerBound
            )
        }
        return bytes.octets(nonce)
    }

    private static func unknown(_ found: RevocationExtension.Parts) -> PKIXError {
        DERReader.malformed("a critical extension that is not known", at: found.identifier.lowerBound)
    }

    /// id-pkix-ocsp-response (RFC 6960 §4.4.3): every client takes the basic type, which is what it gets.
    private static let acceptableResponses: [UInt8] = [0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x04]
}
