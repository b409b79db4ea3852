// Which certificates a CRL is about, as its issuingDistributionPoint says (RFC 5280 §5.2.5).

/// What narrows or widens a CRL.
///
/// ```
/// IssuingDistributionPoint ::= SEQUENCE {
///      distributionPoint          [0] DistributionPointName OPTIONAL,
///      onlyContainsUserCerts      [1] BOOLEAN DEFAULT FALSE,
///      onlyContainsCACerts        [2] BOOLEAN DEFAULT FALSE,
///      onlySomeReasons            [3] ReasonFlags OPTIONAL,
///      indirectCRL                [4] BOOLEAN DEFAULT FALSE,
///      onlyContainsAttributeCerts [5] BOOLEAN DEFAULT FALSE }
/// ```
public struct CRLCoverage: Hashable, Sendable {
    /// Certificates of CAs are not on it.
    public private(set) var isOfUsersOnly = false
    /// Certificates of CAs alone are on it.
    public private(set) var isOfAuthoritiesOnly = false
    /// Not every reason puts a certificate on it.
    public private(set) var isOfSomeReasons = false
    /// Certificates of other issuers are on it as well.
    public private(set) var isIndirect = false
    /// Attribute certificates alone are on it.
    public private(set) var isOfAttributesOnly = false

    /// All of the issuer's certificates.
    public init() {}

    /// Reads the fields behind the name of the point.
    init(_ fields: inout DERReader, in bytes: RawSpan) throws(PKIXError) {
        self.isOfUsersOnly = try Self.flag(1, &fields, in: bytes)
        self.isOfAuthoritiesOnly = try Self.flag(2, &fields, in: bytes)
        self.isOfSomeReasons = try fields.nextIfPresent(DERTag.primitive(3), in: bytes) != nil
        self.isIndirect = try Self.flag(4, &fields, in: bytes)
        self.isOfAttributesOnly = try Self.flag(5, &fields, in: bytes)
        try fields.finish("issuingDistributionPoint")
    }

    private static func flag(_ number: UInt8, _ fields: inout DERReader, in bytes: RawSpan) throws(PKIXError) -> Bool {
        guard let element = try fields.nextIfPresent(DERTag.primitive(number), in: bytes) else { return false }
        // FALSE is the default, which DER leaves out (X.690 §11.5); TRUE is FF (X.690 §11.1).
        guard bytes.holds([0xFF], at: element.content) else {
            throw DERReader.malformed("a flag that is not TRUE", at: element.start)
        }
        return true
    }
}
