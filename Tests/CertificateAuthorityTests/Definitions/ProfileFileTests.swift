import Foundation
import PKIX
import Testing

@testable import CertificateAuthority

@Suite("The profiles' files")
struct ProfileFileTests {
    @Test("every shipped one is read, and named like its file", arguments: Shipped.profileFiles)
    func shipped(_ file: String) throws {
        let text = Shipped.text("profiles/\(file)")
        let profile = try CertificateProfile(text: text, file: file)
        #expect("\(profile.name).yaml" == file)
        #expect(!profile.summary.isEmpty)
        #expect(profile.file == file)
        let changed = try CertificateProfile(text: text + "# A comment\n", file: file)
        #expect(profile.sha256 != changed.sha256)
    }

    struct Broken: Sendable, CustomTestStringConvertible {
        let profile: String
        let old: String
        let new: String
        let rule: String

        init(_ profile: String, _ old: String, _ new: String, _ rule: String) {
            (self.profile, self.old, self.new, self.rule) = (profile, old, new, rule)
        }

        var testDescription: String { "\(self.profile): \(self.rule)" }
    }

    static let brokenCases = [
        Broken("agent-tls", "role: tls", "role: tls\nkeyusage: []", "unknown key 'keyusage'; known are"),
        Broken("agent-tls", "role: tls\n", "", "key 'role' is missing"),
        Broken("agent-tls", "role: tls", "role: server", "role: 'server' is not one of root, issuing-ca"),
        Broken("agent-tls", "role: tls", "role: [tls]", "role: a single value is needed here"),
        Broken("agent-tls", "profile: agent-tls", "profile: Agent TLS", "a profile's name has 1 to 64 of a-z"),
        Broken("agent-tls", "requestedBy: api", "requestedBy: anyone", "'anyone' is not one of api, daemon, ceremony"),
        Broken("agent-tls", "lifetime: 30d", "lifetime: 100d", "lifetime is more than nothing and at most"),
        Broken("agent-tls", "lifetime: 30d", "lifetime: 0d", "lifetime is more than nothing and at most"),
        Broken("agent-tls", "lifetime: 30d", "lifetime: 30", "'30' is not a span of time"),
        Broken("agent-tls", "lifetime: 30d", "lifetime: -1d", "'-1d' is not a span of time"),
        Broken("agent-tls", "lifetime: 30d", "lifetime: 99999999999999999999y", "is not a span of time"),
        Broken("agent-tls", "revocation: none-if", "revocation: maybe-if", "'maybe-if-short-lived' is not one of"),
        Broken("agent-tls", "serverAuth, clientAuth", "serverAuth, codeSigning", "'codeSigning' is not one of"),
        Broken("agent-tls", "[digitalSignature]", "[nonRepudiation]", "'nonRepudiation' is not one of"),
        Broken("agent-tls", "[digitalSignature]", "[]", "at least one key usage is needed"),
        Broken("agent-tls", "[digitalSignature]", "digitalSignature", "keyUsage: a list is needed here"),
        Broken("agent-tls", "keys: [Ed25519, P-256", "keys: [DSA, P-256", "'DSA' is not a kind of key"),
        Broken(
            "agent-tls",
            "keys: [Ed25519, P-256, P-384, RSA-2048+]",
            "keys: []",
            "at least one kind of key is needed"
        ),
        Broken("agent-tls", "1.3.6.1.4.1.32473.1.1", "not.an.oid", "'not.an.oid' is not an object identifier"),
        Broken("agent-tls", "maximum: 100", "maximum: 101", "a whole number from 0 to 100 is needed here"),
        Broken("agent-tls", "minimum: 1, maximum: 100", "minimum: 3, maximum: 2", "minimum is greater than maximum"),
        Broken("agent-tls", "maximum: 100}", "maximum: 100, wildcards: perhaps}", "'true' or 'false' is needed here"),
        Broken("agent-tls", "role: tls", "role: tls\npathLength: 0", "only a CA has a pathLength (RFC 5280 §4.2.1.9)"),
        Broken("agent-identity", "schemes: [ans], ", "", "key 'schemes' is missing"),
        Broken("issuing-ca", "pathLength: 0", "pathLength: 9", "a whole number from 0 to 8 is needed here"),
        Broken(
            "issuing-ca",
            "requestedBy: ceremony",
            "requestedBy: api",
            "a CA certificate is not to be had over the API"
        ),
        Broken("root-ca", "role: root", "role: root\nissuer: agents", "role 'root' has no issuer"),
        Broken(
            "ocsp-responder",
            "keyUsage",
            "names:\n  dns: {minimum: 1}\nkeyUsage",
            "and the names admitted do not fit"
        ),
    ]

