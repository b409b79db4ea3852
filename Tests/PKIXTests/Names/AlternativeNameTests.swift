import PKIX
import SwiftASN1
import Testing
import X509

@Suite("Alternative names")
struct AlternativeNameTests {
    private static func address(_ octets: [UInt8]) -> GeneralName {
        .ipAddress(ASN1OctetString(contentBytes: octets[...]))
    }

    static let good: [(GeneralName, String)] = [
        (.dnsName("a.example"), "DNS:a.example"),
        (.dnsName("*.a.example"), "DNS:*.a.example"),
        (.uniformResourceIdentifier("ans://v1.0.0.a.example"), "URI:ans://v1.0.0.a.example"),
        (address([192, 0, 2, 1]), "IP:192.0.2.1"),
        (address([0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [1]), "IP:2001:db8:0:0:0:0:0:1"),
    ]

    @Test("names of admitted kinds are taken and given back", arguments: good.indices)
    func taken(_ index: Int) throws {
        let (name, text) = Self.good[index]
        let checked = try AlternativeName(name)
        #expect(checked.description == text)
        #expect(checked.generalName == name)
    }

    @Test(
        "others are refused",
        arguments: [
            .dnsName(""), .dnsName("*"), .dnsName("*."), .dnsName("*.*.example"), .dnsName("a*.example"),
            .dnsName("a\u{0}.example"), .dnsName("A.example"), .uniformResourceIdentifier("a"), address([]),
            address([1, 2, 3, 4, 5]), address([UInt8](repeating: 0, count: 8)), .rfc822Name("a@example.com"),
            .registeredID([1, 2, 3]), .directoryName(DistinguishedName()),
            .otherName(.init(typeID: [1, 2, 3], value: nil)),
        ] as [GeneralName]
    )
    func refused(_ name: GeneralName) {
        #expect(code { () throws(PKIXError) in _ = try AlternativeName(name) } == .invalidName)
    }
}

@Suite("IP addresses in their text form")
struct IPAddressTextTests {
    @Test(
        "are read whole, or not at all",
        arguments: ["10.0.0.0\0evil", "\0", "::1\0", "10.0.0", "10.0.0.0.0", "::g", ""]
    )
    func refuses(_ text: String) {
        #expect(IPAddress.bytes(of: text) == nil)
        #expect(AlternativeName(hostOrAddress: text) == nil)
    }

    @Test("of both kinds")
    func reads() {
        #expect(IPAddress.bytes(of: "192.0.2.1") == [192, 0, 2, 1])
        #expect(IPAddress.bytes(of: "::1") == [UInt8](repeating: 0, count: 15) + [1])
    }
}
