import DNS
import Foundation
import JSON
import Testing

@testable import RegistrationAuthority

@Suite struct RecordComparisonTests {
    private static let host = AgentFixtures.host

    private static func expected(_ profiles: String, certificate: [UInt8]? = nil) throws -> [ProvisionedRecord] {
        let agent = try AgentFixtures.agentOfThree(profiles: profiles)
        return try AgentRecordsTests.records(agent, key: Array("test".utf8), certificate: certificate)
    }

    private static func record(_ name: String, _ type: RecordType, _ value: String) throws -> ResourceRecord {
        let data = type == .txt ? RecordData.text(value) : try RecordData(type: type, presentation: value)
        return ResourceRecord(name: try DomainName(name), ttl: 60, data: data)
    }

    /// Compares after changing one record's value, found by a part of it.
    private static func compare(_ profiles: String, _ part: String, _ value: String?) throws -> RecordComparison {
        let expected = try Self.expected(profiles)
        let found = try expected.map(\.record).compactMap { record -> ResourceRecord? in
            guard record.data.agentValue.contains(part) else { return record }
            guard let value else { return nil }
            return try Self.record(record.name.description, record.data.type, value)
        }
        return RecordComparison.compare(expected: expected, found: found)
    }

    @Test("what is there as computed is present, in any order, with other TTLs and beside other records")
    func allPresent() throws {
        let expected = try Self.expected(
            "[\"ANS_TXT\",\"ANS_DNSAID\"]",
            certificate: try AgentFixtures.certificate().der
        )
        var found = expected.map { ResourceRecord(name: $0.record.name, ttl: 5, data: $0.record.data) }.reversed() + []
        found.append(try Self.record(Self.host, .txt, "v=spf1 -all"))
        found.append(try Self.record("_agent.\(Self.host)", .txt, "v=aid1;u=https://a.example"))
        found.append(
            try Self.record("_ans-identity._tls.\(Self.host)", .tlsa, "3 1 1 \(String(repeating: "ff", count: 32))")
        )
        let result = RecordComparison.compare(expected: expected, found: found)
        #expect(result.missingRecords.isEmpty && result.incorrectRecords.isEmpty)
        #expect(result.present == expected)
        #expect(result.isSatisfied(inSignedZone: true))
    }

    @Test("what is not there is missing; only what is required stands in the way")
    func missing() throws {
        let expected = try Self.expected("[\"ANS_TXT\",\"ANS_DNSAID\"]")
        let nothing = RecordComparison.compare(expected: expected, found: [])
        #expect(nothing.missingRecords == expected && !nothing.isSatisfied(inSignedZone: false))
        let required = RecordComparison.compare(expected: expected, found: expected.filter(\.required).map(\.record))
        #expect(required.missingRecords == expected.filter { !$0.required })
        #expect(required.isSatisfied(inSignedZone: true))
        for record in expected where record.required {
            let rest = expected.filter { $0 != record }.map(\.record)
            let result = RecordComparison.compare(expected: expected, found: rest)
            #expect(result.missingRecords == [record] && !result.isSatisfied(inSignedZone: false))
        }
    }

    static let accepted: [(profiles: String, part: String, value: String)] = [
        ("[\"ANS_TXT\"]", "p=a2a", "v=ans1; version=1.0.0; p=a2a; mode=direct; url=https://\(AgentFixtures.host)/a2a"),
        ("[\"ANS_TXT\"]", "p=a2a", "v=ans1;version=v1.0.0;p=a2a;url=https://\(AgentFixtures.host)/a2a;note=x"),
        (
            "[\"ANS_TXT\"]", "p=http-api",
            "v=ans1; version=v1.0.0; p=http-api; mode=direct; url=https://\(AgentFixtures.host)/api?x=1"
        ),
        (
            "[]", "ans-badge1",
            "v=ans-badge1; version=1.0.0; url=https://log.example/v1/agents/\(AgentRecordsTests.id)"
        ),
        ("[]", "agent1", "v=agent1; pk=dGVzdA=="), ("[]", "agent1", "v=agent1;pk=dGVzdA==;fp=9F86D081884C7D65"),
        ("[]", "alpn=mcp", "1 \(AgentFixtures.host). alpn=mcp,h2 port=8443 ipv4hint=192.0.2.1 key65402=mcp key65500=x"),
        ("[\"ANS_TXT\"]", "alpn=h2", "1 . alpn=h2,h3 ech=AAAA"),
    ]

