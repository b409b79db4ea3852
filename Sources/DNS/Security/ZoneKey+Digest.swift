// Key tags (RFC 4034 appendix B) and the DS record of a key (RFC 4034 §5.1.4, RFC 4509, RFC 6605).

import Crypto

extension ZoneKey {
    /// Whether it is meant for the parent's DS (RFC 4034 §2.1.1, SEP) and is not revoked (RFC 5011).
    public var isSecureEntryPoint: Bool { self.flags & 0x0101 == 0x0101 && self.flags & 0x0080 == 0 }

    /// Whether it may sign records of the zone.
    public var isZoneKey: Bool { self.flags & 0x0100 != 0 && self.flags & 0x0080 == 0 }

    /// The tag, which is not unique.
    public var keyTag: UInt16 {
        let wire = RecordData.dnskey(self).wire
        var sum: UInt32 = 0
        for (index, octet) in wire.enumerated() { sum += index.isMultiple(of: 2) ? UInt32(octet) << 8 : UInt32(octet) }
        sum += sum >> 16 & 0xFFFF
        return UInt16(truncatingIfNeeded: sum)
    }

    /// The DS record for the parent, with SHA-256.
    public func delegationSigner(for zone: DomainName) -> DelegationSigner {
        DelegationSigner(
            keyTag: self.keyTag,
            algorithm: self.algorithm,
            digestType: 2,
            digest: Array(SHA256.hash(data: self.digested(zone)))
        )
    }

    /// Whether a DS record is of this key; false for digests other than SHA-256 and SHA-384.
    public func matches(_ signer: DelegationSigner, in zone: DomainName) -> Bool {
        guard self.isZoneKey, signer.keyTag == self.keyTag, signer.algorithm == self.algorithm else { return false }
        return switch signer.digestType {
        case 2: Array(SHA256.hash(data: self.digested(zone))) == signer.digest
        case 4: Array(SHA384.hash(data: self.digested(zone))) == signer.digest
        default: false
        }
    }

    private func digested(_ zone: DomainName) -> [UInt8] {
        var writer = WireWriter()
        writer.name(zone)
        writer.write(RecordData.dnskey(self).wire)
        return writer.octets
    }
}
