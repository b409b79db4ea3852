import Testing

@testable import RegistrationAuthority

@Suite struct AgentEndpointTests {
    private static func agent(_ changes: [String: String?], admitsLoopbackHTTP: Bool = false) throws -> AgentDescription
    {
        let body = try AgentFixtures.body(["endpoints": "[\(AgentFixtures.endpoint(changes))]"])
        return try AgentDescription(body, RegistrationRequirements(admitsLoopbackHTTP: admitsLoopbackHTTP))
    }

    @Test(
        "URLs at the agent's host are admitted",
        arguments: [
            ("https://sentiment-analyzer.example.com", 443, ""),
            ("https://sentiment-analyzer.example.com:8443/mcp", 8443, "/mcp"),
            ("HTTPS://Sentiment-Analyzer.Example.COM/a", 443, "/a"),
            ("https://sentiment-analyzer.example.com/a%20b/(c)?x=1&y=/?", 443, "/a%20b/(c)"),
            ("https://sentiment-analyzer.example.com:65535?q", 65535, ""),
        ]
    )
    func admits(url: String, port: UInt16, path: String) throws {
        let endpoint = try Self.agent(["agentUrl": AgentFixtures.quoted(url)]).endpoints[0]
        #expect(endpoint.agentURL.description == url)
        #expect(endpoint.agentURL.host == AgentFixtures.host)
        #expect(endpoint.agentURL.port == port && endpoint.agentURL.path == path)
    }

