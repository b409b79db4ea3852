// The values of CRL extensions, read back (RFC 5280 §5.2).

/// What the extensions of a CRL say.
struct CRLExtensionValues: Hashable, Sendable {
    /// An extension's identifier and whether it is critical.
    struct Presence: Hashable, Sendable {
        let identifier: [UInt8]
        let isCritical: Bool
    }

    private(set) var present: [Presence] = []
    private(set) var number: Int64?
    private(set) var deltaBase: Int64?
    private(set) var authorityKeyIdentifier: [UInt8]?
    /// The addresses of the issuingDistributionPoint; `nil` without that extension.
    private(set) var distributionPoint: [String]?
    /// Whether the issuingDistributionPoint has fields besides its name, such as `indirectCRL`.
    private(set) var isNarrowed = false
    /// What those fields say.
    private(set) var coverage = CRLCoverage()
    private(set) var freshest: [String] = []

    init() {}

    /// Reads an explicitly tagged `Extensions`.
    init(_ element: DERElement, in bytes: RawSpan) throws(PKIXError) {
        for part in try RevocationExtension.parts(element, of: bytes) {
            let identifier = bytes.octets(part.identifier)
            self.present.append(Presence(identifier: identifier, isCritical: part.isCritical))
            try self.read(identifier, part.value, in: bytes)
        }
    }

    /// Whether an extension is there.
    func has(_ identifier: [UInt8]) -> Bool { self.present.contains { $0.identifier == identifier } }

    /// Whether an extension is there and critical.
    func isCritical(_ identifier: [UInt8]) -> Bool {
        self.present.contains { $0.isCritical && $0.identifier == identifier }
    }

    private mutating func read(
        _ identifier: [UInt8],
        _ value: Range<Int>,
        in bytes: RawSpan
    ) throws(PKIXError) {
        var reader = DERReader(value)
        switch identifier {
        case CRLExtensions.number: self.number = try Self.integer(&reader, in: bytes)
        case CRLExtensions.deltaIndicator: self.deltaBase = try Self.integer(&reader, in: bytes)
        case CRLExtensions.authorityKeyIdentifier:
            var fields = DERReader(try reader.next(DERTag.sequence, "authorityKeyIdentifier", in: bytes).content)
            if let keyIdentifier = try fields.nextIfPresent(DERTag.primitive(0), in: bytes) {
                self.authorityKeyIdentifier = bytes.octets(keyIdentifier.content)
            }
        case CRLExtensions.issuingDistributionPoint:
            var fields = DERReader(try reader.next(DERTag.sequence, "issuingDistributionPoint", in: bytes).content)
            self.distributionPoint = try Self.fullName(&fields, in: bytes)
            self.isNarrowed = !fields.isAtEnd
            self.coverage = try CRLCoverage(&fields, in: bytes)
        case CRLExtensions.freshest:
            var points = DERReader(try reader.next(DERTag.sequence, "freshestCRL", in: bytes).content)
            while !points.isAtEnd {
                var point = DERReader(try points.next(DERTag.sequence, "DistributionPoint", in: bytes).content)
                self.freshest += try Self.fullName(&point, in: bytes)
            }
        default: return
        }
        try reader.finish("an extension of the CRL")
    }

    private static func integer(_ reader: inout DERReader, in bytes: RawSpan) throws(PKIXError) -> Int64 {
        try DERInteger.number(of: try reader.next(DERTag.integer, "a number", in: bytes), in: bytes)
    }

    /// The addresses of a `distributionPoint [0]` that is a full name; other forms have none.
    private static func fullName(_ fields: inout DERReader, in bytes: RawSpan) throws(PKIXError) -> [String] {
        guard let point = try fields.nextIfPresent(DERTag.constructed(0), in: bytes) else { return [] }
        var choice = DERReader(point.content)
        guard let names = try choice.nextIfPresent(DERTag.constructed(0), in: bytes) else { return [] }
        try choice.finish("DistributionPointName")
        var reader = DERReader(names.content)
        var uris: [String] = []
        while !reader.isAtEnd {
            let name = try reader.next(in: bytes)
            guard name.tag == DERTag.primitive(6) else { continue }
            uris.append(String(decoding: bytes.octets(name.content), as: UTF8.self))
        }
        return uris
    }
}
