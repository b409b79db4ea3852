// A CRL that is about to be signed, taken apart once for all lints (RFC 5280 §5.1): the octets around its entries, and what
// the check of the entries saw.

/// The parts of a to-be-signed CRL, as its bytes have them.
public struct LintedCRL: Sendable {
    /// The issuer and the purpose.
    public let context: CRLLintContext
    /// What the entries are like.
    public let entries: CRLEntryCheck
    let fields: CRLFields
    let values: CRLExtensionValues
    /// Whether the field of revoked certificates is there.
    let hasList: Bool
    /// The encoded issuer that the context names.
    let expectedIssuer: [UInt8]

    /// Parses the octets around the entries.
    ///
    /// - Throws: ``PKIXError`` with `.malformed` when they are no `TBSCertList` around just the entries that were checked.
    public init(encoding: CRLEncoding, entries: CRLEntryCheck, context: CRLLintContext) throws(PKIXError) {
        self.context = context
        self.entries = entries
        self.expectedIssuer = try context.issuer.derBytes()
        (self.fields, self.hasList) = try Self.head(of: encoding, entriesLength: entries.length)
        let suffix = encoding.suffix.span.bytes
        var reader = DERReader(0..<suffix.byteCount)
        self.values = try CRLExtensionValues(
            try reader.next(DERTag.constructed(0), "crlExtensions", in: suffix),
            in: suffix
        )
        try reader.finish("crlExtensions")
    }

    /// Reads the fields before the entries, and holds both lengths that span the entries against what is there.
    private static func head(
        of encoding: CRLEncoding,
        entriesLength: Int
    ) throws(PKIXError) -> (fields: CRLFields, hasList: Bool) {
        let bytes = encoding.prefix.span.bytes
        let end = bytes.byteCount
        let outer = try DERReader.header(at: 0, end: end, in: bytes)
        guard outer.tag == DERTag.sequence,
            outer.length == end - outer.contentStart + entriesLength + encoding.suffix.count
        else { throw DERReader.malformed("tbsCertList does not end where it says", at: 0) }
        var reader = DERReader(outer.contentStart..<end)
        let fields = try CRLFields(&reader, in: bytes)
        guard !reader.isAtEnd else {
            guard entriesLength == 0 else {
                throw DERReader.malformed("entries without revokedCertificates", at: reader.offset)
            }
            return (fields, false)
        }
        let list = try DERReader.header(at: reader.offset, end: end, in: bytes)
        guard list.tag == DERTag.sequence, list.contentStart == end, list.length == entriesLength else {
            throw DERReader.malformed("revokedCertificates does not span its entries", at: reader.offset)
        }
        return (fields, true)
    }

    /// How many seconds the list is valid for.
    var windowSeconds: Int64? {
        self.fields.nextUpdate.map { $0.time.secondsSinceEpoch - self.fields.thisUpdate.time.secondsSinceEpoch }
    }
}