    @Test("the other forms that ANS accepts are present", arguments: Self.accepted)
    func accepts(profiles: String, part: String, value: String) throws {
        let result = try Self.compare(profiles, part, value)
        #expect(result.missingRecords.isEmpty && result.incorrectRecords.isEmpty, "\(result.incorrectRecords)")
    }

    static let incorrect: [(profiles: String, part: String, value: String)] = [
        ("[\"ANS_TXT\"]", "p=a2a", "v=ans1; version=v1.0.0; p=a2a; mode=direct; url=https://evil.example/"),
        ("[\"ANS_TXT\"]", "p=a2a", "v=ans1; version=v1.0.0; p=a2a; mode=card; url=https://\(AgentFixtures.host)/a2a"),
        ("[]", "ans-badge1", "v=ans-badge1; version=v1.0.0; url=https://evil.example/v1/agents/1"),
        ("[]", "agent1", "v=agent1; pk=ZXZpbA==; fp=9f86d081884c7d65"),
        ("[]", "agent1", "v=agent1; pk=dGVzdA==; fp=00"),
        ("[]", "alpn=mcp", "1 . alpn=mcp port=443 key65402=mcp"), ("[]", "alpn=mcp", "1 . alpn=mcp port=8443"),
        ("[]", "alpn=mcp", "1 evil.example. alpn=mcp port=8443 key65402=mcp"), ("[]", "alpn=mcp", "0 evil.example."),
    ]

    @Test("a record that says something else is incorrect, with what was found and expected", arguments: Self.incorrect)
    func refuses(profiles: String, part: String, value: String) throws {
        let result = try Self.compare(profiles, part, value)
        #expect(result.missingRecords.isEmpty)
        let incorrect = try #require(result.incorrectRecords.first)
        #expect(result.incorrectRecords.count == 1)
        #expect(incorrect.found == value && incorrect.expected == incorrect.record.record.data.agentValue)
        #expect(incorrect.json["record"] == incorrect.record.json)
        #expect(incorrect.json["found"]?.text == value)
        #expect(result.isSatisfied(inSignedZone: false) == !incorrect.record.required)
    }

    static let others: [(profiles: String, part: String, value: String)] = [
        ("[\"ANS_TXT\"]", "p=a2a", "v=ans1; version=v2.0.0; p=a2a; mode=direct; url=https://\(AgentFixtures.host)/a2a"),
        ("[\"ANS_TXT\"]", "p=a2a", "p=a2a; url=https://\(AgentFixtures.host)/a2a"), ("[\"ANS_TXT\"]", "p=a2a", "hello"),
        ("[]", "ans-badge1", "v=ans-badge1; version=v0.9.0; url=https://log.example/v1/agents/x"),
        ("[]", "agent1", "v=aid1; pk=dGVzdA=="), ("[]", "alpn=mcp", "1 . alpn=h2 port=8443"),
    ]

    @Test("records of other versions and purposes leave ours missing", arguments: Self.others)
    func ofOthers(profiles: String, part: String, value: String) throws {
        let result = try Self.compare(profiles, part, value)
        #expect(result.incorrectRecords.isEmpty && result.missingRecords.count == 1)
    }

