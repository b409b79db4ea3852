import Crypto
import PKIX
import SwiftASN1
import TestSupport
import Testing
import X509

/// A request that must be refused, with the code it gets.
struct HostileRequest: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let code: PKIXError.Code
    let bytes: @Sendable () throws -> [UInt8]

    init(_ description: String, _ code: PKIXError.Code, _ bytes: @escaping @Sendable () throws -> [UInt8]) {
        self.testDescription = description
        self.code = code
        self.bytes = bytes
    }

    /// A request that is good but for a change made before it is signed.
    static func changed(_ change: (inout RequestFixture) throws -> Void) throws -> [UInt8] {
        var request = try RequestFixture()
        try change(&request)
        return try request.derEncoded()
    }

    /// A request for names.
    static func names(_ names: GeneralName...) throws -> [UInt8] { try RequestFixture(names: names).derEncoded() }

    /// A request whose subject is one attribute.
    static func subject(_ type: ASN1ObjectIdentifier, _ value: [UInt8], tag: UInt8 = 0x0C) throws -> [UInt8] {
        try Self.changed { $0.subject = DERBytes.name([(type, tag, value)]) }
    }
}

@Suite("Hostile requests")
struct HostileRequestTests {
    static let commonName: ASN1ObjectIdentifier = [2, 5, 4, 3]

    static let encodings: [HostileRequest] = [
        HostileRequest("no octets", .malformedCSR) { [] },
        HostileRequest("64 KiB and one octet", .csrTooLarge) { [UInt8](repeating: 0x30, count: Budget.csrBytes + 1) },
        HostileRequest("64 KiB of rubbish", .malformedCSR) { [UInt8](repeating: 0x30, count: Budget.csrBytes) },
        HostileRequest("trailing octets", .malformedCSR) { try RequestFixture().derEncoded() + [0x00] },
        HostileRequest("an indefinite length", .malformedCSR) {
            [0x30, 0x80] + (try RequestFixture().derEncoded().dropFirst(3)) + [0x00, 0x00]
        },
        HostileRequest("a length in more octets than it needs", .malformedCSR) {
            let bytes = try RequestFixture().derEncoded()
            return [0x30, 0x82, 0x00] + bytes.dropFirst(2)
        },
        HostileRequest("a length beyond the end", .malformedCSR) { [0x30, 0x84, 0x7F, 0xFF, 0xFF, 0xFF, 0x30] },
        HostileRequest("a length of 2^64", .malformedCSR) { [0x30, 0x88] + [UInt8](repeating: 0xFF, count: 8) },
        HostileRequest("20,000 nested sequences", .malformedCSR) {
            (0..<20_000).reduce(into: [UInt8]()) { bytes, _ in bytes += [0x30, 0x80] }
        },
        HostileRequest("2,000 nested sequences of definite length", .malformedCSR) {
            (0..<2_000).reduce([0x05, 0x00]) { bytes, _ in DERBytes.node(0x30, bytes) }
        },
        HostileRequest("a request within a nested attribute", .malformedCSR) {
            let nested = (0..<200).reduce([0x05, 0x00]) { bytes, _ in DERBytes.node(0x30, bytes) }
            return try HostileRequest.changed {
                $0.attributes = [DERBytes.sequence(DERBytes.identifier([1, 2, 3]), nested)]
            }
        },
        HostileRequest("a certificate", .malformedCSR) {
            try TBSFixture(.tls).signed(by: .issuing)
        },
        HostileRequest("PEM of a certificate", .malformedCSR) {
            Array(TBSFixture.pem(of: try TBSFixture(.tls).signed(by: .issuing)).utf8)
        },
        HostileRequest("PEM with a broken body", .malformedCSR) {
            Array("-----BEGIN CERTIFICATE REQUEST-----\n!!!!\n-----END CERTIFICATE REQUEST-----\n".utf8)
        },
        HostileRequest("PEM without an end", .malformedCSR) {
            Array("-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n".utf8)
        },
        HostileRequest("PEM with two labels", .malformedCSR) {
            let pem = PEMDocument(type: "CERTIFICATE REQUEST", derBytes: try RequestFixture().derEncoded()).pemString
            return Array(pem.replacing("END CERTIFICATE REQUEST", with: "END NEW CERTIFICATE REQUEST").utf8)
        },
        HostileRequest("octets that are no UTF-8", .malformedCSR) { [0xFF, 0xFE, 0x80] },
        HostileRequest("two extensionRequest attributes", .malformedCSR) {
            try HostileRequest.changed { try $0.ask(for: [.dnsName("b.example.com")]) }
        },
        HostileRequest("version 2", .malformedCSR) { try HostileRequest.changed { $0.version = [0x02, 0x01, 0x01] } },
        HostileRequest("a signature with unused bits", .malformedCSR) {
            let request = try RequestFixture(.p256)
            let signature = DERBytes.node(0x03, [0x01] + [UInt8](repeating: 0x10, count: 70))
            return DERBytes.sequence(request.info, request.signatureAlgorithm, signature)
        },
        HostileRequest("an extension twice", .malformedCSR) {
            try HostileRequest.changed {
                let usage = try Certificate.Extension(KeyUsage(digitalSignature: true), critical: true)
                $0.attributes = []
                $0.ask(for: [usage, usage])
            }
        },
        HostileRequest("an unknown critical extension", .unsupportedCriticalExtension) {
            try HostileRequest.changed {
                $0.attributes = []
                $0.ask(for: [Certificate.Extension(oid: [1, 2, 3, 4], critical: true, value: [0x05, 0x00])])
            }
        },
    ]

