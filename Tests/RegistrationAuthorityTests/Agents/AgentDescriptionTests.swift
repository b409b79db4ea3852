import JSON
import PKIX
import Testing

@testable import RegistrationAuthority

@Suite struct AgentDescriptionTests {
    @Test("a full registration is read, and what is not known is passed over")
    func reads() throws {
        let endpoint = AgentFixtures.endpoint([
            "metaDataUrl": "\"https://\(AgentFixtures.host)/card.json\"", "metaDataHash": "\"\(AgentFixtures.digest)\"",
            "documentationUrl": "\"https://docs.example.net/\"", "extra": "{}",
            "functions":
                "[{\"id\":\"f\",\"name\":\"Find\",\"tags\":[\"a\",\"b\"],\"x\":1},{\"id\":\"g\",\"name\":\"Go\"}]",
            "transports": "[\"STREAMABLE-HTTP\",\"JSON_RPC\",\"SSE\",\"SSE\"]",
        ])
        let agent = try AgentFixtures.agent([
            "endpoints": "[\(endpoint)]", "agentDescription": "\"Says how a text feels\"", "unknown": "[1,{}]",
            "discoveryProfiles": "[\"ANS_DNSAID\",\"ANS_TXT\",\"ANS_TXT\"]",
        ])
        #expect(agent.displayName == "Sentiment Analyzer")
        #expect(agent.summary == "Says how a text feels")
        #expect(agent.ansName.description == AgentFixtures.ansName)
        #expect(agent.discoveryProfiles == [.ansTXT, .ansDNSAID])
        let read = try #require(agent.endpoints.first)
        #expect(read.agentProtocol == .a2a && read.agentURL.port == 443)
        #expect(read.metaDataHash == AgentFixtures.digest)
        #expect(read.documentationURL?.description == "https://docs.example.net/")
        #expect(read.functions.map(\.id) == ["f", "g"] && read.functions[0].tags == ["a", "b"])
        #expect(read.transports == [.streamableHTTP, .jsonRPC, .sse])
    }

    @Test(
        "what was read can be stored and read again",
        arguments: ["[]", "[\"ANS_TXT\"]", "[\"ANS_TXT\",\"ANS_DNSAID\"]"]
    )
    func roundTrip(profiles: String) throws {
        let agent = try AgentFixtures.agentOfThree(profiles: profiles)
        #expect(try AgentDescription(stored: agent.json) == agent)
        let plain = try AgentFixtures.agent(["agentDescription": "\"two\\nlines\""])
        #expect(try AgentDescription(stored: plain.json) == plain)
    }

    @Test("null members and empty texts count as absent; the default profile is ANS_DNSAID")
    func absent() throws {
        let endpoint = AgentFixtures.endpoint(["metaDataUrl": "\"\"", "metaDataHash": "null", "functions": "null"])
        let agent = try AgentFixtures.agent([
            "agentDescription": "null", "discoveryProfiles": "null", "endpoints": "[\(endpoint)]",
        ])
        #expect(agent.summary == nil && agent.discoveryProfiles == [.ansDNSAID])
        #expect(agent.endpoints[0].metaDataURL == nil)
    }

