// Policy files: what is refused, and the one that is delivered.

import Foundation
import PKIX
import RegistrationAuthority
import Testing

/// A file, and what its error must contain.
struct BrokenPolicy: Sendable, CustomTestStringConvertible {
    let text: String
    let expected: [String]

    init(_ text: String, _ expected: String...) {
        self.text = text
        self.expected = expected
    }

    /// A policy whose one rule is this text.
    static func rule(_ rule: String, _ expected: String...) -> BrokenPolicy {
        let limits = "limits: {l: {of: address, capacity: 1, refill: 1, every: 1s}}"
        return BrokenPolicy("version: 1\n\(limits)\nrules:\n  - \(rule)\n", expected)
    }

    private init(_ text: String, _ expected: [String]) {
        self.text = text
        self.expected = expected
    }

    var testDescription: String { String(self.text.suffix(120)).replacing("\n", with: " | ") }

    static let all: [BrokenPolicy] = [
        .init("", "empty"), .init("[]", "mapping"), .init("rules: []", "'version' is missing"),
        .init("version: 1", "'rules' is missing"), .init("version: 2\nrules: []", "policy.yaml:1", "version"),
        .init("version: 1\nrules: {}", "a list"), .init("version: 1\nrule: []", "unknown key 'rule'"),
        .init("version: 1\nrules:", "'rules' has no value"), .init("version: 1\nversion: 1\nrules: []", "version"),
        .init("version: 1\nrules: []\n---\nversion: 1", "YAML"), .init("version: [", "YAML"),
        .init("version: 1\nrules: []\nsuffixes: [CO.UK]", "suffixes[0]", "lower case"),
        .init("version: 1\nrules: []\nlimits: []", "mapping"),
        .init(
            "version: 1\nrules: []\nlimits: {a: {of: planet, capacity: 1, refill: 1, every: 1s}}",
            "limits.a.of",
            "planet"
        ),
        .init(
            "version: 1\nrules: []\nlimits: {a: {of: address, capacity: 0, refill: 1, every: 1s}}",
            "limits.a.capacity"
        ),
        .init(
            "version: 1\nrules: []\nlimits: {a: {of: address, capacity: 1, refill: 1e3, every: 1s}}",
            "limits.a.refill"
        ),
        .init(
            "version: 1\nrules: []\nlimits: {a: {of: address, capacity: 1, refill: 1, every: 0s}}",
            "limits.a",
            "1 ms"
        ),
        .init("version: 1\nrules: []\nlimits: {a: {of: address, capacity: 1, refill: 1, every: 2y}}", "366 days"),
        .init("version: 1\nrules: []\nlimits: {a: {of: address, capacity: 1, refill: 1}}", "'every' is missing"),
        .init("version: 1\nrules: []\nlimits: {A b: {of: address, capacity: 1, refill: 1, every: 1s}}", "a-z"),
        .init("version: 1\nrules: []\nlimits:\n  a: {of: address, capacity: 1, refill: 1, every: 1s}\n  a:", "a"),
        .rule("x", "rules[0]", "mapping"), .rule("{when: {}, then: {allow: {}}}", "'name' is missing"),
        .rule("{name: a, then: {allow: {}}}", "policy.yaml:4", "'when' is missing"),
        .rule("{name: a, when: {}}", "'then' is missing"),
        .rule("{name: a b, when: {}, then: {allow: {}}}", "rules[0].name"),
        .rule("{name: a, when: , then: {allow: {}}}", "'when' has no value"),
        .rule("{name: a, when: {acount: x}, then: {allow: {}}}", "unknown key 'acount'"),
        .rule("{name: a, when: {account: }, then: {allow: {}}}", "'account' has no value"),
        .rule("{name: a, when: {account: ~}, then: {allow: {}}}", "'account' has no value"),
        .rule("{name: a, when: {account: []}, then: {allow: {}}}", "rules[0].when.account"),
        .rule("{name: a, when: {account: {}}, then: {allow: {}}}", "rules[0].when.account"),
        .rule("{name: a, when: {account: 'a[b]'}, then: {allow: {}}}", "rules[0].when.account", "pattern"),
        .rule("{name: a, when: {host: 'A.example'}, then: {allow: {}}}", "rules[0].when.host", "pattern"),
        .rule("{name: a, when: {host: ['a', 'b..c']}, then: {allow: {}}}", "rules[0].when.host[1]"),
        .rule("{name: a, when: {below: '*.example'}, then: {allow: {}}}", "rules[0].when.below"),
        .rule("{name: a, when: {address: 10.0.0.1/8}, then: {allow: {}}}", "rules[0].when.address", "10.0.0.0/8"),
        .rule("{name: a, when: {address: 10.0.0.0/40}, then: {allow: {}}}", "rules[0].when.address"),
        .rule("{name: a, when: {address: example.com}, then: {allow: {}}}", "rules[0].when.address"),
        .rule("{name: a, when: {zone: mine}, then: {allow: {}}}", "ours, other"),
        .rule("{name: a, when: {protocol: SMTP}, then: {allow: {}}}", "A2A, MCP or HTTP-API"),
        .rule("{name: a, when: {keyType: DSA}, then: {allow: {}}}", "rules[0].when.keyType"),
        .rule("{name: a, when: {action: remove}, then: {allow: {}}}", "register, create-account"),
        .rule("{name: a, when: {}, then: allow}", "rules[0].then"), .rule("{name: a, when: {}, then: {}}", "one of"),
        .rule("{name: a, when: {}, then: {allow: {}, deny: no}}", "one of"),
        .rule("{name: a, when: {}, then: {allow: }}", "'allow' has no value"),
        .rule("{name: a, when: {}, then: {permit: {}}}", "unknown key 'permit'"),
        .rule("{name: a, when: {}, then: {deny: ''}}", "rules[0].then.deny"),
        .rule("{name: a, when: {}, then: {deny: \"a\\nb\"}}", "one line"),
        .rule("{name: a, when: {}, then: {deny: \(String(repeating: "x", count: 501))}}", "500"),
        .rule("{name: a, when: {}, then: {allow: {maxAgents: 1}}}", "unknown key 'maxAgents'"),
        .rule("{name: a, when: {}, then: {allow: {maxAgentsPerAccount: -1}}}", "maxAgentsPerAccount"),
        .rule("{name: a, when: {}, then: {allow: {maxAgentsPerAccount: }}}", "has no value"),
        .rule("{name: a, when: {}, then: {allow: {lifetime: 90d}}}", "lifetime"),
        .rule("{name: a, when: {}, then: {allow: {lifetime: {minimum: 2d, maximum: 1d}}}}", "not below the shortest"),
        .rule("{name: a, when: {}, then: {allow: {lifetime: {maximum: 0s}}}}", "positive"),
        .rule("{name: a, when: {}, then: {allow: {proofs: [dns]}}}", "proofs[0]", "dns-01"),
        .rule("{name: a, when: {}, then: {allow: {proofs: [[]]}}}", "proofs[0]"),
        .rule("{name: a, when: {}, then: {allow: {proofs: []}}}", "proofs"),
        .rule("{name: a, when: {}, then: {allow: {keyTypes: []}}}", "keyTypes"),
        .rule("{name: a, when: {}, then: {allow: {limits: [m]}}}", "no rate limit 'm'"),
        .rule("{name: a, when: {}, then: {allow: {limits: [l, l]}}}", "stands twice"),
        .rule("{name: a, when: {}, then: {allow: {labels: {minimumLength: 0}}}}", "minimumLength"),
        .rule("{name: a, when: {}, then: {allow: {labels: {minimumLength: 9, maximumLength: 8}}}}", "labels"),
        .rule("{name: a, when: {}, then: {allow: {labels: {reserve: [a.b]}}}}", "reserve[0]"),
        .rule("{name: a, when: {}, then: {allow: {labels: {admitLookAlikes: maybe}}}}", "admitLookAlikes"),
        .rule(
            "{name: a, when: {}, then: {allow: {}}}\n  - {name: a, when: {}, then: {allow: {}}}",
            "policy.yaml:5",
            "second rule"
        ),
        .rule("&x {name: a, when: {}, then: {allow: {}}}\n  - *x", "references"),
        .rule("{name: a, when: {account: '*bot'}, then: {allow: {}}}", "references"),
    ]
}

