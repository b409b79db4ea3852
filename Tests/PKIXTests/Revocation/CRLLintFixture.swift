// CRLs that break rules: the octets around the entries can be anything (RFC 5280 §5.1).

import SwiftASN1
import TestSupport

@testable import PKIX

/// A to-be-signed CRL as its encoded fields, with what the lints know besides.
struct CRLLintFixture {
    var context = CRLLintContext(
        issuer: TBSFixture.issuingName,
        issuerKeyIdentifier: FixtureKey.issuing.publicKey.keyIdentifier,
        issuerNotAfter: TBSFixture.start + 1_826 * TBSFixture.day,
        scheme: .ecdsaSHA256,
        scope: .full,
        isDelta: false,
        coversAuthorities: false,
        previousNumber: 6,
        now: OCSPFixture.now
    )
    var version: [UInt8] = [0x02, 0x01, 0x01]
    var algorithm = SignatureScheme.ecdsaSHA256.algorithmIdentifier
    var issuer = DERBytes.encoding(of: TBSFixture.issuingName)
    var thisUpdate = CRLFixture.time(OCSPFixture.now)
    var nextUpdate = CRLFixture.time(OCSPFixture.now + TBSFixture.day)
    var entries: [[UInt8]] = [Self.entry(1), Self.entry(2)]
    /// Whether revokedCertificates is there; by the entries unless set.
    var hasList: Bool?
    var extensions: [(identifier: ASN1ObjectIdentifier, isCritical: Bool, value: [UInt8])] = [
        ([2, 5, 29, 35], false, DERBytes.node(0x30, DERBytes.node(0x80, FixtureKey.issuing.publicKey.keyIdentifier))),
        ([2, 5, 29, 20], false, [0x02, 0x01, 0x07]),
    ]

    static let number: ASN1ObjectIdentifier = [2, 5, 29, 20]
    static let delta: ASN1ObjectIdentifier = [2, 5, 29, 27]
    static let point: ASN1ObjectIdentifier = [2, 5, 29, 28]
    static let keyIdentifier: ASN1ObjectIdentifier = [2, 5, 29, 35]
    static let freshest: ASN1ObjectIdentifier = [2, 5, 29, 46]

    /// An entry with a serial number's last octet, a time and a reason.
    static func entry(_ last: UInt8, at time: [UInt8]? = nil, reason: UInt8? = nil) -> [UInt8] {
        let extensions = reason.map {
            let value = DERBytes.node(0x04, [0x0A, 0x01, $0])
            return DERBytes.sequence(DERBytes.sequence(DERBytes.identifier([2, 5, 29, 21]), value))
        }
        return DERBytes.sequence(
            DERBytes.node(0x02, OCSPFixture.serialNumber(last).integerOctets),
            time ?? CRLFixture.time(OCSPFixture.now),
            extensions ?? []
        )
    }

    /// `[0] { [0] { [6] uri } }`.
    static func pointName(_ uri: String) -> [UInt8] {
        DERBytes.node(0xA0, DERBytes.node(0xA0, DERBytes.node(0x86, Array(uri.utf8))))
    }

    /// Sets an extension in its place, or at the end.
    mutating func set(_ identifier: ASN1ObjectIdentifier, isCritical: Bool = false, _ value: [UInt8]) {
        self.extensions.removeAll { $0.identifier == identifier }
        self.extensions.append((identifier, isCritical, value))
    }

    mutating func makeDelta(base: UInt8 = 3) {
        self.context.isDelta = true
        self.set(Self.delta, isCritical: true, [0x02, 0x01, base])
    }

    mutating func makeShard(_ uri: String = CRLFixture.uri) {
        self.context.scope = .shard(uri: uri)
        self.set(Self.point, isCritical: true, DERBytes.sequence(Self.pointName(uri)))
    }

    mutating func setFreshest(_ uri: String, isCritical: Bool = false) {
        self.set(Self.freshest, isCritical: isCritical, DERBytes.sequence(DERBytes.sequence(Self.pointName(uri))))
    }

    var encoding: CRLEncoding {
        let nodes = self.extensions.flatMap { each in
            OCSPRequestFixture.node(each.identifier, critical: each.isCritical ? [0x01, 0x01, 0xFF] : [], each.value)
        }
        let suffix = DERBytes.node(0xA0, DERBytes.node(0x30, nodes))
        let entries = self.entries.flatMap { $0 }
        let list = self.hasList ?? !entries.isEmpty ? DERBytes.node(0x30, entries) : []
        let fields = self.version + self.algorithm + self.issuer + self.thisUpdate + self.nextUpdate + list
        let whole = DERBytes.node(0x30, fields + suffix)
        return CRLEncoding(
            prefix: Array(whole.dropLast(suffix.count + entries.count)),
            suffix: suffix,
            entriesLength: entries.count,
            scheme: .ecdsaSHA256
        )
    }

    func check() throws -> CRLEntryCheck {
        var check = CRLEntryCheck()
        for entry in self.entries { try check.examine(entry) }
        return check
    }

    func linted() throws -> LintedCRL {
        try LintedCRL(encoding: self.encoding, entries: try self.check(), context: self.context)
    }
}
