import Foundation
import PKIX
import Testing
import X509

@testable import CertificateAuthority

@Suite("Requests that are refused before anything begins")
struct RefusalTests {
    @Test("the authority's own keys are refused: the issuer's, the root's, and those named to it", arguments: 0..<3)
    func ownKeys(_ index: Int) async throws {
        let bench = try await Bench()
        let key = [bench.signer.subjectPublicKey, bench.rootSigner.subjectPublicKey, bench.ownKey][index]
        await #expect(throws: AuthorityError(.keyNotAdmitted, "")) {
            try await bench.authority.issue(bench.application(key: key))
        }
        #expect(bench.signer.signed.isEmpty)
        try await checkStore(bench.store)
    }

    @Test(
        "the authority's own names are refused, also behind a wildcard",
        arguments: ["ca.signet.example", "*.signet.example"]
    )
    func ownNames(_ name: String) async throws {
        let profile = try Shipped.profile("agent-tls", replacing: ["dns: {": "dns: {wildcards: true, "])
        let bench = try await Bench(profiles: [profile])
        let application = bench.application(names: [try AlternativeName(.dnsName(name))])
        await #expect(throws: AuthorityError(.nameReserved, "")) { try await bench.authority.issue(application) }
        #expect(bench.signer.signed.isEmpty)
        try await checkStore(bench.store)
    }

    @Test(
        "a profile that is unknown, or is for another requester, is not had over the API",
        arguments: ["", "nope", "service-tls", "ocsp-responder", "issuing-ca", "root-ca", "AGENT-TLS", "agent-tls "]
    )
    func unknownProfile(_ name: String) async throws {
        let bench = try await Bench()
        let error = await #expect(throws: AuthorityError.self) {
            try await bench.authority.issue(bench.application(name))
        }
        #expect(error?.code == .unknownProfile)
        #expect(error?.reason == "no profile of that name; the profiles are agent-identity, agent-tls")
        #expect(bench.signer.signed.isEmpty)
        try await checkStore(bench.store)
    }

    @Test("a profile of the API is not had by the daemon")
    func apiProfileForTheDaemon() async throws {
        let bench = try await Bench()
        await #expect(throws: AuthorityError(.unknownProfile, "")) {
            try await bench.authority.issueForService(bench.application("agent-tls"))
        }
    }

    @Test("the profiles offered are those of the API, in order")
    func offered() async throws {
        let bench = try await Bench()
        #expect(bench.authority.profiles.map(\.name) == ["agent-identity", "agent-tls"])
    }

    @Test("a kind of key that the profile does not admit is refused by its name")
    func key() async throws {
        let profile = try Shipped.profile("agent-tls", replacing: ["keys: [Ed25519, P-256": "keys: [P-256"])
        let bench = try await Bench(profiles: [profile])
        let error = await #expect(throws: PKIXError.self) { try await bench.issue() }
        #expect(error?.code == .unsupportedKey)
        #expect(error?.reason.contains("the request's key is Ed25519") == true)
        try await checkStore(bench.store)
    }

    static let namesCases: [(profile: String, names: [String], code: PKIXError.Code)] = [
        ("agent-tls", [], .missingName),
        ("agent-tls", ["localhost"], .invalidName),
        ("agent-tls", ["192.0.2.1"], .missingName),
        ("agent-tls", ["*.example.com"], .invalidName),
        ("agent-tls", ["ans://v1.0.0.agent.example.com"], .invalidName),
        ("agent-tls", ["agent.example.com", "192.0.2.1"], .invalidName),
        ("agent-tls", (0...100).map { "a\($0).example.com" }, .tooManyNames),
        ("agent-identity", [], .missingName),
        ("agent-identity", ["agent.example.com"], .invalidName),
        ("agent-identity", ["https://agent.example.com/"], .invalidName),
        ("agent-identity", ["ans://v1.0.agent.example.com"], .invalidName),
        ("agent-identity", ["ans://v1.0.0.a.example.com", "ans://v2.0.0.a.example.com"], .tooManyNames),
    ]

    @Test("names that the profile does not admit are refused", arguments: Self.namesCases)
    func names(_ argument: (profile: String, names: [String], code: PKIXError.Code)) async throws {
        let bench = try await Bench()
        let names = try argument.names.map { text -> AlternativeName in
            if text.hasPrefix("*.") { return .wildcard(try HostName(String(text.dropFirst(2)))) }
            return text.contains("://") ? .uri(try URIName(text)) : try #require(AlternativeName(hostOrAddress: text))
        }
        let error = await #expect(throws: PKIXError.self) {
            try await bench.authority.issue(bench.application(argument.profile, names: names))
        }
        #expect(error?.code == argument.code)
        #expect(bench.signer.signed.isEmpty)
        try await checkStore(bench.store)
    }

    @Test("a certificate that would break a rule is not signed and leaves nothing begun")
    func lint() async throws {
        let bench = try await Bench()
        // The same name twice passes the profile, which counts, and not the lints, which compare.
        let name = AlternativeName.dns(try HostName("agent.example.com"))
        let error = await #expect(throws: AuthorityError.self) {
            try await bench.authority.issue(bench.application(names: [name, name]))
        }
        #expect(error?.code == .lintFailed)
        #expect(error?.reason.contains("agent.example.com") == true || error?.reason.contains("twice") == true)
        #expect(bench.signer.signed.isEmpty)
        #expect(!bench.store.changes.suffix(1).contains(.abandon))
        try await checkStore(bench.store)
    }
}
