// Decisions: order, defaults, bounds, and their explanation.

import Crypto
import Foundation
import JSON
import PKIX
import RegistrationAuthority
import Testing

@Suite("Decisions of a policy")
struct PolicySetTests {
    let policy: PolicySet

    init() throws { self.policy = try PolicyFixture.policy(PolicyFixture.example) }

    private func input(_ host: String = "bot.agents.example") throws -> PolicyInput {
        PolicyInput(
            account: "acme-1",
            role: "issuer",
            actor: "token:01",
            host: try HostName(host),
            zone: .ours,
            protocols: ["A2A"],
            keyTypes: [.ed25519],
            address: [198, 51, 100, 1],
            agents: 0
        )
    }

    @Test("The first rule that matches decides")
    func firstMatch() throws {
        #expect(policy.decide(try input()).rule == "ours")
        #expect(policy.decide(try input("sysadmin.agents.example")).rule == "reserved")
        var blocked = try input("sysadmin.agents.example")
        blocked.address = [192, 0, 2, 9]
        let decision = policy.decide(blocked)
        #expect(decision.rule == "blocked")
        #expect(decision.outcome == .deny(message: "this network is not welcome"))
        blocked.address = IPAddress.bytes(of: "::ffff:192.0.2.9")
        #expect(policy.decide(blocked).rule == "blocked")
    }

    @Test("What no rule matches is denied")
    func defaultDeny() throws {
        let decision = policy.decide(PolicyInput())
        #expect(decision.rule == nil)
        #expect(decision.outcome.name == "deny")
        #expect(throws: RegistrationError(.policyDenied, "")) { try decision.requireGrant() }
        #expect(try PolicyFixture.policy("version: 1\nrules: []").decide(try input()).outcome.name == "deny")
    }

    @Test("A grant has what the file says")
    func grant() throws {
        let grant = try policy.decide(try input()).requireGrant()
        #expect(grant.maxAgentsPerAccount == 3)
        #expect(grant.minimumLifetime == 3_600)
        #expect(grant.maximumLifetime == 7_776_000)
        #expect(grant.proofs == [[.key]])
        #expect(grant.keyTypes == [.ed25519, .p256])
        #expect(grant.limits.map(\.name) == ["per-address", "per-account"])
        #expect(grant.labels.reserve == ["acme", "911"])
        #expect(grant.labels.release == ["dns"])
        #expect(grant.labels.admitLookAlikes == false)
        #expect(grant.labels.minimumLength == 3)
        #expect(grant.lifetime(1) == 3_600)
        #expect(grant.lifetime(7_200) == 7_200)
        #expect(grant.lifetime(.max) == 7_776_000)
        #expect(policy.limit(named: "per-account")?.rate.interval == 86_400_000)
        #expect(policy.suffixes.map(\.description) == ["co.uk"])
    }

    @Test("One proof of each member is needed")
    func proofs() throws {
        var other = try input("bot.customer.example")
        other.zone = .other
        let grant = try policy.decide(other).requireGrant()
        #expect(grant.missingProofs(after: []) == [[.key], [.dns01, .http01]])
        #expect(grant.missingProofs(after: [.dns01]) == [[.key]])
        #expect(grant.missingProofs(after: [.key]) == [[.dns01, .http01]])
        #expect(grant.missingProofs(after: [.key, .http01]).isEmpty)
    }

    @Test("Approval of a person is said, with its grant")
    func approval() throws {
        #expect(policy.decide(try input("admin.agents.example")).rule == "reserved")
        let approved = policy.decide(try input("x-admin.agents.example"))
        #expect(approved.outcome.name == "approve")
        #expect(try approved.requireGrant().proofs == [[.key]])
        #expect(approved.reasons == ["rule 'reserved' needs approval of a person"])
    }

    @Test("A request beyond the grant of its rule is denied by that rule, with every reason")
    func violations() throws {
        var much = try input()
        much.agents = 3
        much.keyTypes = [.ed25519, .rsa(bits: 2_048)]
        much.lifetime = 91 * 86_400
        let decision = policy.decide(much)
        #expect(decision.outcome.name == "deny")
        #expect(decision.rule == "ours")
        #expect(decision.reasons.count == 3)
        #expect(decision.reasons[1].contains("RSA-2048"))
        much = try input()
        much.agents = 2
        much.lifetime = 90 * 86_400
        #expect(policy.decide(much).outcome.name == "allow")
        much.lifetime = 3_599
        #expect(policy.decide(much).outcome.name == "deny")
    }

