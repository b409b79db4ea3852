import PKIX
import SwiftASN1
import TestSupport
import Testing

@Suite("OCSP requests")
struct OCSPRequestTests {
    @Test("what is written is read", arguments: OCSPFixture.hashes, [[UInt8]?.none, [1], Array(0..<128)])
    func roundTrip(_ hash: OCSPHash, nonce: [UInt8]?) throws {
        let items = (1...3).map { OCSPRequest.Item.certID(OCSPFixture.certID(hash, OCSPFixture.serialNumber($0))) }
        let request = OCSPRequest(items: items, nonce: nonce)
        #expect(try OCSPRequest(derEncoded: request.derEncoded()) == request)
    }

    @Test("the fixture's octets are those of the encoder")
    func fixtureAgrees() {
        let request = OCSPRequest(items: [.certID(OCSPFixture.certID())])
        #expect(request.derEncoded() == OCSPRequestFixture().derEncoded())
    }

    @Test("parameters are NULL or absent, and repeated as they came", arguments: OCSPFixture.hashes, [true, false])
    func parameters(_ hash: OCSPHash, hasNull: Bool) throws {
        var fixture = OCSPRequestFixture()
        fixture.algorithm = OCSPRequestFixture.algorithm(hash, parameters: hasNull ? [0x05, 0x00] : [])
        fixture.nameHash = DERBytes.node(0x04, OCSPFixture.certID(hash).issuerNameHash)
        fixture.keyHash = DERBytes.node(0x04, OCSPFixture.certID(hash).issuerKeyHash)
        guard case .certID(let certID) = try OCSPRequest(derEncoded: fixture.derEncoded()).items[0] else {
            Issue.record("no CertID of ours")
            return
        }
        #expect(certID.hash == hash)
        #expect(certID.hasNullParameters == hasNull)
        #expect(certID.derEncoded() == fixture.certID)
        #expect(certID.serial == OCSPFixture.serialNumber)
        var serializer = DER.Serializer()
        certID.serialize(into: &serializer)
        #expect(serializer.serializedBytes == fixture.certID)
    }

    @Test("a CertID of another hash algorithm is kept as it came")
    func unknownHash() throws {
        var fixture = OCSPRequestFixture()
        // SHA-384.
        fixture.algorithm = DERBytes.sequence(DERBytes.identifier([2, 16, 840, 1, 101, 3, 4, 2, 2]), [0x05, 0x00])
        fixture.nameHash = DERBytes.node(0x04, [UInt8](repeating: 1, count: 48))
        let request = try OCSPRequest(derEncoded: fixture.derEncoded())
        #expect(request.items == [.unsupported(encoded: fixture.certID)])
        #expect(request.derEncoded() == fixture.derEncoded())
    }

    @Test(
        "serial numbers that no certificate of ours has are read",
        arguments: [[0x00], [0x80], [0xFF, 0x00], [0x7F]]
    )
    func otherSerialNumbers(_ content: [UInt8]) throws {
        let bytes = OCSPRequestFixture.changed { $0.serialNumber = DERBytes.node(0x02, content) }
        guard case .certID(let certID) = try OCSPRequest(derEncoded: bytes).items[0] else {
            Issue.record("no CertID of ours")
            return
        }
        #expect(certID.serialNumber == content)
        #expect(certID.serial?.bytes == (content == [0x7F] ? [0x7F] : nil))
    }

    @Test("a serial number of 20 octets with its sign is looked up, a longer one is kept as it came")
    func longSerialNumbers() throws {
        let longest = [0x00, 0x80] + [UInt8](repeating: 7, count: 19)
        let looked = try OCSPRequest(derEncoded: OCSPRequestFixture.changed { $0.serialNumber = [0x02, 21] + longest })
        guard case .certID(let certID) = looked.items[0] else {
            Issue.record("no CertID of ours")
            return
        }
        #expect(certID.serial?.bytes == Array(longest.dropFirst()))
        let kept = OCSPRequestFixture.changed { $0.serialNumber = [0x02, 22] + longest + [1] }
        guard case .unsupported = try OCSPRequest(derEncoded: kept).items[0] else {
            Issue.record("a serial number that no certificate has")
            return
        }
    }

    @Test("as many entries as the bound are read")
    func mostItems() throws {
        let bytes = OCSPRequestFixture.changed { $0.count = Budget.ocspRequestItems }
        #expect(try OCSPRequest(derEncoded: bytes).items.count == Budget.ocspRequestItems)
    }

    static let passedOver: [(String, @Sendable (inout OCSPRequestFixture) -> Void)] = [
        ("requestorName", { $0.requestorName = DERBytes.node(0xA1, DERBytes.node(0x82, Array("a.example".utf8))) }),
        (
            "a signature",
            {
                let algorithm = SignatureScheme.ed25519.algorithmIdentifier
                $0.signature = DERBytes.node(0xA0, DERBytes.sequence(algorithm, DERBytes.bitString([1, 2, 3])))
            }
        ),
        (
            "a signature with certificates",
            {
                let algorithm = SignatureScheme.ed25519.algorithmIdentifier
                let certificate = try! TBSFixture(.agentIdentity).signed(by: .issuing)
                let certificates = DERBytes.node(0xA0, DERBytes.sequence(certificate))
                $0.signature = DERBytes.node(
                    0xA0,
                    DERBytes.sequence(algorithm, DERBytes.bitString([1, 2, 3]), certificates)
                )
            }
        ),
        ("an unknown extension", { $0.setExtensions(OCSPRequestFixture.node([1, 2, 3], [0x05, 0x00])) }),
        (
            "acceptable responses, critical",
            {
                let basic = DERBytes.sequence(DERBytes.identifier([1, 3, 6, 1, 5, 5, 7, 48, 1, 1]))
                let identifier: ASN1ObjectIdentifier = [1, 3, 6, 1, 5, 5, 7, 48, 1, 4]
                $0.setExtensions(OCSPRequestFixture.node(identifier, critical: [0x01, 0x01, 0xFF], basic))
            }
        ),
        (
            "a single extension",
            {
                let node = OCSPRequestFixture.node([1, 3, 6, 1, 5, 5, 7, 48, 1, 7], [0x30, 0x00])
                $0.singleExtensions = DERBytes.node(0xA0, DERBytes.node(0x30, node))
            }
        ),
    ]

    @Test("what may be passed over is passed over", arguments: passedOver.indices)
    func passesOver(_ index: Int) throws {
        let (name, change) = Self.passedOver[index]
        let request = try OCSPRequest(derEncoded: OCSPRequestFixture.changed(change))
        #expect(request == OCSPRequest(items: [.certID(OCSPFixture.certID())]), "\(name)")
    }

    @Test("a nonce may be critical, and stand beside other extensions")
    func nonceBesideOthers() throws {
        let bytes = OCSPRequestFixture.changed {
            let nonce = DERBytes.node(0x04, [9, 8, 7])
            $0.setExtensions(
                OCSPRequestFixture.node([1, 2, 3], [0x05, 0x00]),
                OCSPRequestFixture.node(OCSPRequestFixture.nonce, critical: [0x01, 0x01, 0xFF], nonce)
            )
        }
        #expect(try OCSPRequest(derEncoded: bytes).nonce == [9, 8, 7])
    }
}