    @Test("an error names file, line and rule", arguments: Self.brokenCases)
    func broken(_ change: Broken) throws {
        let error = #expect(throws: PKIXError.self) {
            try Shipped.profile(change.profile, replacing: [change.old: change.new])
        }
        #expect(error?.code == .invalidDefinition)
        let reason = try #require(error?.reason)
        #expect(reason.contains(change.rule), "\(reason)")
        #expect(reason.wholeMatch(of: /[a-z-]+\.yaml:[1-9][0-9]*: .+/) != nil, "\(reason)")
    }

    /// Profiles that can be read and could issue nothing, with the lint that says so.
    static let uselessCases = [
        Broken("agent-tls", "[digitalSignature]", "[digitalSignature, keyCertSign]", "error "),
        Broken("agent-tls", "[serverAuth, clientAuth]", "[clientAuth]", "tls_has_server_auth"),
        Broken("agent-tls", "[serverAuth, clientAuth]", "[serverAuth, OCSPSigning]", "error "),
        Broken("agent-tls", "role: tls", "role: agent-identity", "error "),
        Broken("agent-identity", "[clientAuth]", "[serverAuth]", "error "),
        Broken("agent-identity", "schemes: [ans]", "schemes: [https]", "error "),
        Broken("ocsp-responder", "[OCSPSigning]", "[serverAuth]", "error "),
    ]

    @Test(
        "a profile whose certificates would break a rule is refused at start, and the lint is named",
        arguments: Self.uselessCases
    )
    func useless(_ change: Broken) async throws {
        let profile = try Shipped.profile(change.profile, replacing: [change.old: change.new])
        let error = await #expect(throws: AuthorityError.self) { try await Bench(profiles: [profile]) }
        #expect(error?.code == .invalidHierarchy)
        let reason = try #require(error?.reason)
        #expect(reason.hasPrefix("\(change.profile).yaml: profile '\(change.profile)' can issue nothing:"), "\(reason)")
        #expect(reason.contains(change.rule), "\(reason)")
        #expect(reason.contains("RFC ") || reason.contains("BR ") || reason.contains("ANS"), "\(reason)")
    }

    static let usefulCases = [
        Broken("agent-tls", "minimum: 1, maximum: 100", "minimum: 3, maximum: 100", ""),
        Broken("service-tls", "dns: {minimum: 0", "dns: {minimum: 2", ""),
        Broken("service-tls", "ip: {minimum: 0", "ip: {minimum: 2", ""),
        Broken("agent-tls", "keys: [Ed25519, P-256, P-384, RSA-2048+]", "keys: [RSA-2048+]", ""),
        Broken("agent-tls", "keys: [Ed25519, P-256, P-384, RSA-2048+]", "keys: [P-384]", ""),
        Broken("agent-tls", "keys: [Ed25519, P-256, P-384, RSA-2048+]", "keys: [Ed25519]", ""),
        Broken("agent-tls", "  dns: {minimum: 1, maximum: 100}", "  dns: {minimum: 1}\n  ip: {minimum: 1}", ""),
    ]

    @Test("a profile that asks for several names, or for one kind of key, is admitted", arguments: Self.usefulCases)
    func useful(_ change: Broken) async throws {
        let profile = try Shipped.profile(change.profile, replacing: [change.old: change.new])
        _ = try await Bench(profiles: [profile])
    }

    @Test("a profile of an issuer that the hierarchy lacks, and a second one of a name, are refused")
    func hierarchy() async throws {
        let other = try Shipped.profile("agent-tls", replacing: ["issuer: agents": "issuer: others"])
        let error = await #expect(throws: AuthorityError.self) { try await Bench(profiles: [other]) }
        #expect(error?.reason == "agent-tls.yaml: profile 'agent-tls' names issuer 'others', which the hierarchy lacks")
        let twice = [Shipped.profile("agent-tls"), Shipped.profile("agent-tls")]
        let second = await #expect(throws: AuthorityError.self) { try await Bench(profiles: twice) }
        #expect(second?.reason == "agent-tls.yaml: a second profile of name 'agent-tls'")
    }
}