    @Test("HTTP_API stands for HTTP-API, and is written as the latter")
    func httpAPI() throws {
        let agent = try AgentFixtures.agent([
            "endpoints": "[\(AgentFixtures.endpoint(["protocol": "\"HTTP_API\""]))]"
        ])
        #expect(agent.endpoints[0].agentProtocol == .httpAPI)
        #expect(agent.endpoints[0].json["protocol"]?.text == "HTTP-API")
    }

    static let refusals: [(member: String, value: String?, code: RegistrationError.Code, path: String)] = [
        ("agentDisplayName", nil, .missingMember, "agentDisplayName"),
        ("agentDisplayName", "\"\"", .missingMember, "agentDisplayName"),
        ("agentDisplayName", "\"  \"", .invalidMember, "agentDisplayName"),
        ("agentDisplayName", "7", .invalidMember, "agentDisplayName"),
        ("agentDisplayName", "\"\(String(repeating: "é", count: 65))\"", .invalidMember, "agentDisplayName"),
        ("agentDisplayName", "\"a\\nb\"", .invalidMember, "agentDisplayName"),
        ("agentDisplayName", "\"a\\u0000b\"", .invalidMember, "agentDisplayName"),
        ("agentDisplayName", "\"pay\\u202elap\"", .invalidMember, "agentDisplayName"),
        ("agentDisplayName", "\"a\\u200bb\"", .invalidMember, "agentDisplayName"),
        ("agentDescription", "\"\(String(repeating: "a", count: 151))\"", .invalidMember, "agentDescription"),
        ("agentDescription", "[]", .invalidMember, "agentDescription"),
        ("version", nil, .missingMember, "version"), ("version", "\"v1.0.0\"", .invalidAgentName, "version"),
        ("version", "\"1.0\"", .invalidAgentName, "version"), ("version", "1.0", .invalidMember, "version"),
        ("agentHost", nil, .missingMember, "agentHost"),
        ("agentHost", "\"Host.example\"", .invalidAgentName, "agentHost"),
        ("agentHost", "\"host\"", .invalidAgentName, "agentHost"),
        ("agentHost", "\"\(String(repeating: "a", count: 100_000))\"", .invalidMember, "agentHost"),
        ("endpoints", nil, .missingMember, "endpoints"), ("endpoints", "[]", .invalidEndpoint, "endpoints"),
        ("endpoints", "{}", .invalidMember, "endpoints"), ("endpoints", "[1]", .invalidEndpoint, "endpoints[0]"),
        ("endpoints", "[\((0..<50).map { _ in "1" }.joined(separator: ","))]", .invalidMember, "endpoints"),
        ("discoveryProfiles", "[\"ANS_SVCB\"]", .invalidDiscoveryProfile, "discoveryProfiles[0]"),
        ("discoveryProfiles", "[1]", .invalidDiscoveryProfile, "discoveryProfiles[0]"),
        ("discoveryProfiles", "\"ANS_TXT\"", .invalidDiscoveryProfile, "discoveryProfiles"),
    ]

    @Test("each wrong member is refused with its code and its path", arguments: Self.refusals)
    func refuses(member: String, value: String?, code: RegistrationError.Code, path: String) throws {
        let body = try AgentFixtures.body([member: value])
        let error = #expect(throws: RegistrationError.self) { try AgentDescription(body, RegistrationRequirements()) }
        #expect(error?.code == code, "\(error?.description ?? "")")
        #expect(error?.reason.hasPrefix(path + ":") == true, "\(error?.reason ?? "")")
    }

    @Test("a body that is no object is refused", arguments: ["[]", "null", "\"x\"", "1", "true"])
    func noObject(text: String) throws {
        let body = try AgentFixtures.json(text)
        #expect(throws: RegistrationError(.invalidRegistration, "")) {
            try AgentDescription(body, RegistrationRequirements())
        }
    }

    @Test("lengths are counted in characters: 64 and 150 of any script are admitted")
    func lengths() throws {
        let agent = try AgentFixtures.agent([
            "agentDisplayName": "\"\(String(repeating: "漢", count: 64))\"",
            "agentDescription": "\"\(String(repeating: "é", count: 150))\"",
        ])
        #expect(agent.displayName.count == 64)
    }

    @Test("two endpoints of one protocol are refused, whichever way it is written")
    func duplicateProtocol() throws {
        let first = AgentFixtures.endpoint(["protocol": "\"HTTP-API\""])
        let second = AgentFixtures.endpoint([
            "protocol": "\"HTTP_API\"", "agentUrl": "\"https://\(AgentFixtures.host)/b\"",
        ])
        let error = #expect(throws: RegistrationError(.duplicateProtocol, "")) {
            try AgentFixtures.agent(["endpoints": "[\(first),\(second)]"])
        }
        #expect(error?.reason.hasPrefix("endpoints[1].protocol:") == true)
    }
}
