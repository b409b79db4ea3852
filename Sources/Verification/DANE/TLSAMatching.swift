// TLSA records against a certificate (RFC 6698 §2.1, RFC 7671).

import Crypto
import DNS
import PKIX
import SwiftASN1

/// What TLSA records say of a path.
enum TLSAVerdict: Hashable, Sendable {
    /// A usable record agrees.
    case matched(TLSARecord)
    /// There are usable records, and none agrees.
    case mismatched(usable: Int)
    /// There are records, and none of them can be used: as if there were none (RFC 6698 §4.1).
    case unusable
}

/// Compares TLSA records with certificates.
struct TLSAMatching {
    /// The certificate of the service, DER.
    let leaf: EncodedCertificate
    /// Those above it in the path to the trust store, the trust root among them.
    let above: [EncodedCertificate]

    /// What the records say.
    ///
    /// The path is valid to the trust store, whatever the records: usages 0 and 1 demand that (RFC 6698 §2.1.1), for 2 and 3 it
    /// is more than is needed (RFC 7671 §5).
    func verdict(_ records: [TLSARecord]) -> TLSAVerdict {
        let usable = Self.strongest(records.filter(Self.isUsable))
        guard !usable.isEmpty else { return .unusable }
        return usable.first(where: self.matches).map { .matched($0) } ?? .mismatched(usable: usable.count)
    }

    /// RFC 6698 §4.1: what has an unknown usage, selector or matching type is unusable; so is a digest of another length.
    static func isUsable(_ record: TLSARecord) -> Bool {
        guard record.usage <= 3, record.selector <= 1 else { return false }
        switch record.matchingType {
        case 0: return (try? DER.parse(record.association)) != nil
        case 1: return record.association.count == 32
        case 2: return record.association.count == 64
        default: return false
        }
    }

    /// RFC 7671 §9: of the digests of one usage and selector only the strongest counts; exact data (0) always does.
    private static func strongest(_ records: [TLSARecord]) -> [TLSARecord] {
        records.filter { record in
            record.matchingType == 0
                || !records.contains { other in
                    other.usage == record.usage && other.selector == record.selector
                        && other.matchingType > record.matchingType
                }
        }
    }

    private func matches(_ record: TLSARecord) -> Bool {
        // 0 PKIX-TA and 2 DANE-TA: a CA of the path; 1 PKIX-EE and 3 DANE-EE: the service's own certificate.
        let candidates = record.usage == 0 || record.usage == 2 ? self.above : [self.leaf]
        return candidates.contains { Self.data(of: $0, record) == record.association }
    }

    private static func data(of certificate: EncodedCertificate, _ record: TLSARecord) -> [UInt8]? {
        guard let selected = record.selector == 0 ? certificate.der : certificate.publicKeyInfo else { return nil }
        switch record.matchingType {
        case 1: return Array(SHA256.hash(data: selected))
        case 2: return Array(SHA512.hash(data: selected))
        default: return selected
        }
    }
}

extension EncodedCertificate {
    /// The SubjectPublicKeyInfo as it stands in the certificate; nil when the certificate has none.
    ///
    /// RFC 5280 §4.1: it is the seventh member of TBSCertificate, when the version is there as in every version 3 certificate.
    var publicKeyInfo: [UInt8]? {
        try? DER.sequence(try DER.parse(self.der), identifier: .sequence) { outer in
            let signed = outer.next()
            while outer.next() != nil {}
            guard let signed else { throw ASN1Error.invalidASN1Object(reason: "no tbsCertificate") }
            return try DER.sequence(signed, identifier: .sequence) { inner in
                let members = Array(IteratorSequence(inner))
                while inner.next() != nil {}
                let isVersioned =
                    members.first?.identifier == ASN1Identifier(tagWithNumber: 0, tagClass: .contextSpecific)
                let index = isVersioned ? 6 : 5
                guard members.indices.contains(index) else {
                    throw ASN1Error.invalidASN1Object(reason: "no subjectPublicKeyInfo")
                }
                return Array(members[index].encodedBytes)
            }
        }
    }

    /// SHA-256 of the SubjectPublicKeyInfo.
    var publicKeyHash: [UInt8]? { self.publicKeyInfo.map { Array(SHA256.hash(data: $0)) } }

    /// SHA-256 of the certificate.
    var fingerprint: [UInt8] { Array(SHA256.hash(data: self.der)) }
}
