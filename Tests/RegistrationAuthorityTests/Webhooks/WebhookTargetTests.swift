// Where deliveries must not go, whatever an owner names and the DNS says.

import AsyncHTTPClient
import Crypto
import Foundation
import NIOSSL
import PKIX
import SwiftASN1
import Testing
import X509

@testable import RegistrationAuthority

@Suite("Targets of webhooks")
struct WebhookTargetTests {
    static let reservedAddresses = [
        "127.0.0.1", "127.8.9.10", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254",
        "169.254.1.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "192.0.2.1", "168.63.129.16", "100.100.100.200",
        "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1",
    ]

    @Test(
        "An address that is not public is refused at creation, and behind a name at delivery",
        arguments: WebhookTargetTests.reservedAddresses
    )
    func reserved(_ text: String) async throws {
        let bench = try WebhookBench(targets: .webhooks())
        let octets = try #require(PKIX.IPAddress.bytes(of: text))
        let literal = octets.count == 16 ? "[\(text)]" : text
        await expectRefusal(.targetRefused) { try await bench.create("https://\(literal)/") }
        bench.names.bind("inner.example", [octets])
        let answer = await bench.send(to: "https://inner.example/")
        #expect(answer.error?.contains("inner.example is not admitted as a target") == true, "\(answer)")
        #expect(answer.error?.contains(text) == false || text == "::")
        bench.names.bind("mixed.example", [[8, 8, 8, 8], octets])
        #expect(await bench.send(to: "https://mixed.example/").error?.contains("not admitted") == true)
    }

    @Test(
        "Other schemes, ports and spellings are refused",
        arguments: [
            ("http://example.com/", "TARGET_REFUSED"), ("https://example.com:22/", "TARGET_REFUSED"),
            ("https://user@example.com/", "INVALID_URL"), ("https://2130706433/", "INVALID_URL"),
            ("https://0x7f.1/", "INVALID_URL"), ("https://127.1/", "INVALID_URL"),
            ("ftp://example.com/", "INVALID_URL"),
            ("https://example.com\\@127.0.0.1/", "INVALID_URL"), ("https://[::1%25lo]/", "INVALID_URL"),
            ("https://example.com/#x", "INVALID_URL"), ("file:///etc/passwd", "INVALID_URL"), ("", "INVALID_URL"),
        ]
    )
    func spellings(_ url: String, _ code: String) async throws {
        let bench = try WebhookBench(targets: .webhooks())
        let error = await #expect(throws: RegistrationError.self) { try await bench.create(url) }
        #expect(error?.code.rawValue == code, "\(String(describing: error))")
    }

    @Test(
        "Where private addresses are allowed, metadata services and link-local ones still are not",
        arguments: [
            ("127.0.0.1", true), ("10.0.0.1", true), ("192.168.1.1", true), ("fd12::1", true), ("::1", true),
            ("169.254.169.254", false), ("169.254.1.1", false), ("fd00:ec2::254", false), ("fe80::1", false),
            ("100.100.100.200", false), ("::ffff:127.0.0.1", false), ("224.0.0.1", false), ("0.0.0.0", false),
        ]
    )
    func privateAddresses(_ text: String, _ isAdmitted: Bool) throws {
        let octets = try #require(PKIX.IPAddress.bytes(of: text))
        #expect(TargetPolicy.webhooks(privateAddresses: true).check(address: octets).isAdmitted == isAdmitted)
    }

    @Test("The name is looked up once, and the connection made to the address that was judged")
    func pinned() async throws {
        let bench = try WebhookBench()
        try await WebhookReceiver.with { _, _ in
            .answer(200)
        } _: { receiver in
            // No other resolver knows the name; a second look-up would be refused.
            bench.names.bind("rebind.invalid", [[127, 0, 0, 1]], [[169, 254, 169, 254]])
            let url = "http://rebind.invalid:\(receiver.port)/"
            #expect(await bench.send(to: url) == DeliveryAnswer(status: 200))
            #expect(bench.names.lookUps == 1)
            #expect(receiver.hooks.first?["Host"] == "rebind.invalid:\(receiver.port)")
            // At the next attempt the name leads elsewhere, and nobody is asked.
            #expect(await bench.send(to: url).error?.contains("metadata") == true)
            #expect(bench.names.lookUps == 2 && receiver.connections == 1)
        }
    }

    @Test("Each attempt goes to the next of several addresses; a name without any is nobody's")
    func addresses() async throws {
        let bench = try WebhookBench()
        try await WebhookReceiver.with { _, _ in
            .answer(200)
        } _: { receiver in
            bench.names.bind("two.invalid", [[127, 0, 0, 9], [127, 0, 0, 1]])
            let url = "http://two.invalid:\(receiver.port)/"
            #expect(await bench.send(to: url, attempt: 1).status == nil)
            #expect(await bench.send(to: url, attempt: 2).status == 200)
            #expect(await bench.send(to: url, attempt: 4).status == 200)
        }
        #expect(await bench.send(to: "http://none.invalid/").error == "the host none.invalid has no address")
    }

    @Test("Over TLS the certificate must be valid for the name, not for the address")
    func tls() async throws {
        let (certificate, key) = try Self.certificate("hooks.invalid")
        let context = try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: [.certificate(certificate)],
                privateKey: .privateKey(key)
            )
        )
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .certificates([certificate])
        let bench = try WebhookBench()
        for name in ["hooks.invalid", "other.invalid"] { bench.names.bind(name, [[127, 0, 0, 1]]) }
        try await WebhookReceiver.with(tls: context) { _, _ in
            .answer(200)
        } _: { receiver in
            func send(_ host: String, _ configuration: HTTPClient.Configuration) async -> DeliveryAnswer {
                await bench.sender(configuration).send(
                    [],
                    to: "https://\(host):\(receiver.port)/",
                    headers: [],
                    attempt: 1,
                    within: .seconds(5),
                    sleep: bench.environment.sleep
                )
            }
            let trusting = HTTPClient.Configuration(tlsConfiguration: tls)
            #expect(await send("hooks.invalid", trusting) == DeliveryAnswer(status: 200))
            let failure = "TLS failed: the certificate must be valid for the host"
            #expect(await send("other.invalid", trusting).error == failure)
            #expect(await send("127.0.0.1", trusting).error == failure)
            #expect(await send("hooks.invalid", HTTPClient.Configuration()).error == failure)
            #expect(receiver.hooks.count == 1)
        }
    }

    static func certificate(_ name: String) throws -> (NIOSSLCertificate, NIOSSLPrivateKey) {
        let key = P256.Signing.PrivateKey()
        let subject = try DistinguishedName { CommonName(name) }
        let certificate = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(key.publicKey),
            notValidBefore: Date(timeIntervalSinceNow: -3_600),
            notValidAfter: Date(timeIntervalSinceNow: 3_600),
            issuer: subject,
            subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions { SubjectAlternativeNames([.dnsName(name)]) },
            issuerPrivateKey: Certificate.PrivateKey(key)
        )
        let pem = try certificate.serializeAsPEM().pemString
        return (
            try NIOSSLCertificate(bytes: Array(pem.utf8), format: .pem),
            try NIOSSLPrivateKey(bytes: Array(key.pemRepresentation.utf8), format: .pem)
        )
    }
}