@Suite("Policy files")
struct PolicyFileTests {
    @Test("A broken file is refused, and the message says where and what", arguments: BrokenPolicy.all)
    func refuses(broken: BrokenPolicy) {
        let error = #expect(throws: RegistrationError(.invalidPolicy, "")) { try PolicyFixture.policy(broken.text) }
        for part in broken.expected { #expect(error?.reason.contains(part) == true, "\(error?.reason ?? "")") }
        #expect(error?.reason.hasPrefix("policy.yaml") == true)
    }

    @Test("A star that YAML would take for a reference can be written")
    func escapedStar() throws {
        let policy = try PolicyFixture.policy(when: #"{account: "\x2Abot"}"#)
        #expect(policy.decide(PolicyInput(account: "my-bot")).outcome.name == "allow")
        #expect(policy.decide(PolicyInput(account: "bots")).outcome.name == "deny")
    }

    @Test(
        "Hostile text is refused in no time",
        arguments: [
            [UInt8](repeating: UInt8(ascii: "["), count: 200_000),
            [UInt8](repeating: UInt8(ascii: "{"), count: 200_000),
            Array(String(repeating: "- ", count: 100_000).utf8),
            Array(String(repeating: "a: &a\n", count: 40_000).utf8),
            [UInt8](repeating: UInt8(ascii: "a"), count: 300_000), [0xFF, 0xFE, 0x00], [0xC3, 0x28], [0x00],
            Array("version: 1\nrules: !!binary x".utf8), Array("%YAML 9.9\n---\nversion: 1".utf8),
            Array("version: 1\nrules: []\n<<: {limits: {}}".utf8), Array("? [version]\n: 1".utf8),
        ]
    )
    func hostile(octets: [UInt8]) {
        #expect(throws: RegistrationError(.invalidPolicy, "")) { try PolicySet(octets: octets, file: "policy.yaml") }
    }

    @Test("More rules than the budget are refused")
    func manyRules() throws {
        func policy(_ count: Int) -> String {
            "version: 1\nrules:\n"
                + (0..<count).map { "  - {name: r\($0)x, when: {}, then: {deny: no}}\n" }.joined()
        }
        #expect(try PolicyFixture.policy(policy(Budget.policyRules)).rules.count == Budget.policyRules)
        #expect(throws: RegistrationError(.invalidPolicy, "")) {
            try PolicyFixture.policy(policy(Budget.policyRules + 1))
        }
    }

    @Test("More rate limits than the budget are refused")
    func manyLimits() throws {
        func policy(_ count: Int) -> String {
            "version: 1\nrules: []\nlimits:\n"
                + (0..<count).map { "  l\($0): {of: address, capacity: 1, refill: 1, every: 1s}\n" }.joined()
        }
        #expect(try PolicyFixture.policy(policy(50)).limits.count == 50)
        let error = #expect(throws: RegistrationError(.invalidPolicy, "")) {
            try PolicyFixture.policy(policy(Budget.policyRules + 1))
        }
        #expect(error?.reason.contains("1001 rate limits") == true)
    }

