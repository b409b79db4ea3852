// Extensions of CRLs (RFC 5280 §5.2): written from a head, read back one by one.

/// Identifiers and values of CRL extensions.
enum CRLExtensions {
    /// id-ce-cRLNumber (RFC 5280 §5.2.3).
    static let number: [UInt8] = [0x55, 0x1D, 0x14]
    /// id-ce-deltaCRLIndicator (RFC 5280 §5.2.4).
    static let deltaIndicator: [UInt8] = [0x55, 0x1D, 0x1B]
    /// id-ce-issuingDistributionPoint (RFC 5280 §5.2.5).
    static let issuingDistributionPoint: [UInt8] = [0x55, 0x1D, 0x1C]
    /// id-ce-authorityKeyIdentifier (RFC 5280 §5.2.1).
    static let authorityKeyIdentifier: [UInt8] = [0x55, 0x1D, 0x23]
    /// id-ce-freshestCRL (RFC 5280 §5.2.6).
    static let freshest: [UInt8] = [0x55, 0x1D, 0x2E]

    /// The extensions of a list, in the order of their sections.
    static func extensions(of head: CRLHead) -> [RevocationExtension] {
        var extensions = [
            RevocationExtension(Self.authorityKeyIdentifier, value: Self.keyIdentifier(head.authorityKeyIdentifier)),
            RevocationExtension(Self.number, value: Self.integer(head.number)),
        ]
        if let base = head.deltaBase {
            extensions.append(RevocationExtension(Self.deltaIndicator, isCritical: true, value: Self.integer(base)))
        }
        if case .shard(let uri) = head.scope {
            var value: [UInt8] = []
            value.appendElement(DERTag.sequence) { $0.appendDistributionPointName(uri: uri) }
            extensions.append(RevocationExtension(Self.issuingDistributionPoint, isCritical: true, value: value))
        }
        if !head.freshest.isEmpty {
            var value: [UInt8] = []
            value.appendElement(DERTag.sequence) { bytes in
                for uri in head.freshest {
                    bytes.appendElement(DERTag.sequence) { $0.appendDistributionPointName(uri: uri) }
                }
            }
            extensions.append(RevocationExtension(Self.freshest, value: value))
        }
        return extensions
    }

    private static func integer(_ number: Int64) -> [UInt8] {
        var value: [UInt8] = []
        value.appendElement(DERTag.integer, DERInteger.octets(of: number))
        return value
    }

    /// `AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0] KeyIdentifier OPTIONAL, … }`.
    private static func keyIdentifier(_ identifier: [UInt8]) -> [UInt8] {
        var value: [UInt8] = []
        value.appendElement(DERTag.sequence) { $0.appendElement(DERTag.primitive(0), identifier) }
        return value
    }
}

extension [UInt8] {
    /// Appends `distributionPoint [0] DistributionPointName OPTIONAL` with one address as its full name.
    fileprivate mutating func appendDistributionPointName(uri: String) {
        self.appendElement(DERTag.constructed(0)) { bytes in
            bytes.appendElement(DERTag.constructed(0)) { $0.appendElement(DERTag.primitive(6), Array(uri.utf8)) }
        }
    }
}
