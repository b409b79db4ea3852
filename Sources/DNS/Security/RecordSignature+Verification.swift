// Signatures over sets of records (RFC 4034 §3.1.8.1, RFC 4035 §5.3; RFC 6605, RFC 8080).

import Crypto

extension RecordSignature {
    /// What is signed: the signature's own fields, and the set in canonical form.
    func signedOctets(of set: [ResourceRecord]) -> [UInt8] {
        var writer = WireWriter()
        self.writeSigned(to: &writer)
        let data = Set(set.map(\.data.wire)).sorted { $0.lexicographicallyPrecedes($1) }
        guard let owner = set.first.map(\.name) else { return writer.octets }
        for wire in data {
            self.writeOwner(owner, to: &writer)
            writer.uint16(self.typeCovered.rawValue)
            writer.uint16(RecordClass.internet.rawValue)
            writer.uint32(self.originalTTL)
            writer.uint16(UInt16(truncatingIfNeeded: wire.count))
            writer.write(wire)
        }
        return writer.octets
    }

    /// Whether a key made the signature over a set, and it holds at a time, in seconds since 1970.
    ///
    /// Keys of ECDSA P-256 (13), P-384 (14) and Ed25519 (15); false for any other.
    public func verifies(_ set: [ResourceRecord], by key: ZoneKey, at time: UInt32) -> Bool {
        guard let owner = set.first?.name, set.allSatisfy({ $0.name == owner && $0.data.type == self.typeCovered }),
            owner.isWithin(self.signer), Int(self.labels) <= owner.labels.count,
            key.isZoneKey, key.algorithm == self.algorithm, key.keyTag == self.keyTag,
            // Serial arithmetic (RFC 1982), so that it holds beyond 2106.
            Int32(bitPattern: time &- self.inception) >= 0, Int32(bitPattern: self.expiration &- time) >= 0
        else { return false }
        return self.isValid(for: self.signedOctets(of: set), under: key)
    }

    private func isValid(for octets: [UInt8], under key: ZoneKey) -> Bool {
        switch self.algorithm {
        case 13:
            // RFC 6605 §4: the key is x and y, the signature r and s.
            guard let key = try? P256.Signing.PublicKey(rawRepresentation: key.publicKey),
                let signature = try? P256.Signing.ECDSASignature(rawRepresentation: self.signature)
            else { return false }
            return key.isValidSignature(signature, for: octets)
        case 14:
            guard let key = try? P384.Signing.PublicKey(rawRepresentation: key.publicKey),
                let signature = try? P384.Signing.ECDSASignature(rawRepresentation: self.signature)
            else { return false }
            return key.isValidSignature(signature, for: octets)
        case 15:
            guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: key.publicKey) else { return false }
            return key.isValidSignature(self.signature, for: octets)
        default: return false
        }
    }

    /// The owner, or the wildcard that it was made from (RFC 4035 §5.3.2).
    private func writeOwner(_ owner: DomainName, to writer: inout WireWriter) {
        if Int(self.labels) < owner.labels.count, owner.labels.first != [UInt8(ascii: "*")] {
            writer.characterString([UInt8(ascii: "*")])
            for label in owner.labels.suffix(Int(self.labels)) { writer.characterString(label) }
            writer.octet(0)
        } else {
            writer.name(owner)
        }
    }
}