    @Test(
        "A condition is met by what it lists, and never by what is missing",
        arguments: [
            ("{account: acme-1}", true), ("{account: [x, 'acme-?']}", true), ("{account: acme}", false),
            ("{role: issuer}", true), ("{role: admin}", false), ("{actor: 'token:*'}", true),
            ("{actor: 'operator:*'}", false),
            ("{host: bot.agents.example}", true), ("{host: '**.example'}", true), ("{host: '*.example'}", false),
            ("{below: agents.example}", true), ("{below: bot.agents.example}", true), ("{below: gents.example}", false),
            ("{zone: ours}", true), ("{zone: [ours, other]}", true), ("{zone: other}", false),
            ("{protocol: [A2A, MCP]}", true),
            ("{protocol: MCP}", false), ("{anyProtocol: [A2A, HTTP_API]}", true), ("{anyProtocol: HTTP-API}", false),
            ("{keyType: [Ed25519, P-256]}", true), ("{keyType: P-256}", false), ("{anyKeyType: Ed25519}", true),
            ("{anyKeyType: P-384}", false), ("{address: 198.51.100.0/24}", true), ("{address: 198.51.100.2}", false),
            ("{address: '::/0'}", false), ("{}", true), ("{action: register}", true),
            ("{action: create-account}", false),
            ("{zone: ours, role: admin}", false),
        ]
    )
    func conditions(when: String, isMet: Bool) throws {
        let policy = try PolicyFixture.policy(when: when)
        #expect((policy.decide(try input()).outcome.name == "allow") == isMet)
        if !["{}", "{action: register}"].contains(when) {
            #expect(policy.decide(PolicyInput()).outcome.name == "deny")
        }
    }

    @Test("'protocol' asks for all of an agent's protocols, 'anyProtocol' for one")
    func everyAndAny() throws {
        var both = try input()
        both.protocols = ["A2A", "HTTP_API"]
        both.keyTypes = [.p256, .p384]
        for (when, isMet) in [
            ("{protocol: A2A}", false), ("{protocol: [A2A, HTTP-API]}", true), ("{anyProtocol: A2A}", true),
            ("{keyType: P-256}", false), ("{keyType: [P-256, P-384]}", true), ("{anyKeyType: P-384}", true),
        ] {
            #expect((try PolicyFixture.policy(when: when).decide(both).outcome.name == "allow") == isMet, "\(when)")
        }
    }

    @Test("A rule that says nothing of the action does not open accounts")
    func actions() throws {
        let account = PolicyInput(action: .createAccount, address: [8, 8, 8, 8])
        #expect(try PolicyFixture.policy(when: "{}").decide(account).outcome.name == "deny")
        #expect(try PolicyFixture.policy(when: "{action: create-account}").decide(account).outcome.name == "allow")
        #expect(try PolicyFixture.policy(when: "{action: [register, create-account]}").decide(account).rule == "only")
    }

    @Test("Every decision carries the hash of the file's octets")
    func hash() throws {
        let digest = SHA256.hash(data: Data(PolicyFixture.example.utf8)).map { String(format: "%02x", $0) }.joined()
        #expect(policy.policyHash == digest)
        #expect(policy.decide(PolicyInput()).policyHash == digest)
        let changed = try PolicyFixture.policy(PolicyFixture.example + "\n# a comment\n")
        #expect(changed.rules == policy.rules)
        #expect(changed.policyHash != digest)
    }

    @Test("An explanation says of each rule what it wants and what there is")
    func explanation() throws {
        let explained = policy.explain(try input("sysadmin.agents.example"))
        #expect(explained.map(\.rule) == ["blocked", "reserved", "ours", "others"])
        #expect(explained.map(\.matches) == [false, true, true, false])
        #expect(explained.map(\.decides) == [false, true, false, false])
        let address = try #require(explained[0].conditions.last)
        #expect(address.name == "address")
        #expect(address.wanted == "192.0.2.0/24, 2001:db8:0:0:0:0:0:0/32")
        #expect(address.found == "'198.51.100.1'")
        #expect(!address.isMet)
        #expect(explained[1].description.contains("reserved: decides: approve"))
        #expect(explained[2].description.contains("an earlier rule decides"))
        #expect(explained[3].description.contains("- zone: wants other; has 'ours'"))
        #expect(policy.explain(PolicyInput())[0].conditions.last?.found == "nothing")
    }

