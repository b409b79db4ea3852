import Crypto
import DNS
import JSON
import PKIX
import Testing

@testable import RegistrationAuthority

@Suite struct AgentRecordsTests {
    static let id = "0198c0de-0000-7000-8000-000000000001"

    static func records(
        _ agent: AgentDescription,
        key: [UInt8]? = nil,
        certificate: [UInt8]? = nil,
        log: String = "https://log.example",
        profiles: [DiscoveryProfile]? = nil
    ) throws -> [ProvisionedRecord] {
        try AgentRecords.compute(
            for: agent,
            agentID: Self.id,
            identityKey: key,
            logBaseURL: log,
            serverCertificateDER: certificate,
            profiles: profiles
        )
    }

    /// Name, type, value, purpose and whether it is required, as the API shows them.
    private static func lines(_ records: [ProvisionedRecord]) -> [String] {
        records.map { record in
            let json = record.json
            let texts = ["name", "type", "value", "purpose"].map { json[$0]?.text ?? "?" }
            return (texts + [record.required ? "required" : "optional"]).joined(separator: " | ")
        }
    }

    private static let h = AgentFixtures.host

    private static let texts = [
        "_ans.\(h) | TXT | v=ans1; version=v1.0.0; p=a2a; mode=direct; url=https://\(h)/a2a | DISCOVERY | required",
        "_ans.\(h) | TXT | v=ans1; version=v1.0.0; p=mcp; mode=direct; url=https://\(h):8443/mcp | DISCOVERY | required",
        "_ans.\(h) | TXT | v=ans1; version=v1.0.0; p=http-api; mode=direct; url=https://\(h)/api?x=1 | DISCOVERY | required",
        "\(h) | HTTPS | 1 . alpn=h2 | DISCOVERY | optional",
    ]

    private static func services(_ required: String) -> [String] {
        [
            "\(h) | SVCB | 1 . alpn=a2a port=443 key65400=https://\(h)/.well-known/agent-card.json "
                + "key65401=q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s key65402=a2a key65409=agent-card.json | DISCOVERY | "
                + required,
            "\(h) | SVCB | 1 . alpn=mcp port=8443 key65402=mcp | DISCOVERY | \(required)",
            "\(h) | SVCB | 1 . alpn=x-http port=443 key65400=https://docs.example.net/api.json key65402=x-http | DISCOVERY | "
                + required,
        ]
    }

    private static let badge =
        "_ans-badge.\(h) | TXT | v=ans-badge1; version=v1.0.0; url=https://log.example/v1/agents/\(id) | BADGE | required"

    @Test("the records of ANS_TXT are as ANS writes them")
    func ansTXT() throws {
        let agent = try AgentFixtures.agentOfThree(profiles: "[\"ANS_TXT\"]")
        #expect(Self.lines(try Self.records(agent)) == Self.texts + [Self.badge])
    }

    @Test("the records of ANS_DNSAID are as ANS writes them; SVCB is required")
    func ansDNSAID() throws {
        let agent = try AgentFixtures.agentOfThree(profiles: "[]")
        #expect(Self.lines(try Self.records(agent)) == Self.services("required") + [Self.badge])
    }

    @Test("with both profiles the order is TXT, HTTPS, SVCB, badge, TLSA, and SVCB is not required")
    func both() throws {
        let agent = try AgentFixtures.agentOfThree(profiles: "[\"ANS_DNSAID\",\"ANS_TXT\"]")
        let (certificate, info) = try AgentFixtures.certificate()
        let whole = Array(SHA256.hash(data: certificate)).hexadecimal
        let key = Array(SHA256.hash(data: info)).hexadecimal
        let bindings = [443, 8443].flatMap { port in
            ["0 1 \(whole)", "1 1 \(key)"].map {
                "_\(port)._tcp.\(Self.h) | TLSA | 3 \($0) | CERTIFICATE_BINDING | optional"
            }
        }
        // RFC 6234's "test": SHA-256 begins with 9f86d081884c7d65.
        let identity = "_agent.\(Self.h) | TXT | v=agent1; pk=dGVzdA==; fp=9f86d081884c7d65 | TRUST | optional"
        let records = try Self.records(agent, key: Array("test".utf8), certificate: certificate)
        #expect(
            Self.lines(records)
                == Self.texts + Self.services("optional") + [Self.badge] + bindings + [identity]
        )
        #expect(records.allSatisfy { $0.record.ttl == 3_600 && $0.json["ttl"] == .number("3600") })
        #expect(records.allSatisfy { $0.json["required"] == .boolean($0.required) })
        #expect(Set(records).count == records.count)
        for record in records { #expect(try ProvisionedRecord(json: record.json) == record) }
    }

