// What TLSA records say of a certificate (RFC 6698 §2.1).

import DNS
import PKIX

/// A certificate as TLSA records have it.
public struct CertificateAssociation: Hashable, Sendable {
    /// SHA-256 of the certificate: `3 0 1`.
    public let fingerprint: [UInt8]
    /// SHA-256 of its SubjectPublicKeyInfo: `3 1 1`; nil where it is not known.
    public let publicKeyHash: [UInt8]?

    /// Creates the value.
    public init(fingerprint: [UInt8], publicKeyHash: [UInt8]?) {
        self.fingerprint = fingerprint
        self.publicKeyHash = publicKeyHash
    }

    /// The data of its records.
    var records: [TLSARecord] {
        let whole = TLSARecord(usage: 3, selector: 0, matchingType: 1, association: self.fingerprint)
        guard let publicKeyHash else { return [whole] }
        return [whole, TLSARecord(usage: 3, selector: 1, matchingType: 1, association: publicKeyHash)]
    }
}

extension RecordData {
    /// The digest of a TLSA record; nil for any other.
    var association: [UInt8]? { if case .tlsa(let record) = self { record.association } else { nil } }
}