    @Test("An explanation never contradicts the decision", arguments: 0..<200)
    func explanationAgrees(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let input = PolicyInput(
            account: ["acme-1", "x", nil].randomElement(using: &generator) ?? nil,
            role: ["issuer", "auditor", nil].randomElement(using: &generator) ?? nil,
            host: try ["admin.a.example", "x-admin.a.example", "bot.a.example"].randomElement(using: &generator)
                .map { try HostName($0) },
            zone: [.ours, .other, nil].randomElement(using: &generator) ?? nil,
            protocols: [["A2A"], [], ["HTTP-API", "MCP"]].randomElement(using: &generator) ?? [],
            keyTypes: [[.ed25519], [.p384], []].randomElement(using: &generator) ?? [],
            address: [[192, 0, 2, 1], [8, 8, 8, 8], nil].randomElement(using: &generator) ?? nil,
            agents: Int.random(in: 0...4, using: &generator)
        )
        let decision = policy.decide(input)
        let decisive = policy.explain(input).filter(\.decides)
        #expect(decisive.count <= 1)
        #expect(decisive.first?.rule == decision.rule)
        if decision.outcome.grant != nil { #expect(decisive.first?.violations.isEmpty == true) }
    }

    @Test("A decision is recorded as JSON")
    func document() throws {
        let document = policy.decide(try input()).document
        #expect(document["outcome"]?.text == "allow")
        #expect(document["rule"]?.text == "ours")
        #expect(document["policyHash"]?.text == policy.policyHash)
        #expect(policy.decide(PolicyInput()).document["rule"] == .null)
    }
}

@Suite("A policy's input as JSON")
struct PolicyInputTests {
    private func read(_ text: String) throws -> PolicyInput {
        try PolicyInput(JSONReader.read(Array(text.utf8), within: JSONLimits(depth: 4, members: 32)))
    }

    @Test("Every member is read")
    func reads() throws {
        let input = try read(
            """
            {"action": "create-account", "account": "acme", "role": "issuer", "actor": "token:01",
             "host": "bot.agents.example", "zone": "ours", "protocols": ["A2A", "MCP"], "keyTypes": ["Ed25519", "RSA-3072"],
             "address": "2001:db8::1", "agents": 3, "lifetime": 7776000}
            """
        )
        #expect(
            input
                == PolicyInput(
                    action: .createAccount,
                    account: "acme",
                    role: "issuer",
                    actor: "token:01",
                    host: try HostName("bot.agents.example"),
                    zone: .ours,
                    protocols: ["A2A", "MCP"],
                    keyTypes: [.ed25519, .rsa(bits: 3_072)],
                    address: IPAddress.bytes(of: "2001:db8::1"),
                    agents: 3,
                    lifetime: 7_776_000
                )
        )
        #expect(try read("{}") == PolicyInput())
        #expect(try read(#"{"account": null}"#) == PolicyInput())
    }

    @Test(
        "What is misspelt or of another kind is refused by name",
        arguments: [
            (#"{"acount": "x"}"#, "acount"), (#"{"account": 1}"#, "account"), (#"{"host": "-"}"#, "host"),
            (#"{"host": 1}"#, "host"),
            (#"{"zone": "Ours"}"#, "zone"), (#"{"action": "x"}"#, "action"), (#"{"protocols": "A2A"}"#, "protocols"),
            (#"{"protocols": [1]}"#, "protocols"), (#"{"keyTypes": ["RSA"]}"#, "keyTypes"),
            (#"{"address": "1.2.3"}"#, "address"),
            (#"{"address": "1.2.3.4\u0000"}"#, "address"), (#"{"agents": -1}"#, "agents"),
            (#"{"agents": 1.5}"#, "agents"), (#"{"lifetime": "90d"}"#, "lifetime"),
            (#"{"lifetime": 99999999999999999999}"#, "lifetime"), ("[]", "an object"), (#""x""#, "an object"),
        ]
    )
    func refuses(text: String, named: String) {
        let error = #expect(throws: RegistrationError(.invalidPolicyInput, "")) { try read(text) }
        #expect(error?.reason.contains(named) == true)
    }
}
