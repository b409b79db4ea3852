// CRLs of the fixtures' issuing CA.

import PKIX
import SwiftASN1
import TestSupport
import X509

/// A list as head and entries.
struct CRLFixture {
    static let uri = "http://ca.example.com/crl/issuing.crl"

    var head: CRLHead
    var entries: [CRLEntry]

    /// A good list, made at a time.
    init(at time: CertificateTime = OCSPFixture.now, entries: [CRLEntry] = []) {
        self.head = CRLHead(
            issuer: TBSFixture.issuingName,
            scheme: .ecdsaSHA256,
            thisUpdate: time,
            nextUpdate: time + TBSFixture.day,
            number: 7,
            authorityKeyIdentifier: FixtureKey.issuing.publicKey.keyIdentifier,
            scope: .full
        )
        self.entries = entries
    }

    /// An entry of each kind that complete lists have, in order.
    static func entries(at time: CertificateTime = OCSPFixture.now) -> [CRLEntry] {
        let reasons: [RevocationReason?] = [nil] + RevocationReason.allCases.filter { $0 != .unspecified }
        return reasons.enumerated().map { index, reason in
            CRLEntry(
                serialNumber: OCSPFixture.serialNumber(UInt8(index)),
                revokedAt: time + -Int64(index),
                reason: reason,
                invalidityDate: index.isMultiple(of: 2) ? time + -3_600 : nil
            )
        }
    }

    /// The entry of the fixtures' certificate.
    static func entry(at time: CertificateTime, reason: RevocationReason?, isRemoval: Bool = false) -> CRLEntry {
        CRLEntry(serialNumber: OCSPFixture.serialNumber, revokedAt: time, reason: reason, isRemoval: isRemoval)
    }

    /// An encoded `Time`, as swift-asn1 writes it.
    static func time(_ time: CertificateTime) -> [UInt8] {
        var serializer = DER.Serializer()
        try! time.serialize(into: &serializer)
        return serializer.serializedBytes
    }

    /// The entries' octets.
    var entryBytes: [UInt8] {
        var bytes: [UInt8] = []
        for entry in self.entries { entry.serialize(appendingTo: &bytes) }
        return bytes
    }

    func encoding() throws -> CRLEncoding { try CRLEncoding(head: self.head, entriesLength: self.entryBytes.count) }

    /// The whole list.
    func signed(by key: FixtureKey = .issuing) throws -> [UInt8] {
        let encoding = try self.encoding()
        let signed = encoding.prefix + self.entryBytes + encoding.suffix
        let outer = encoding.outer(signature: try key.signature(over: signed, scheme: self.head.scheme))
        return outer.prefix + signed + outer.suffix
    }

    /// What the check sees of the entries.
    func check() throws -> CRLEntryCheck {
        var check = CRLEntryCheck()
        try check.examine(self.entryBytes)
        return check
    }
}
