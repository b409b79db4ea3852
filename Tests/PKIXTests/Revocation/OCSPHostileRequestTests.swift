import PKIX
import SwiftASN1
import TestSupport
import Testing

/// Octets that are no OCSP request.
struct HostileOCSPRequest: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: @Sendable () -> [UInt8]

    init(_ description: String, _ bytes: @escaping @Sendable () -> [UInt8]) {
        self.testDescription = description
        self.bytes = bytes
    }

    /// A request that is good but for a change.
    static func but(_ description: String, _ change: @escaping @Sendable (inout OCSPRequestFixture) -> Void) -> Self {
        Self(description) { OCSPRequestFixture.changed(change) }
    }
}

@Suite("Hostile OCSP requests")
struct OCSPHostileRequestTests {
    private static let good = OCSPRequestFixture().derEncoded()

    static let encodings: [HostileOCSPRequest] = [
        HostileOCSPRequest("no octets") { [] },
        HostileOCSPRequest("one octet") { [0x30] },
        HostileOCSPRequest("64 KiB of sequences") { [UInt8](repeating: 0x30, count: Budget.ocspRequestBytes) },
        HostileOCSPRequest("more than 64 KiB") { Self.padded(to: Budget.ocspRequestBytes + 1) },
        HostileOCSPRequest("trailing octets") { Self.good + [0x00] },
        HostileOCSPRequest("a request twice") { Self.good + Self.good },
        HostileOCSPRequest("an indefinite length") { [0x30, 0x80] + Self.good.dropFirst(2) + [0x00, 0x00] },
        HostileOCSPRequest("a length in more octets than it needs") {
            [0x30, 0x82, 0x00, UInt8(Self.good.count - 3)] + Self.good.dropFirst(3)
        },
        HostileOCSPRequest("a length beyond the end") { [0x30, 0x84, 0x7F, 0xFF, 0xFF, 0xFF, 0x30] },
        HostileOCSPRequest("a length of 2^64") { [0x30, 0x88] + [UInt8](repeating: 0xFF, count: 8) },
        HostileOCSPRequest("a length of 127 octets") { [0x30, 0xFF] + [UInt8](repeating: 0xFF, count: 200) },
        HostileOCSPRequest("a long tag") { [0x3F, 0x81, 0x00, 0x00] },
        HostileOCSPRequest("20,000 nested sequences") {
            (0..<20_000).reduce(into: [UInt8]()) { bytes, _ in bytes += [0x30, 0x80] }
        },
        HostileOCSPRequest("2,000 nested sequences of definite length") {
            (0..<2_000).reduce([0x05, 0x00]) { bytes, _ in DERBytes.node(0x30, bytes) }
        },
        HostileOCSPRequest("a certificate") { try! TBSFixture(.tls).signed(by: .issuing) },
        HostileOCSPRequest("a response") { OCSPResponse.error(.tryLater) },
        HostileOCSPRequest("text") { Array("GET /ocsp HTTP/1.1\r\n\r\n".utf8) },
    ]

    static let grammar: [HostileOCSPRequest] = [
        .but("no entry") { $0.count = 0 },
        .but("one entry more than the bound") { $0.count = Budget.ocspRequestItems + 1 },
        .but("the default version, written") { $0.version = [0xA0, 0x03, 0x02, 0x01, 0x00] },
        .but("version 2") { $0.version = [0xA0, 0x03, 0x02, 0x01, 0x01] },
        .but("a nested requestorName") {
            let nested = (0..<200).reduce([0x05, 0x00]) { bytes, _ in DERBytes.node(0x30, bytes) }
            $0.requestorName = DERBytes.node(0xA1, nested)
        },
        .but("a requestorName that is not DER") { $0.requestorName = DERBytes.node(0xA1, [0x30, 0x80, 0x00, 0x00]) },
        .but("an empty signature") { $0.signature = DERBytes.node(0xA0, []) },
        .but("a signature without algorithm") { $0.signature = DERBytes.node(0xA0, DERBytes.bitString([1])) },
        .but("a hash that is too short") { $0.nameHash = DERBytes.node(0x04, [UInt8](repeating: 0, count: 31)) },
        .but("a hash of the other algorithm") { $0.keyHash = DERBytes.node(0x04, [UInt8](repeating: 0, count: 20)) },
        .but("a constructed hash") { $0.keyHash[0] = 0x24 },
        .but("an empty serial number") { $0.serialNumber = [0x02, 0x00] },
        .but("a serial number in more octets than it needs") { $0.serialNumber = [0x02, 0x02, 0x00, 0x01] },
        .but("a negative one in more octets than it needs") { $0.serialNumber = [0x02, 0x02, 0xFF, 0x80] },
        .but("no serial number") { $0.serialNumber = [] },
        .but("two serial numbers") { $0.serialNumber += $0.serialNumber },
        .but("parameters that are not NULL") {
            $0.algorithm = OCSPRequestFixture.algorithm(.sha256, parameters: [0x30, 0x00])
        },
        .but("a NULL with content") {
            $0.algorithm = OCSPRequestFixture.algorithm(.sha256, parameters: [0x05, 0x01, 0x00])
        },
        .but("two parameters") {
            $0.algorithm = OCSPRequestFixture.algorithm(.sha256, parameters: [0x05, 0x00, 0x05, 0x00])
        },
        .but("a malformed identifier") { $0.algorithm = [0x30, 0x04, 0x06, 0x02, 0x80, 0x01] },
        .but("the extensions before the list") {
            $0.requestorName = DERBytes.node(0xA2, DERBytes.node(0x30, OCSPRequestFixture.node([1, 2], [5, 0])))
        },
    ]

