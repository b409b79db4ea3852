// One entry of a CRL read in place (RFC 5280 §5.1.2.6, §5.3), without a copy.

/// An entry as offsets and numbers.
struct CRLEntryReading {
    /// The octets of the serial number without the sign's.
    let magnitude: Range<Int>
    let revokedAt: DERTime
    /// The reason's number.
    private(set) var reasonCode: Int64?
    private(set) var invalidityDate: DERTime?

    init(_ list: inout DERReader, in bytes: RawSpan) throws(PKIXError) {
        var fields = DERReader(try list.next(DERTag.sequence, "an entry", in: bytes).content)
        let serialNumber = try fields.next(DERTag.integer, "userCertificate", in: bytes)
        let content = try DERInteger.content(of: serialNumber, in: bytes)
        let first = bytes.octet(content.lowerBound)
        self.magnitude = first == 0 ? content.dropFirst() : content
        // RFC 5280 §4.1.2.2: positive, at most 20 octets.
        guard first < 0x80, (1...Budget.serialNumberBytes).contains(self.magnitude.count) else {
            throw DERReader.malformed("a serial number that no certificate has", at: serialNumber.start)
        }
        self.revokedAt = try DERTime(&fields, in: bytes)
        if let extensions = try fields.nextIfPresent(DERTag.sequence, in: bytes) {
            var list = DERReader(extensions.content)
            repeat { try self.read(try RevocationExtension.Parts(&list, in: bytes), in: bytes) } while !list.isAtEnd
        }
        try fields.finish("an entry")
    }

    /// Whether the reason, if there is one, is one of RFC 5280 §5.3.1, removeFromCRL included.
    var hasKnownReason: Bool {
        switch self.reasonCode {
        case nil, (0...6)?, (8...10)?: true
        default: false
        }
    }

    private mutating func read(_ part: RevocationExtension.Parts, in bytes: RawSpan) throws(PKIXError) {
        var value = DERReader(part.value)
        if bytes.holds(CRLEntry.reasonIdentifier, at: part.identifier) {
            let reason = try value.next(DERTag.enumerated, "reasonCode", in: bytes)
            self.reasonCode = try DERInteger.number(of: reason, in: bytes)
        } else if bytes.holds(CRLEntry.invalidityIdentifier, at: part.identifier) {
            let date = try value.next(DERTag.generalizedTime, "invalidityDate", in: bytes)
            self.invalidityDate = try DERTime(date, in: bytes)
        } else if part.isCritical {
            throw DERReader.malformed("a critical extension that is not known", at: part.identifier.lowerBound)
        } else {
            return
        }
        try value.finish("an extension of an entry")
    }
}

extension CRLEntry {
    /// Reads an entry.
    init(_ list: inout DERReader, in bytes: RawSpan) throws(PKIXError) {
        let start = list.offset
        let reading = try CRLEntryReading(&list, in: bytes)
        guard reading.hasKnownReason else { throw DERReader.malformed("an unknown reasonCode", at: start) }
        self.init(
            serialNumber: try SerialNumber(bytes: bytes.octets(reading.magnitude)),
            revokedAt: reading.revokedAt.time,
            reason: reading.reasonCode.flatMap { RevocationReason(code: Int($0)) },
            invalidityDate: reading.invalidityDate?.time,
            isRemoval: reading.reasonCode == Int64(Self.removeFromCRL)
        )
    }
}
