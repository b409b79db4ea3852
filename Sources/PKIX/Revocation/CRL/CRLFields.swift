// The fields of a TBSCertList that stand before its entries (RFC 5280 §5.1.2), read without judging them.

/// The fields before the entries.
struct CRLFields: Hashable, Sendable {
    /// The version's number, 1 for v2; `nil` when the field is absent.
    let version: Int64?
    /// The encoded `AlgorithmIdentifier`.
    let signatureAlgorithm: [UInt8]
    /// The encoded issuer.
    let issuer: [UInt8]
    let thisUpdate: DERTime
    let nextUpdate: DERTime?

    init(_ fields: inout DERReader, in bytes: RawSpan) throws(PKIXError) {
        if let version = try fields.nextIfPresent(DERTag.integer, in: bytes) {
            self.version = try DERInteger.number(of: version, in: bytes)
        } else {
            self.version = nil
        }
        self.signatureAlgorithm = bytes.octets(try fields.next(DERTag.sequence, "signature", in: bytes).encoded)
        self.issuer = bytes.octets(try fields.next(DERTag.sequence, "issuer", in: bytes).encoded)
        self.thisUpdate = try DERTime(&fields, in: bytes)
        if let element = try fields.nextIfPresent(DERTag.utcTime, in: bytes) {
            self.nextUpdate = try DERTime(element, in: bytes)
        } else if let element = try fields.nextIfPresent(DERTag.generalizedTime, in: bytes) {
            self.nextUpdate = try DERTime(element, in: bytes)
        } else {
            self.nextUpdate = nil
        }
    }
}
