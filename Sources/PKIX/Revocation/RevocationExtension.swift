// Extensions of OCSP messages and CRLs (RFC 5280 §4.1, §5.2; RFC 6960 §4.4), as octets.

/// An extension: its identifier, whether it is critical, its value.
///
/// ```
/// Extension  ::=  SEQUENCE  {
///      extnID      OBJECT IDENTIFIER,
///      critical    BOOLEAN DEFAULT FALSE,
///      extnValue   OCTET STRING }
/// ```
struct RevocationExtension {
    /// The content octets of the identifier.
    let identifier: [UInt8]
    let isCritical: Bool
    /// The DER inside the OCTET STRING.
    let value: [UInt8]

    init(_ identifier: [UInt8], isCritical: Bool = false, value: [UInt8]) {
        self.identifier = identifier
        self.isCritical = isCritical
        self.value = value
    }

    func serialize(appendingTo bytes: inout [UInt8]) {
        let valueLength = [UInt8].headerCount(length: self.value.count) + self.value.count
        bytes.appendHeader(DERTag.sequence, length: 2 + self.identifier.count + (self.isCritical ? 3 : 0) + valueLength)
        bytes.appendElement(DERTag.objectIdentifier, self.identifier)
        if self.isCritical { bytes.append(contentsOf: [DERTag.boolean, 1, 0xFF]) }
        bytes.appendElement(DERTag.octetString, self.value)
    }

    /// `Extensions` with this extension alone.
    var encodedList: [UInt8] { Self.encodedList([self]) }

    /// `Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension`.
    static func encodedList(_ extensions: [RevocationExtension]) -> [UInt8] {
        var content: [UInt8] = []
        for each in extensions { each.serialize(appendingTo: &content) }
        var list: [UInt8] = []
        list.appendElement(DERTag.sequence, content)
        return list
    }
}

extension RevocationExtension {
    /// id-pkix-ocsp-archive-cutoff (RFC 6960 §4.4.4).
    static let archiveCutoffIdentifier: [UInt8] = [0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x06]
    /// id-pkix-ocsp-extended-revoke (RFC 6960 §4.4.8).
    static let extendedRevokeIdentifier: [UInt8] = [0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x09]
    /// id-pkix-ocsp-nonce (RFC 9654 §2.1).
    static let nonceIdentifier: [UInt8] = [0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x02]

    /// A nonce.
    static func nonce(_ nonce: [UInt8]) -> RevocationExtension {
        var value: [UInt8] = []
        value.appendElement(DERTag.octetString, nonce)
        return RevocationExtension(Self.nonceIdentifier, value: value)
    }

    /// How far back expired certificates are answered.
    static func archiveCutoff(_ time: CertificateTime) -> RevocationExtension {
        var value: [UInt8] = []
        value.appendGeneralizedTime(time)
        return RevocationExtension(Self.archiveCutoffIdentifier, value: value)
    }

    /// Certificates that were never issued are answered as revoked; the value is NULL.
    static let extendedRevoke = RevocationExtension(Self.extendedRevokeIdentifier, value: [DERTag.null, 0])
}

extension RevocationExtension {
    /// The elements of an explicitly tagged `Extensions`, of which there is at least one.
    static func list(_ element: DERElement, of bytes: RawSpan) throws(PKIXError) -> DERReader {
        var tagged = DERReader(element.content)
        let list = try tagged.next(DERTag.sequence, "extensions", in: bytes)
        try tagged.finish("extensions")
        return DERReader(list.content)
    }

    /// Every extension of an explicitly tagged `Extensions`.
    static func parts(_ element: DERElement, of bytes: RawSpan) throws(PKIXError) -> [Parts] {
        var list = try Self.list(element, of: bytes)
        var parts: [Parts] = []
        repeat { parts.append(try Parts(&list, in: bytes)) } while !list.isAtEnd
        return parts
    }

    /// An extension's parts, as offsets.
    struct Parts {
        /// The content of the OBJECT IDENTIFIER.
        let identifier: Range<Int>
        let isCritical: Bool
        /// The content of the OCTET STRING.
        let value: Range<Int>

        init(_ list: inout DERReader, in bytes: RawSpan) throws(PKIXError) {
            var fields = DERReader(try list.next(DERTag.sequence, "Extension", in: bytes).content)
            self.identifier = try fields.nextIdentifier("extnID", in: bytes)
            let critical = try fields.nextIfPresent(DERTag.boolean, in: bytes)
            if let critical {
                // FALSE is the default, which DER leaves out (X.690 §11.5); TRUE is FF (X.690 §11.1).
                guard bytes.holds([0xFF], at: critical.content) else {
                    throw DERReader.malformed("a critical flag that is not TRUE", at: critical.start)
                }
            }
            self.isCritical = critical != nil
            self.value = try fields.next(DERTag.octetString, "extnValue", in: bytes).content
            try fields.finish("Extension")
        }
    }
}