    @Test("what is computed has the wire form of the reference vectors")
    func wire() throws {
        let endpoint = AgentFixtures.endpoint([
            "agentUrl": "\"https://a.example/\"", "metaDataUrl": "\"https://a.example/.well-known/agent-card.json\"",
        ])
        let agent = try AgentFixtures.agent(["agentHost": "\"a.example\"", "endpoints": "[\(endpoint)]"])
        let records = try Self.records(agent)
        guard case .svcb(let binding) = records[0].record.data else {
            Issue.record("the first record is SVCB")
            return
        }
        #expect(binding.priority == 1 && binding.target == .root)
        #expect(binding.parameters[1] == [3, 0x61, 0x32, 0x61])
        #expect(binding.parameters[3] == [0x01, 0xBB])
        #expect(binding.parameters[65_400] == Array("https://a.example/.well-known/agent-card.json".utf8))
        #expect(binding.parameters[65_402] == Array("a2a".utf8))
        #expect(binding.parameters.keys.sorted() == [1, 3, 65_400, 65_402, 65_409])
    }

    @Test("a final slash of the log's address does not matter, and the caller's profiles go before the agent's")
    func options() throws {
        let agent = try AgentFixtures.agent(["discoveryProfiles": "[\"ANS_TXT\"]"])
        let plain = try Self.records(agent)
        #expect(try Self.records(agent, log: "https://log.example/") == plain)
        #expect(try Self.records(agent, profiles: [.ansDNSAID]).map(\.record.data.type) == [.svcb, .txt])
    }

    @Test("a card elsewhere, deeper or percent-encoded gives no well-known suffix")
    func wellKnown() throws {
        for path in ["/card.json", "/.well-known/", "/.well-known/a/b", "/.well-known/a%20b"] {
            let url = AgentFixtures.quoted("https://\(Self.h)\(path)")
            let agent = try AgentFixtures.agent(["endpoints": "[\(AgentFixtures.endpoint(["metaDataUrl": url]))]"])
            #expect(try !Self.records(agent)[0].record.data.agentValue.contains("key65409"))
        }
    }

    @Test("a value with characters of zone files keeps its quotes and can be read back")
    func quoting() throws {
        let url = AgentFixtures.quoted("https://\(Self.h)/a(b)")
        let agent = try AgentFixtures.agent(["endpoints": "[\(AgentFixtures.endpoint(["metaDataUrl": url]))]"])
        let data = try Self.records(agent)[0].record.data
        #expect(data.agentValue == "1 . alpn=a2a port=443 key65400=\"https://\(Self.h)/a(b)\" key65402=a2a")
        #expect(try RecordData(type: .svcb, presentation: data.agentValue) == data)
    }

    @Test("a long text is split at 255 octets and shown whole")
    func longText() throws {
        let url = "https://\(Self.h)/" + String(repeating: "a", count: 600)
        let endpoint = AgentFixtures.endpoint(["agentUrl": AgentFixtures.quoted(url)])
        let agent = try AgentFixtures.agent(["endpoints": "[\(endpoint)]", "discoveryProfiles": "[\"ANS_TXT\"]"])
        let record = try Self.records(agent)[0]
        guard case .txt(let strings) = record.record.data else {
            Issue.record("the first record is TXT")
            return
        }
        #expect(strings.count == 3 && strings.dropLast().allSatisfy { $0.count == 255 })
        #expect(record.json["value"]?.text?.hasSuffix(url) == true)
    }

    @Test(
        "a stored record that is none is refused",
        arguments: [
            "[]", "{}", #"{"name":"a.example","type":"A","value":"x","purpose":"TRUST","ttl":1,"required":true}"#,
            #"{"name":"a..example","type":"TXT","value":"x","purpose":"TRUST","ttl":1,"required":true}"#,
            #"{"name":"a.example","type":"HTTPSX","value":"x","purpose":"TRUST","ttl":1,"required":true}"#,
            #"{"name":"a.example","type":"TXT","value":"x","purpose":"FUN","ttl":1,"required":true}"#,
            #"{"name":"a.example","type":"TXT","value":"x","purpose":"TRUST","ttl":-1,"required":true}"#,
            #"{"name":"a.example","type":"TXT","value":"x","purpose":"TRUST","ttl":1,"required":1}"#,
        ]
    )
    func noRecord(text: String) throws {
        let json = try AgentFixtures.json(text)
        #expect(throws: RegistrationError.self) { try ProvisionedRecord(json: json) }
    }

    @Test("a server certificate that is none is refused")
    func noCertificate() throws {
        let agent = try AgentFixtures.agent()
        #expect(throws: RegistrationError(.invalidMember, "")) { try Self.records(agent, certificate: [1, 2, 3]) }
    }

    @Test("an identity record is read back, and another draft's at the same name is not taken for it")
    func identityRecord() {
        let record = IdentityRecord(key: Array("test".utf8))
        #expect(IdentityRecord(record.text) == record)
        #expect(IdentityRecord("pk=dGVzdA== ;v=agent1") == record)
        for text in ["v=aid1;u=https://a.example;p=mcp", "v=agent1", "v=agent1; pk=%%%", "", "pk=dGVzdA=="] {
            #expect(IdentityRecord(text) == nil)
        }
    }
}