    @Test("Damage anywhere in a good file never lets the parser fall", arguments: 0..<300)
    func damaged(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var octets = Array(PolicyFixture.example.utf8)
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let index = Int.random(in: octets.indices, using: &generator)
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: octets[index] = UInt8.random(in: .min ... .max, using: &generator)
            case 1: octets.remove(at: index)
            default: octets.insert(UInt8(ascii: "{"), at: index)
            }
        }
        do {
            let policy = try PolicySet(octets: octets, file: "policy.yaml")
            #expect(policy.rules.allSatisfy { !$0.conditions.isEmpty })
        } catch {
            #expect(error == RegistrationError(.invalidPolicy, ""))
            #expect(!error.reason.isEmpty)
        }
    }
}

@Suite("The policy that is delivered")
struct DeliveredPolicyTests {
    let policy: PolicySet

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = root.appending(path: "policies/registration.yaml")
        self.policy = try PolicySet(octets: Array(try Data(contentsOf: file)), file: "registration.yaml")
    }

    private func input(_ host: String, _ zone: PolicyZone, role: String? = "issuer") throws -> PolicyInput {
        PolicyInput(
            account: "acme",
            role: role,
            host: try HostName(host),
            zone: zone,
            protocols: ["A2A"],
            keyTypes: [.ed25519],
            address: [8, 8, 8, 8],
            agents: 0
        )
    }

    @Test(
        "It decides as its comments say",
        arguments: [
            ("bot.agents.example", PolicyZone.ours, "our-zones", "allow"),
            ("admin.agents.example", .ours, "names-of-authority", "approve"),
            ("x-support.agents.example", .ours, "names-of-authority", "approve"),
            ("admin.customer.example", .other, "zones-of-others", "allow"),
            ("bot.customer.example", .other, "zones-of-others", "allow"),
        ]
    )
    func decides(host: String, zone: PolicyZone, rule: String, outcome: String) throws {
        let decision = policy.decide(try input(host, zone))
        #expect(decision.rule == rule)
        #expect(decision.outcome.name == outcome)
        #expect(policy.decide(try input(host, zone, role: nil)).outcome.name != "allow")
        #expect(policy.decide(try input(host, zone, role: "auditor")).outcome.name != "allow")
    }

    @Test("Names of others need a proof of control, and strangers get no accounts")
    func needsProof() throws {
        let grant = try policy.decide(try input("bot.customer.example", .other)).requireGrant()
        #expect(grant.missingProofs(after: [.key]) == [[.dns01, .http01]])
        #expect(policy.decide(PolicyInput(action: .createAccount)).rule == "no-accounts-for-strangers")
        #expect(policy.decide(PolicyInput(action: .createAccount)).outcome.name == "deny")
    }
}