    static let names: [HostileRequest] = [
        HostileRequest("a name twice", .invalidName) {
            try HostileRequest.names(.dnsName("a.example"), .dnsName("a.example"))
        },
        HostileRequest("101 names", .tooManyNames) {
            try RequestFixture(names: (0..<101).map { .dnsName("a\($0).example.com") }).derEncoded()
        },
        HostileRequest("names that cannot be decoded", .invalidName) {
            try HostileRequest.changed {
                $0.attributes = []
                let identifier = ASN1ObjectIdentifier.X509ExtensionID.subjectAlternativeName
                $0.ask(for: [Certificate.Extension(oid: identifier, critical: false, value: [0x05, 0x00])])
            }
        },
        HostileRequest("a NUL in a host name", .invalidName) {
            try HostileRequest.names(.dnsName("good.example\u{0}.evil.example"))
        },
        HostileRequest("a label of 64 octets", .invalidName) {
            try HostileRequest.names(.dnsName(String(repeating: "a", count: 64) + ".example"))
        },
        HostileRequest("a host name of 254 octets", .invalidName) {
            try HostileRequest.names(.dnsName(HostNameTests.longest + "a"))
        },
        HostileRequest("an IP address as host name", .invalidName) { try HostileRequest.names(.dnsName("192.0.2.1")) },
        HostileRequest("an IP address of 5 octets", .invalidName) {
            try HostileRequest.names(.ipAddress(ASN1OctetString(contentBytes: [1, 2, 3, 4, 5])))
        },
        HostileRequest("an e-mail address", .invalidName) { try HostileRequest.names(.rfc822Name("a@example.com")) },
        HostileRequest("a relative URI", .invalidName) { try HostileRequest.names(.uniformResourceIdentifier("/a")) },
        HostileRequest("a URI beyond its bound", .invalidName) {
            try HostileRequest.names(
                .uniformResourceIdentifier("https://a.example/" + String(repeating: "a", count: 600))
            )
        },
        HostileRequest("a control character in the common name", .invalidName) {
            try HostileRequest.subject(Self.commonName, Array("a\u{1B}[31m".utf8))
        },
        HostileRequest("a C1 control character in the common name", .invalidName) {
            try HostileRequest.subject(Self.commonName, Array("a\u{9B}31m".utf8))
        },
        HostileRequest("a control character in a PrintableString", .invalidName) {
            try HostileRequest.subject(Self.commonName, Array("a\nb".utf8), tag: 0x13)
        },
        HostileRequest("a control character in a BMPString", .invalidName) {
            try HostileRequest.subject(Self.commonName, [0x00, 0x0A], tag: 0x1E)
        },
        HostileRequest("a common name of 65 characters", .invalidName) {
            try HostileRequest.subject(Self.commonName, [UInt8](repeating: 0x61, count: 65))
        },
        HostileRequest("a common name of 64 letters with an accent each", .invalidName) {
            try HostileRequest.subject(Self.commonName, Array(String(repeating: "e\u{301}", count: 64).utf8))
        },
        HostileRequest("a countryName of 3 characters", .invalidName) {
            try HostileRequest.subject([2, 5, 4, 6], Array("DEU".utf8), tag: 0x13)
        },
    ]