    @Test(
        "a URL at another host is refused as such",
        arguments: [
            "https://example.com/", "https://sentiment-analyzer.example.com.evil.example/", "https://192.0.2.1/",
            "https://[::1]/", "https://localhost/", "http://127.0.0.1/", "https://evil-sentiment-analyzer.example.com/",
        ]
    )
    func hostMismatch(url: String) throws {
        let error = #expect(throws: RegistrationError(.endpointHostMismatch, "")) {
            try Self.agent(["agentUrl": AgentFixtures.quoted(url)])
        }
        #expect(error?.reason.hasPrefix("endpoints[0].agentUrl:") == true)
    }

    static let wrong: [String] = [
        "http://HOST/", "ftp://HOST/", "HOST/a", "//HOST/a", "https:/HOST", "https://", "https:///a",
        "javascript:alert(1)",
        "https://user@HOST/", "https://user:pw@HOST/", "https://evil.example@HOST/", "https://HOST/#top",
        "https://HOST/a;b",
        "https://HOST:0/", "https://HOST:65536/", "https://HOST:/", "https://HOST:443x/", "https://HOST:-1/",
        "https://HOST:080/",
        "https://HOST/a b", "https://HOST/\u{0}", "https://HOST/é", "https://HOST/%", "https://HOST/%2",
        "https://HOST/%zz",
        "https://HOST\\@evil.example/", "https://HOST/\"", "https://HOST/<a>", "https://HOST/{a}", "https://HOST/a\nb",
        "https://HOST./", "https://.HOST/", "https://[HOST]/", "https://[::1/", "https://0x7f000001/",
        "https://2130706433/",
        "https://127.1/", "https://a_b.example/", " https://HOST/",
        "https://HOST/" + String(repeating: "a", count: 2_048),
        "https://[::ffff:127.0.0.1%25eth0]/", "https://HOST\u{3002}example/",
    ]

    @Test("a URL that is none, or has what it must not have, is refused", arguments: Self.wrong)
    func refuses(url: String) throws {
        let url = url.split(separator: "HOST", omittingEmptySubsequences: false).joined(separator: AgentFixtures.host)
        let error = #expect(throws: RegistrationError(.invalidEndpoint, "")) {
            try Self.agent(["agentUrl": AgentFixtures.quoted(url)])
        }
        #expect(error?.reason.hasPrefix("endpoints[0].agentUrl:") == true, "\(error?.reason ?? "")")
    }

    static let wrongMembers: [(member: String, value: String?, path: String)] = [
        ("protocol", nil, "protocol"), ("protocol", "\"SMTP\"", "protocol"), ("protocol", "\"a2a\"", "protocol"),
        ("protocol", "1", "protocol"), ("agentUrl", nil, "agentUrl"), ("agentUrl", "{}", "agentUrl"),
        ("metaDataUrl", "\"http://docs.example.net/\"", "metaDataUrl"),
        ("metaDataUrl", "\"https://169.254.169.254/latest\"", "metaDataUrl"),
        ("metaDataUrl", "\"https://[fd00::1]/\"", "metaDataUrl"),
        ("metaDataUrl", "\"https://localhost/\"", "metaDataUrl"),
        ("metaDataUrl", "\"https://agent.localhost/\"", "metaDataUrl"),
        ("metaDataUrl", "\"https://intranet/\"", "metaDataUrl"),
        ("metaDataUrl", "\"file:///etc/passwd\"", "metaDataUrl"),
        ("documentationUrl", "\"https://10.0.0.1/\"", "documentationUrl"),
        ("metaDataHash", "\"\(AgentFixtures.digest)\"", "metaDataHash"),
        ("metaDataHash", "\"SHA256:ab\"", "metaDataHash"),
        ("metaDataHash", "\"\(AgentFixtures.digest.uppercased())\"", "metaDataHash"),
        ("metaDataHash", "\"md5:\(String(repeating: "ab", count: 32))\"", "metaDataHash"),
        ("transports", "[\"CARRIER-PIGEON\"]", "transports[0]"), ("transports", "\"SSE\"", "transports"),
        ("transports", "[\((0..<17).map { _ in "\"SSE\"" }.joined(separator: ","))]", "transports"),
        ("functions", "{}", "functions"), ("functions", "[{\"id\":\"f\"}]", "functions[0].name"),
        ("functions", "[{\"name\":\"f\"}]", "functions[0].id"),
        ("functions", "[{\"id\":\" \",\"name\":\"f\"}]", "functions[0].id"),
        ("functions", "[{\"id\":\"f\",\"name\":\"\(String(repeating: "a", count: 65))\"}]", "functions[0].name"),
        ("functions", "[{\"id\":\"f\",\"name\":\"F\"},{\"id\":\"f\",\"name\":\"G\"}]", "functions[1].id"),
        (
            "functions", "[{\"id\":\"f\",\"name\":\"F\",\"tags\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\"]}]",
            "functions[0].tags"
        ),
        (
            "functions", "[{\"id\":\"f\",\"name\":\"F\",\"tags\":[\"\(String(repeating: "a", count: 21))\"]}]",
            "functions[0].tags[0]"
        ),
        ("functions", "[{\"id\":\"f\",\"name\":\"F\",\"tags\":[{}]}]", "functions[0].tags[0]"),
        ("functions", "[\((0..<101).map { "{\"id\":\"\($0)\",\"name\":\"F\"}" }.joined(separator: ","))]", "functions"),
    ]

    @Test("each wrong member of an endpoint is refused with its path", arguments: Self.wrongMembers)
    func refusesMembers(member: String, value: String?, path: String) throws {
        let error = #expect(throws: RegistrationError(.invalidEndpoint, "")) { try Self.agent([member: value]) }
        #expect(error?.reason.hasPrefix("endpoints[0].\(path):") == true, "\(error?.reason ?? "")")
    }

    @Test("plain http is admitted on this machine, and only when asked for")
    func loopback() throws {
        let urls = ["http://127.0.0.1:9000/c", "http://localhost/c", "http://[::1]:9000/c", "http://a.localhost/c"]
        for url in urls {
            let changes = ["metaDataUrl": AgentFixtures.quoted(url)]
            #expect(try Self.agent(changes, admitsLoopbackHTTP: true).endpoints[0].metaDataURL?.description == url)
            #expect(throws: RegistrationError(.invalidEndpoint, "")) { try Self.agent(changes) }
        }
        for url in ["http://192.0.2.1/c", "http://example.net/c", "http://[::2]/c"] {
            #expect(throws: RegistrationError(.invalidEndpoint, "")) {
                try Self.agent(["metaDataUrl": AgentFixtures.quoted(url)], admitsLoopbackHTTP: true)
            }
        }
        let body = try AgentFixtures.body([
            "agentHost": "\"bot.localhost\"",
            "endpoints": "[\(AgentFixtures.endpoint(["agentUrl": "\"http://bot.localhost:9000/\""]))]",
        ])
        let agent = try AgentDescription(body, RegistrationRequirements(admitsLoopbackHTTP: true))
        #expect(agent.endpoints[0].agentURL.port == 9000)
        #expect(try AgentDescription(stored: agent.json) == agent)
        #expect(throws: RegistrationError(.invalidEndpoint, "")) {
            try AgentDescription(body, RegistrationRequirements())
        }
    }
}
