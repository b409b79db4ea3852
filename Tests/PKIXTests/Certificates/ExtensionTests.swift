import PKIX
import SwiftASN1
import TestSupport
import Testing
import X509

@Suite("Extensions of our own")
struct ExtensionTests {
    @Test("CRL addresses read back", arguments: [1, 2, 5])
    func crlDistributionPoints(_ count: Int) throws {
        let points = CRLDistributionPoints(uris: (0..<count).map { "http://ca.example.com/\($0).crl" })
        let encoded = try points.makeCertificateExtension()
        #expect(encoded.oid == ExtensionIdentifier.crlDistributionPoints)
        #expect(!encoded.critical)
        #expect(try CRLDistributionPoints(encoded) == points)
    }

    @Test("points with reasons, an issuer or a relative name are passed over")
    func pointsWithoutAddress() throws {
        let reasons: [UInt8] = [0x81, 0x02, 0x07, 0x80]
        let relative = DERBytes.node(0xA0, DERBytes.node(0xA1, DERBytes.attribute([2, 5, 4, 3], 0x0C, [0x61])))
        let issuer = DERBytes.node(0xA2, DERBytes.node(0x82, Array("ca.example".utf8)))
        let uri = DERBytes.node(0xA0, DERBytes.node(0xA0, DERBytes.node(0x86, Array("http://a/".utf8))))
        let value = DERBytes.sequence(
            DERBytes.sequence(reasons),
            DERBytes.sequence(relative),
            DERBytes.sequence(uri, reasons, issuer)
        )
        #expect(try Self.points(value).uris == ["http://a/"])
    }

    @Test(
        "what is no list of points is refused",
        arguments: [[], [0x30, 0x00], [0x05, 0x00], [0x30, 0x02, 0x05, 0x00], [0x30, 0x04, 0x30, 0x02, 0x83, 0x00]]
            as [[UInt8]]
    )
    func badPoints(_ value: [UInt8]) {
        #expect(throws: ASN1Error.self) { _ = try Self.points(value) }
    }

    private static func points(_ value: [UInt8]) throws -> CRLDistributionPoints {
        try CRLDistributionPoints(
            Certificate.Extension(oid: ExtensionIdentifier.crlDistributionPoints, critical: false, value: value[...])
        )
    }

    @Test("policies read back, qualifiers are passed over")
    func policies() throws {
        let policies = CertificatePolicies(identifiers: [[2, 23, 140, 1, 2, 1], [1, 3, 6, 1, 4, 1, 99_999, 1]])
        let encoded = try policies.makeCertificateExtension()
        #expect(try CertificatePolicies(encoded) == policies)
        let qualified = DERBytes.sequence(
            DERBytes.sequence(DERBytes.identifier([1, 2, 3]), DERBytes.sequence(DERBytes.sequence([0x05, 0x00])))
        )
        #expect(try CertificatePolicies(Self.policyExtension(qualified)).identifiers == [[1, 2, 3]])
        for value: [UInt8] in [[], [0x30, 0x00], [0x05, 0x00], [0x30, 0x02, 0x30, 0x00]] {
            #expect(throws: ASN1Error.self) { _ = try CertificatePolicies(Self.policyExtension(value)) }
        }
    }

    private static func policyExtension(_ value: [UInt8]) -> Certificate.Extension {
        Certificate.Extension(oid: ExtensionIdentifier.certificatePolicies, critical: false, value: value[...])
    }

    @Test("markers are NULL and not critical", arguments: MarkerExtension.allCases)
    func markers(_ marker: MarkerExtension) {
        let encoded = marker.makeCertificateExtension()
        #expect(encoded.value == [0x05, 0x00])
        #expect(!encoded.critical)
        let expected: ASN1ObjectIdentifier =
            marker == .ocspNoCheck ? [1, 3, 6, 1, 5, 5, 7, 48, 1, 5] : [2, 5, 29, 56]
        #expect(encoded.oid == expected)
    }
}