    static let extensions: [HostileOCSPRequest] = [
        .but("no extension in the list") { $0.extensions = [0xA2, 0x02, 0x30, 0x00] },
        .but("extensions without their list") { $0.extensions = [0xA2, 0x00] },
        .but("an empty nonce") { $0.setNonce(0) },
        .but("a nonce of 129 octets") { $0.setNonce(129) },
        .but("a nonce that is no OCTET STRING") {
            $0.setExtensions(OCSPRequestFixture.node(OCSPRequestFixture.nonce, [1, 2, 3, 4]))
        },
        .but("octets after the nonce") {
            $0.setExtensions(OCSPRequestFixture.node(OCSPRequestFixture.nonce, [0x04, 0x01, 0x01, 0x00]))
        },
        .but("two nonces") {
            let nonce = OCSPRequestFixture.node(OCSPRequestFixture.nonce, [0x04, 0x01, 0x01])
            $0.setExtensions(nonce, nonce)
        },
        .but("an unknown critical extension") {
            $0.setExtensions(OCSPRequestFixture.node([1, 2, 3], critical: [0x01, 0x01, 0xFF], [0x05, 0x00]))
        },
        .but("an unknown critical extension of an entry") {
            let node = OCSPRequestFixture.node([1, 2, 3], critical: [0x01, 0x01, 0xFF], [0x05, 0x00])
            $0.singleExtensions = DERBytes.node(0xA0, DERBytes.node(0x30, node))
        },
        .but("a critical flag of FALSE") {
            $0.setExtensions(OCSPRequestFixture.node([1, 2, 3], critical: [0x01, 0x01, 0x00], [0x05, 0x00]))
        },
        .but("a critical flag of 1") {
            $0.setExtensions(OCSPRequestFixture.node([1, 2, 3], critical: [0x01, 0x01, 0x01], [0x05, 0x00]))
        },
        .but("an extension without a value") {
            $0.setExtensions(DERBytes.sequence(DERBytes.identifier([1, 2, 3])))
        },
    ]

    @Test("what is no request is malformed", arguments: encodings + grammar + extensions)
    func refuses(_ request: HostileOCSPRequest) {
        let bytes = request.bytes()
        #expect(code { () throws(PKIXError) in _ = try OCSPRequest(derEncoded: bytes) } == .malformed)
    }

    @Test("a request as large as the bound is read")
    func largest() throws {
        let bytes = Self.padded(to: Budget.ocspRequestBytes)
        #expect(bytes.count == Budget.ocspRequestBytes)
        #expect(try OCSPRequest(derEncoded: bytes).items.count == 1)
    }

    @Test("thousands of extensions are passed over in one pass")
    func manyExtensions() throws {
        let node = OCSPRequestFixture.node([1, 2, 3], [0x05, 0x00])
        let bytes = OCSPRequestFixture.changed {
            $0.extensions = DERBytes.node(0xA2, DERBytes.node(0x30, (0..<4_000).flatMap { _ in node }))
        }
        #expect(bytes.count < Budget.ocspRequestBytes)
        #expect(try OCSPRequest(derEncoded: bytes).nonce == nil)
    }

    @Test("a reason says where, in printable ASCII, and is short")
    func reasons() throws {
        for request in Self.encodings + Self.grammar + Self.extensions {
            let error = try #require(throws: PKIXError.self) { _ = try OCSPRequest(derEncoded: request.bytes()) }
            #expect(error.reason.utf8.allSatisfy { (0x20..<0x7F).contains($0) } && error.reason.utf8.count < 300)
        }
    }

    /// A good request with an extension that fills it up to a size.
    private static func padded(to count: Int) -> [UInt8] {
        func request(_ padding: Int) -> [UInt8] {
            OCSPRequestFixture.changed {
                $0.setExtensions(OCSPRequestFixture.node([1, 2, 3], [UInt8](repeating: 0, count: padding)))
            }
        }
        return request(count - (request(count - 300).count - (count - 300)))
    }
}