    static let keysAndSignatures: [HostileRequest] = [
        HostileRequest("a signature by another key", .invalidCSRSignature) {
            try HostileRequest.changed {
                $0.publicKey = DERBytes.encoding(of: Curve25519.Signing.PrivateKey().certificateKey)
            }
        },
        HostileRequest("a signature of zeros", .invalidCSRSignature) {
            try RequestFixture().derEncoded(signature: [UInt8](repeating: 0, count: 64))
        },
        HostileRequest("a signature over SHA-1", .invalidCSRSignature) { try RequestFixture.signedWithSHA1() },
        HostileRequest("a signature whose algorithm is of another key", .invalidCSRSignature) {
            try HostileRequest.changed { $0.signatureAlgorithm = SignatureScheme.rsaPKCS1SHA256.algorithmIdentifier }
        },
        HostileRequest("an RSA key of the ROCA kind", .weakKey) {
            try HostileRequest.changed { $0.publicKey = BadKey.rsa(WeakModulus.roca) }
        },
        HostileRequest("a P-256 point off the curve", .weakKey) {
            let point = FixtureKey.p256.publicKey.keyBytes
            return try HostileRequest.changed {
                $0.publicKey = BadKey.curve(BadKey.p256, point.dropLast() + [point[64] ^ 1])
            }
        },
        HostileRequest("an Ed25519 point of small order", .weakKey) {
            try HostileRequest.changed {
                $0.publicKey = BadKey.info([1, 3, 101, 112], [], [1] + [UInt8](repeating: 0, count: 31))
            }
        },
        HostileRequest("an Ed448 key", .unsupportedKey) {
            try HostileRequest.changed {
                $0.publicKey = BadKey.info([1, 3, 101, 113], [], [UInt8](repeating: 7, count: 57))
            }
        },
    ]

    @Test("encodings that are no good request are refused", arguments: encodings)
    func badEncodings(_ request: HostileRequest) throws {
        let bytes = try request.bytes()
        #expect(code { () throws(PKIXError) in _ = try ParsedCSR(bytes) } == request.code)
    }

    @Test("names that no certificate may carry are refused", arguments: names)
    func badNames(_ request: HostileRequest) throws {
        let bytes = try request.bytes()
        #expect(code { () throws(PKIXError) in _ = try ParsedCSR(bytes) } == request.code)
    }

    @Test("bad keys and signatures are refused", arguments: keysAndSignatures)
    func badKeysAndSignatures(_ request: HostileRequest) throws {
        let bytes = try request.bytes()
        #expect(code { () throws(PKIXError) in _ = try ParsedCSR(bytes) } == request.code)
    }
}

extension Curve25519.Signing.PrivateKey {
    fileprivate var certificateKey: Certificate.PublicKey { Certificate.PublicKey(self.publicKey) }
}
