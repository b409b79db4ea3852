import Foundation
import PKIX
import Testing

@testable import CertificateAuthority

@Suite("The hierarchy's file")
struct HierarchyFileTests {
    @Test("the shipped one is what the documentation says")
    func shipped() {
        let hierarchy = Shipped.hierarchy
        #expect(hierarchy.name == "signet")
        #expect(hierarchy.root.key == KeyDefinition(label: "root", type: .p384, token: "root"))
        #expect(hierarchy.root.profile == "root-ca")
        #expect(hierarchy.root.responder == nil)
        #expect(hierarchy.issuers.map(\.name) == ["agents"])
        #expect(hierarchy.issuers[0].key == KeyDefinition(label: "agents", type: .p256, token: "issuing"))
        #expect(
            hierarchy.issuers[0].responder?.key == KeyDefinition(label: "agents-ocsp", type: .p256, token: "issuing")
        )
        #expect(hierarchy.log == KeyDefinition(label: "log", type: .ed25519, token: "issuing"))
        #expect(hierarchy.service.names.map(\.description) == ["DNS:localhost", "IP:127.0.0.1", "IP:0:0:0:0:0:0:0:1"])
        #expect(hierarchy.tokens == ["root", "issuing"])
        #expect(hierarchy.sha256.count == 32)
    }

    /// A change of the shipped file, the text at whose line the error is, and what the error says.
    struct Broken: Sendable, CustomTestStringConvertible {
        let old: String
        let new: String
        let at: String?
        let rule: String

        var testDescription: String { self.rule }
    }

    private static let second = """
          - name: agents
            subject: {commonName: Another}
            profile: issuing-ca
            key: P-256
            token: issuing

        # The daemon's own
        """

    static let brokenCases = [
        Broken(
            old: "hierarchy: signet",
            new: "hierarchy: signet\nextra: 1",
            at: "extra: 1",
            rule: "unknown key 'extra'"
        ),
        Broken(old: "hierarchy: signet\n", new: "", at: nil, rule: "key 'hierarchy' is missing"),
        Broken(old: "hierarchy: signet\n", new: "hierarchy:\n", at: nil, rule: "key 'hierarchy' is missing"),
        Broken(
            old: "hierarchy: signet",
            new: "hierarchy: [signet]",
            at: "[signet]",
            rule: "a single value is needed here"
        ),
        Broken(old: "  key: P-384", new: "  key: P-521", at: "P-521", rule: "root.key: 'P-521' is not a key type"),
        Broken(old: "  key: P-384\n", new: "", at: nil, rule: "key 'key' is missing"),
        Broken(old: "  key: P-384", new: "  key: P-384\n  pin: 1234", at: "pin: 1234", rule: "unknown key 'pin'"),
        Broken(
            old: "  key: P-384",
            new: "  scheme: sha1\n  key: P-384",
            at: "scheme: sha1",
            rule: "'sha1' is not one of"
        ),
        Broken(
            old: "  key: P-384",
            new: "  scheme: ed25519\n  key: P-384",
            at: nil,
            rule: "a P-384 key cannot sign with this scheme"
        ),
        Broken(old: "commonName: Signet Root CA", new: "title: X", at: nil, rule: "unknown key 'title'"),
        Broken(old: ", commonName: Signet Root CA", new: "", at: nil, rule: "key 'commonName' is missing"),
        Broken(
            old: "{organization: Signet, commonName: Signet Root CA}",
            new: "{country: GER, commonName: X}",
            at: "GER",
            rule: "country is two letters"
        ),
        Broken(old: "- name: agents", new: "- name: Agents", at: "Agents\n", rule: "a CA's name has 1 to 32 of a-z"),
        Broken(
            old: "- name: agents",
            new: "- name: ../agents",
            at: "../agents",
            rule: "a CA's name has 1 to 32 of a-z"
        ),
        Broken(old: "- name: agents", new: "- name: a.b", at: "a.b", rule: "a CA's name has 1 to 32 of a-z"),
        Broken(old: "- name: agents", new: "- name: \"\"", at: "\"\"", rule: "a CA's name has 1 to 32 of a-z"),
        Broken(old: "- name: agents", new: "- name: root", at: "name: root", rule: "a second CA of name 'root'"),
        Broken(
            old: "- name: agents",
            new: "- name: chain",
            at: "name: chain",
            rule: "the name 'chain' is that of another"
        ),
        Broken(
            old: "- name: agents",
            new: "- name: issuing",
            at: "name: issuing",
            rule: "the name 'issuing' is that of"
        ),
        Broken(old: "- name: agents", new: "- name: log", at: "name: log", rule: "the name 'log' is that of another"),
        Broken(
            old: "# The daemon's own",
            new: Self.second,
            at: "commonName: Another",
            rule: "a second CA of name 'agents'"
        ),
        Broken(
            old: "# The daemon's own",
            new: Self.second.replacing("name: agents", with: "name: agents-ocsp"),
            at: "commonName: Another",
            rule: "the name 'agents-ocsp' is that of another"
        ),
        Broken(
            old: "    key: P-256\n    token: issuing",
            new: "    key: P-256\n    token: root",
            at: "name: agents",
            rule: "the token 'root' is the root's, which the daemon never opens"
        ),
        Broken(
            old: "  key: Ed25519\n  token: issuing",
            new: "  key: Ed25519\n  token: root",
            at: "key: Ed25519",
            rule: "log: the token 'root' is the root's, which the daemon never opens"
        ),
        Broken(old: "names: [localhost", new: "names: [local_host", at: "local_host", rule: "'local_host' is neither"),
        Broken(
            old: "names: [localhost, 127.0.0.1, \"::1\"]",
            new: "names: localhost",
            at: nil,
            rule: "a list is needed"
        ),
        Broken(old: "  key: Ed25519", new: "  key: ed25519", at: "ed25519", rule: "'ed25519' is not a key type"),
    ]

    @Test("an error names file, line and rule", arguments: Self.brokenCases)
    func broken(_ change: Broken) throws {
        let shipped = Shipped.text("hierarchy.yaml")
        try #require(shipped.contains(change.old), "the shipped file has changed")
        let text = shipped.replacing(change.old, with: change.new)
        let error = #expect(throws: PKIXError.self) { try HierarchyDefinition(text: text, file: "hierarchy.yaml") }
        #expect(error?.code == .invalidDefinition)
        let reason = try #require(error?.reason)
        #expect(reason.contains(change.rule), "\(reason)")
        #expect(reason.wholeMatch(of: /hierarchy\.yaml:[1-9][0-9]*: .+/.dotMatchesNewlines()) != nil, "\(reason)")
        if let at = change.at {
            let line = text[..<(try #require(text.firstRange(of: at)).lowerBound)].count { $0 == "\n" } + 1
            let named = reason.dropFirst("hierarchy.yaml:".count).prefix { $0.isNumber }
            #expect([line - 1, line].contains(Int(named) ?? 0), "\(reason), expected at \(line)")
        }
    }

    @Test("a hierarchy without an issuer is none")
    func noIssuer() throws {
        let shipped = Shipped.text("hierarchy.yaml")
        let start = try #require(shipped.firstRange(of: "issuers:\n")).lowerBound
        let end = try #require(shipped.firstRange(of: "# The daemon's own")).lowerBound
        let text = shipped[..<start] + "issuers: []\n" + shipped[end...]
        let error = #expect(throws: PKIXError.self) { try HierarchyDefinition(text: String(text), file: "h.yaml") }
        #expect(error?.reason.contains("at least one issuer is needed") == true)
    }

    @Test("two issuers, on one token or two, with schemes of their own, are read in order")
    func twoIssuers() throws {
        let text = Shipped.text("hierarchy.yaml").replacing(
            "# The daemon's own",
            with: Self.second.replacing("name: agents", with: "name: batch")
                .replacing(
                    "key: P-256\n    token: issuing",
                    with: "key: RSA-3072\n    scheme: rsa-pss-sha256\n    token: second"
                )
        )
        let hierarchy = try HierarchyDefinition(text: text, file: "hierarchy.yaml")
        #expect(hierarchy.issuers.map(\.name) == ["agents", "batch"])
        #expect(hierarchy.issuers[1].scheme == .rsaPSSSHA256)
        #expect(hierarchy.issuers[1].responder == nil)
        #expect(hierarchy.tokens == ["root", "issuing", "second"])
    }
}
