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

    @Test("the link to a server's key reads back, not critical")
    func serverKeyLink() throws {
        let link = try ServerKeyLink(keyHash: Array(0..<32))
        let encoded = try link.makeCertificateExtension()
        #expect(encoded.oid == ExtensionIdentifier.serverKeyLink && !encoded.critical)
        #expect(encoded.value.prefix(4) == [0x30, 0x2F, 0x30, 0x0B])
        #expect(try ServerKeyLink(encoded) == link)
        #expect(DecodedExtensions([encoded]).serverKeyLink == link)
        for count in [0, 20, 31, 33] {
            #expect(throws: PKIXError(.malformed, "")) {
                try ServerKeyLink(keyHash: [UInt8](repeating: 1, count: count))
            }
        }
    }

    @Test("a link that is cut off, longer, or of another hash is refused")
    func badServerKeyLink() throws {
        let good = Array(try ServerKeyLink(keyHash: Array(0..<32)).makeCertificateExtension().value)
        let sha1 = DERBytes.sequence(DERBytes.sequence(DERBytes.identifier([1, 3, 14, 3, 2, 26])), [0x04, 0x01, 0x00])
        let parameters = DERBytes.sequence(
            DERBytes.sequence(DERBytes.identifier([2, 16, 840, 1, 101, 3, 4, 2, 1]), [0x05, 0x00]),
            [0x04, 0x20] + [UInt8](repeating: 7, count: 32)
        )
        for value in (0..<good.count).map({ Array(good.prefix($0)) }) + [good + [0], sha1, parameters] {
            let candidate = Certificate.Extension(
                oid: ExtensionIdentifier.serverKeyLink,
                critical: false,
                value: value[...]
            )
            #expect(throws: (any Error).self) { try ServerKeyLink(candidate) }
            #expect(DecodedExtensions([candidate]).undecodable == [ExtensionIdentifier.serverKeyLink])
        }
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