    @Test("the badge under its older name is accepted")
    func olderBadge() throws {
        let expected = try Self.expected("[]")
        var found = expected.filter { $0.purpose != .badge }.map(\.record)
        let value = "v=ra-badge1; version=1.0.0; url=https://log.example/v1/agents/\(AgentRecordsTests.id)"
        found.append(try Self.record("_ra-badge.\(Self.host)", .txt, value))
        #expect(RecordComparison.compare(expected: expected, found: found).missingRecords.isEmpty)
        let questions = RecordComparison.questions(for: expected)
        #expect(questions.contains(RecordQuestion(name: try DomainName("_ra-badge.\(Self.host)"), type: .txt)))
        #expect(questions.contains(RecordQuestion(name: try DomainName(Self.host), type: .cname)))
        #expect(Set(questions).count == questions.count)
    }

    @Test("a CNAME at the host rules out SVCB and HTTPS, and is told")
    func alias() throws {
        let expected = try Self.expected("[\"ANS_TXT\",\"ANS_DNSAID\"]")
        let host = try DomainName(Self.host)
        let found =
            expected.map(\.record).filter { $0.name != host } + [try Self.record(Self.host, .cname, "cdn.example.")]
        let result = RecordComparison.compare(expected: expected, found: found)
        #expect(Set(result.incorrectRecords.map(\.record.record.data.type)) == [.svcb, .https])
        #expect(result.incorrectRecords.allSatisfy { $0.found == "CNAME cdn.example." })
        #expect(result.isSatisfied(inSignedZone: true))
        let services = try Self.expected("[]")
        #expect(!RecordComparison.compare(expected: services, found: found).isSatisfied(inSignedZone: false))
    }

    @Test("one TLSA record that matches is enough; another certificate's blocks in a signed zone only")
    func bindings() throws {
        let expected = try Self.expected("[]", certificate: try AgentFixtures.certificate().der)
        let others = expected.filter { $0.purpose != .certificateBinding }.map(\.record)
        let bindings = expected.filter { $0.purpose == .certificateBinding }.map(\.record)
        #expect(bindings.count == 4)
        let next = try Self.record("_443._tcp.\(Self.host)", .tlsa, "3 1 1 \(String(repeating: "00", count: 32))")
        for index in 0..<2 {
            let found = others + [bindings[index], next, bindings[2]]
            let result = RecordComparison.compare(expected: expected, found: found)
            #expect(result.missingRecords.isEmpty && result.incorrectRecords.isEmpty)
        }
        let wrong = RecordComparison.compare(expected: expected, found: others + [next])
        #expect(wrong.incorrectRecords.count == 2 && wrong.missingRecords.count == 2)
        #expect(wrong.isSatisfied(inSignedZone: false) && !wrong.isSatisfied(inSignedZone: true))
        let none = RecordComparison.compare(expected: expected, found: others)
        #expect(none.missingRecords.count == 4 && none.isSatisfied(inSignedZone: true))
    }

    @Test("the result is shown as the API has it")
    func json() throws {
        let result = try Self.compare("[]", "ans-badge1", nil)
        let members = JSONValue.object(result.json)
        #expect(members["missingRecords"] == .array(result.missingRecords.map(\.json)))
        #expect(members["incorrectRecords"] == .array([]))
        #expect(result.missingRecords.map(\.purpose) == [.badge])
    }

    @Test("hostile texts in DNS are read within bounds")
    func hostile() throws {
        let expected = try Self.expected("[\"ANS_TXT\"]")
        let name = "_ans.\(Self.host)"
        let found = [
            try Self.record(name, .txt, String(repeating: "a=b;", count: 15_000)), try Self.record(name, .txt, ""),
            ResourceRecord(name: try DomainName(name), ttl: 1, data: .txt([[0xFF, 0xFE]])),
            ResourceRecord(
                name: try DomainName(Self.host),
                ttl: 1,
                data: .https(ServiceBinding(priority: 1, target: .root, parameters: [1: [200, 1]]))
            ),
        ]
        #expect(RecordComparison.compare(expected: expected, found: found).missingRecords == expected)
    }
}
