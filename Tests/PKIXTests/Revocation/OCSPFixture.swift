// Requests and responses about the certificates of the fixtures, each part replaceable.

import Crypto
import PKIX
import SwiftASN1
import TestSupport
import X509

/// CertIDs, a responder and a response as its encoded parts.
struct OCSPFixture {
    static let hashes: [OCSPHash] = [.sha1, .sha256]
    /// The serial number of every fixture's certificate.
    static let serialNumber = try! SerialNumber(hexadecimal: "8f1e2d3c4b5a69788796a5b4c3d2e1f0")
    /// When responses are made: an hour after certificates begin.
    static let now = TBSFixture.start + 3_600
    /// The responder's key.
    static let responder: FixtureKey = .p256
    /// What goes into byKey.
    static let responderKeyHash = OCSPHash.sha1.hash(Self.responder.publicKey.keyBytes)

    /// A CertID of a certificate of the issuing CA.
    static func certID(_ hash: OCSPHash = .sha256, _ serialNumber: SerialNumber = Self.serialNumber) -> OCSPCertID {
        OCSPCertID(
            hash: hash,
            issuerName: DERBytes.encoding(of: TBSFixture.issuingName),
            issuerKey: FixtureKey.issuing.publicKey.keyBytes,
            serialNumber: serialNumber
        )
    }

    /// The serial number with another last octet.
    static func serialNumber(_ last: UInt8) -> SerialNumber {
        try! SerialNumber(bytes: Self.serialNumber.bytes.dropLast() + [last])
    }

    static func good(_ certID: OCSPCertID = Self.certID()) -> OCSPSingleResponse {
        OCSPSingleResponse(
            item: .certID(certID),
            status: .good,
            thisUpdate: Self.now,
            nextUpdate: Self.now + 4 * TBSFixture.day
        )
    }

    static func data(_ responses: OCSPSingleResponse...) -> OCSPResponseData {
        OCSPResponseData(responderKeyHash: Self.responderKeyHash, producedAt: Self.now, responses: responses)
    }

    static let context = OCSPLintContext(
        responderKeyHash: Self.responderKeyHash,
        responderNotBefore: TBSFixture.start,
        responderNotAfter: TBSFixture.start + 30 * TBSFixture.day,
        scheme: .ecdsaSHA256,
        now: Self.now
    )

    /// The whole response, with the responder's certificate.
    static func signed(_ data: OCSPResponseData, validFrom start: CertificateTime = TBSFixture.start) throws -> [UInt8]
    {
        let bytes = try data.derEncoded()
        var certificate = try TBSFixture(.ocspResponder, key: Self.responder)
        certificate.setValidity(from: start, seconds: TBSFixture.day)
        return try OCSPResponse.derEncoded(
            responseData: bytes,
            scheme: .ecdsaSHA256,
            signature: try Self.responder.signature(over: bytes, scheme: .ecdsaSHA256),
            certificates: [try certificate.signed(by: .issuing)]
        )
    }

    /// Writes the certificates that peers need, valid for a day: root.pem, issuing.pem, chain.pem, end.pem.
    static func writeCertificates(
        to folder: TemporaryFolder,
        validFrom start: CertificateTime = TBSFixture.start
    ) throws {
        func pem(_ role: CertificateRole, _ signer: FixtureKey) throws -> String {
            var fixture = try TBSFixture(role)
            fixture.setValidity(from: start, seconds: TBSFixture.day)
            return TBSFixture.pem(of: try fixture.signed(by: signer))
        }
        let (root, issuing) = (try pem(.root, .root), try pem(.issuingCA, .root))
        try folder.write(root.utf8, to: "root.pem")
        try folder.write(issuing.utf8, to: "issuing.pem")
        try folder.write((issuing + root).utf8, to: "chain.pem")
        try folder.write(try pem(.tls, .issuing).utf8, to: "end.pem")
    }
}

/// An OCSP request as its encoded parts.
struct OCSPRequestFixture {
    var algorithm: [UInt8] = Self.algorithm(.sha256)
    var nameHash: [UInt8] = DERBytes.node(0x04, OCSPFixture.certID().issuerNameHash)
    var keyHash: [UInt8] = DERBytes.node(0x04, OCSPFixture.certID().issuerKeyHash)
    var serialNumber: [UInt8] = DERBytes.node(0x02, OCSPFixture.certID().serialNumber)
    var singleExtensions: [UInt8] = []
    /// How often the Request stands in the list.
    var count = 1
    var version: [UInt8] = []
    var requestorName: [UInt8] = []
    var extensions: [UInt8] = []
    var signature: [UInt8] = []

    static func algorithm(_ hash: OCSPHash, parameters: [UInt8] = [0x05, 0x00]) -> [UInt8] {
        let identifier: ASN1ObjectIdentifier = hash == .sha1 ? [1, 3, 14, 3, 2, 26] : [2, 16, 840, 1, 101, 3, 4, 2, 1]
        return DERBytes.sequence(DERBytes.identifier(identifier), parameters)
    }

    /// An extension.
    static func node(_ identifier: ASN1ObjectIdentifier, critical: [UInt8] = [], _ value: [UInt8]) -> [UInt8] {
        DERBytes.sequence(DERBytes.identifier(identifier), critical, DERBytes.node(0x04, value))
    }

    static let nonce: ASN1ObjectIdentifier = [1, 3, 6, 1, 5, 5, 7, 48, 1, 2]

    /// Sets requestExtensions.
    mutating func setExtensions(_ nodes: [UInt8]...) {
        self.extensions = DERBytes.node(0xA2, DERBytes.node(0x30, nodes.flatMap { $0 }))
    }

    /// Sets a nonce of some octets.
    mutating func setNonce(_ count: Int) {
        self.setExtensions(Self.node(Self.nonce, DERBytes.node(0x04, [UInt8](repeating: 0xAB, count: count))))
    }

    var certID: [UInt8] { DERBytes.sequence(self.algorithm, self.nameHash, self.keyHash, self.serialNumber) }

    func derEncoded() -> [UInt8] {
        let request = DERBytes.sequence(self.certID, self.singleExtensions)
        let list = DERBytes.node(0x30, (0..<self.count).flatMap { _ in request })
        return DERBytes.sequence(
            DERBytes.sequence(self.version, self.requestorName, list, self.extensions),
            self.signature
        )
    }

    /// The encoding after a change.
    static func changed(_ change: (inout OCSPRequestFixture) -> Void) -> [UInt8] {
        var fixture = OCSPRequestFixture()
        change(&fixture)
        return fixture.derEncoded()
    }
}
