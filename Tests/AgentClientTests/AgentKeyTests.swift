import AgentClient
import Foundation
import PKIX
import Testing

@Suite("Agent keys and requests")
struct AgentKeyTests {
    @Test("every type is made, written as PKCS#8 and read again", arguments: AgentKey.types)
    func roundTrip(type: KeyType) throws {
        let key = try AgentKey.generate(type)
        #expect(key.type == type)
        #expect(key.pem.hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
        #expect(key.pem.hasSuffix("-----END PRIVATE KEY-----\n"))
        #expect(try AgentKey(pem: key.pem, source: "the test").publicKey == key.publicKey)
        var dumped = ""
        dump(key, to: &dumped)
        #expect(!"\(key) \(String(reflecting: key)) \(dumped)".contains("BEGIN"))
    }

    @Test("other types are refused", arguments: [KeyType.rsa(bits: 1_024), .rsa(bits: 8_192)])
    func refused(type: KeyType) throws {
        #expect(throws: AgentClientError(.invalidConfiguration, "")) { try AgentKey.generate(type) }
    }

    @Test(
        "what is no key is refused without its content",
        arguments: ["", "hush", "-----BEGIN PRIVATE KEY-----\naHVzaA==\n-----END PRIVATE KEY-----\n"]
    )
    func damaged(text: String) throws {
        let error = try #require(throws: AgentClientError.self) { try AgentKey(pem: text, source: "key.pem") }
        #expect(error.code == .damagedEnrolment)
        #expect(!error.reason.contains("hush") && !error.reason.contains("aHVzaA"))
    }

    @Test("a request carries key and names, no subject, and openssl verifies it", arguments: AgentKey.types)
    func request(type: KeyType) throws {
        let key = try AgentKey.generate(type)
        let application = try AgentApplication(
            ansName: nil,
            hosts: ["a.example.com", "*.b.example.com"],
            keyType: type
        )
        let request = try AgentRequest(key: key, names: application.names)
        let parsed = try ParsedCSR(Array(request.pem.utf8))
        #expect(parsed.publicKey == key.publicKey)
        #expect(parsed.names == application.names)
        #expect(parsed.subject.isEmpty)
        let path = FileManager.default.temporaryDirectory.path + "/signet-csr-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try request.pem.write(toFile: path, atomically: false, encoding: .utf8)
        let text = try OpenSSL.run("req", "-in", path, "-verify", "-noout", "-text")
        #expect(text.contains("DNS:a.example.com, DNS:*.b.example.com"))
    }

    @Test("more names than a certificate may have are refused before anything is sent")
    func tooManyNames() throws {
        let hosts = (0...100).map { "h\($0).example.com" }
        let application = try AgentApplication(ansName: nil, hosts: hosts)
        let key = try AgentKey.generate(.ed25519)
        #expect(throws: AgentClientError(.invalidConfiguration, "")) {
            try AgentRequest(key: key, names: application.names)
        }
    }
}

@Suite("Applications")
struct AgentApplicationTests {
    @Test("an ANS name asks for an identity, host names for mutual TLS, unless a profile is named")
    func profiles() throws {
        let name = "ans://v1.0.0.agent.example.com"
        #expect(try AgentApplication(ansName: name, hosts: []).profile == "agent-identity")
        #expect(try AgentApplication(ansName: nil, hosts: ["a.example.com"]).profile == "agent-tls")
        #expect(try AgentApplication(ansName: name, hosts: [], profile: "other").profile == "other")
        #expect(try AgentApplication(ansName: name, hosts: []).nameTexts == [name])
    }

    @Test(
        "names, lifetimes and key types that cannot be are refused",
        arguments: [
            (nil, [], nil, KeyType.ed25519),
            ("ans://v1.0.0.agent.example.com", ["a.example.com"], nil, .ed25519),
            ("https://agent.example.com", [], nil, .ed25519),
            ("ans://v1.0.agent.example.com", [], nil, .ed25519),
            (nil, ["a.example.com", "a.example.com"], nil, .ed25519),
            (nil, ["A.example.com"], nil, .ed25519),
            (nil, ["a b"], nil, .ed25519),
            (nil, ["a.example.com"], 0, .ed25519),
            (nil, ["a.example.com"], Int64.max, .ed25519),
            (nil, ["a.example.com"], nil, .rsa(bits: 1_024)),
        ] as [(String?, [String], Int64?, KeyType)]
    )
    func refused(name: String?, hosts: [String], lifetime: Int64?, type: KeyType) {
        #expect(throws: AgentClientError(.invalidConfiguration, "")) {
            try AgentApplication(ansName: name, hosts: hosts, keyType: type, lifetime: lifetime)
        }
    }

    @Test(
        "spans of time",
        arguments: [
            ("24h", 86_400), ("7d", 604_800), ("90s", 90), ("0m", 0), ("1y", 31_536_000), ("24", nil), ("h", nil),
            ("-1h", nil),
            ("9223372036854775807d", nil), ("", nil),
        ] as [(String, Int64?)]
    )
    func spans(text: String, seconds: Int64?) {
        #expect(TimeSpan(text)?.seconds == seconds)
    }

    @Test("points of time are RFC 3339, a day, or a span from now on")
    func times() {
        let now = Date(timeIntervalSince1970: 1_000_000)
        #expect(CertificateTime(typed: "2026-11-21T08:42:00Z")?.description == "2026-11-21T08:42:00Z")
        #expect(CertificateTime(typed: "2026-11-21")?.description == "2026-11-21T00:00:00Z")
        #expect(CertificateTime(typed: "30d") == nil)
        #expect(CertificateTime(typed: "1h", from: now)?.secondsSinceEpoch == 1_003_600)
        #expect(CertificateTime(typed: "tomorrow", from: now) == nil)
    }
}
