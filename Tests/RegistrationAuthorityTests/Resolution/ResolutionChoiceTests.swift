// Questions and choices: tables.

import DNS
import Foundation
import PKIX
import TestSupport
import Testing

@testable import RegistrationAuthority

@Suite("Which agent answers a question")
struct ResolutionChoiceTests {
    @Test(
        "hosts, ANS names and names of the older draft",
        arguments: [
            ("Bot.Example.COM.", nil, "bot.example.com", "0.0.1", "9.9.9", nil),
            ("bot.example.com", "^1.2.0", "bot.example.com", "1.9.0", "2.0.0", nil),
            ("ans://v1.2.3.bot.example.com", nil, "bot.example.com", "1.2.3", "1.2.4", nil),
            ("ans://v1.2.3.bot.example.com", "1.x", "bot.example.com", "1.9.0", "2.0.0", nil),
            ("a2a://bot.Chat.acme.v2.1.com", nil, "bot.chat.acme.com", "2.1.7", "2.2.0", AgentProtocol.a2a),
            ("mcp://bot.chat.acme.v2.1.4.com", nil, "bot.chat.acme.com", "2.1.4", "2.1.5", .mcp),
            ("http-api://bot.chat.acme.example.v0.1", nil, "bot.chat.acme.example", "0.1.0", "0.2.0", .httpAPI),
        ] as [(String, String?, String, String, String, AgentProtocol?)]
    )
    func questions(
        _ name: String,
        _ range: String?,
        _ host: String,
        _ inside: String,
        _ outside: String,
        _ agentProtocol: AgentProtocol?
    ) throws {
        let query = try ResolutionQuery(name, range: range)
        #expect(query.host.description == host && query.agentProtocol == agentProtocol)
        #expect(query.range.contains(try AgentVersion(inside)))
        if outside != "9.9.9" { #expect(!query.range.contains(try AgentVersion(outside))) }
    }

    @Test("two ways to write one question are one question")
    func equality() throws {
        let one = try ResolutionQuery("bot.example.com", range: "^1.0.0")
        #expect(try one == ResolutionQuery("BOT.example.com.", range: " ^1.0.0 "))
        #expect(try one.hashValue == ResolutionQuery("BOT.example.com.", range: " ^1.0.0 ").hashValue)
        #expect(try one != ResolutionQuery("bot.example.com", range: "^1.0.1"))
        #expect(try ResolutionQuery("a2a://bot.chat.acme.v2.1.com") != ResolutionQuery("mcp://bot.chat.acme.v2.1.com"))
    }

    @Test(
        "what is no question",
        arguments: [
            "", "bot", "a_b.example", "ans://bot.example.com", "ANS://v1.0.0.bot.example.com", "ans://v1.0.0.bot",
            "smtp://bot.chat.acme.v2.1.com", "a2a://bot.v2.1.com", "a2a://under_score.chat.acme.v2.1.com", "://",
            String(repeating: "a.", count: 600) + "example",
        ]
    )
    func refused(_ name: String) {
        #expect(throws: RegistrationError(.invalidAgentName, "")) { try ResolutionQuery(name) }
    }

    private static func registration(_ version: String, _ status: AgentStatus) throws -> Registration {
        try CardBench.registration(host: ResolutionBench.foreign, version: version, status: status)
    }

    private static func discovered(_ versions: [String]) async throws -> DiscoveredAgents {
        let dns = MemoryRecords()
        let host = ResolutionBench.foreign
        for version in versions {
            try dns.add("_ans.\(host)", "v=ans1; version=v\(version); p=a2a; mode=direct; url=https://\(host)/a2a")
        }
        return try await DiscoveredAgents(at: host, in: dns)
    }

    @Test(
        "the highest live version, what DNS alone tells of after it, a deprecated one last",
        arguments: [
            (["1.0.0 ACTIVE", "2.0.0 ACTIVE"], [], "*", false, "registered 2.0.0"),
            (["1.0.0 ACTIVE", "2.0.0 DEPRECATED"], [], "*", false, "registered 1.0.0"),
            (["1.0.0 ACTIVE", "2.0.0 DEPRECATED"], [], "2.x", false, "registered 2.0.0"),
            (["1.0.0 ACTIVE"], ["1.0.0", "9.0.0"], "*", false, "registered 1.0.0"),
            (["1.0.0 ACTIVE"], ["9.0.0", "9.1.0"], ">1.0.0", false, "foreign 9.1.0"),
            (["1.0.0 DEPRECATED"], ["0.9.0"], "*", false, "foreign 0.9.0"),
            (["1.0.0 DEPRECATED"], ["0.9.0"], "*", true, "registered 1.0.0"),
            (["1.0.0 REVOKED"], ["1.0.0"], "*", false, "ended 1.0.0 REVOKED"),
            (["1.0.0 REVOKED"], ["1.0.0", "1.1.0"], "*", false, "foreign 1.1.0"),
            (["1.0.0 REVOKED", "0.9.0 EXPIRED"], ["1.0.0"], "<1.0.0", false, "ended 0.9.0 EXPIRED"),
            (["1.0.0 REVOKED", "0.9.0 ACTIVE"], ["1.0.0"], "*", false, "registered 0.9.0"),
            (["1.0.0 FAILED"], [], "*", false, "nothing"), ([], ["1.0.0"], "2.x", false, "nothing"),
            ([], ["1.0.0"], "*", true, "nothing"), ([], ["1.0.0"], "*", false, "foreign 1.0.0"),
        ] as [([String], [String], String, Bool, String)]
    )
    func choices(
        _ held: [String],
        _ told: [String],
        _ range: String,
        _ isOurs: Bool,
        _ expected: String
    ) async throws {
        let registrations = try held.map { text in
            let parts = text.split(separator: " ").map(String.init)
            return try Self.registration(parts[0], try #require(AgentStatus(rawValue: parts[1])))
        }
        // The order in which the store gives them does not matter.
        for registrations in [registrations, registrations.reversed()] {
            let choice = ResolutionChoice(
                try ResolutionQuery(ResolutionBench.foreign, range: range),
                HostStanding(registrations, at: CardBench.now),
                try await Self.discovered(told),
                isOurs: isOurs
            )
            let text =
                switch choice {
                case .registered(let registration, _): "registered \(registration.description.version)"
                case .foreign(let version): "foreign \(version)"
                case .ended(let registration, let status):
                    "ended \(registration.description.version) \(status.rawValue)"
                case .nothing: "nothing"
                }
            #expect(text == expected)
        }
    }

    @Test("who asks by protocol gets one who speaks it")
    func byProtocol() async throws {
        let agents = [try Self.registration("1.0.0", .active)]
        let standing = HostStanding(agents, at: CardBench.now)
        for (scheme, isFound) in [("a2a", true), ("mcp", false)] {
            let query = try ResolutionQuery("\(scheme)://bot.customer.x.v1.0.example", range: "*")
            let asked = try ResolutionQuery(ResolutionBench.foreign)
            #expect(query.agentProtocol != asked.agentProtocol)
            let choice = ResolutionChoice(query, standing, try await Self.discovered([]), isOurs: false)
            #expect((choice != .nothing) == isFound, "\(scheme)")
        }
    }
}

extension DiscoveredAgents {
    /// What memory tells of a host.
    init(at host: String, in dns: MemoryRecords) async throws {
        let host = try AgentHost(host)
        let observation = await DiscoveryObservation(
            try DiscoveryObservation.questions(for: host),
            by: dns,
            within: .seconds(30)
        ) { try await Task.sleep(for: $0) }
        self.init(observation, at: host)
    }
}
