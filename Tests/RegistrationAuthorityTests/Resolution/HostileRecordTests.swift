// Zones of strangers: whatever stands there, the answer is in time, bounded, and tells of nothing that is not as ANS-3 has it.

import DNS
import Foundation
import JSON
import PKIX
import TestSupport
import Testing

@testable import RegistrationAuthority

@Suite("Hostile records")
struct HostileRecordTests {
    private static let host = ResolutionBench.foreign
    private static let good = "v=ans1; version=v1.0.0; p=a2a; mode=direct; url=https://\(host)/a2a"

    @Test(
        "texts that are no endpoints are passed over, and the good one beside them is found",
        arguments: [
            "", ";", "=", "v=ans1", "v=spf1 -all", "v=ans2; version=v1.0.0; p=a2a; url=https://\(host)/x",
            "v=ans1; version=v1.0; p=a2a; url=https://\(host)/x",
            "v=ans1; version=v01.0.0; p=a2a; url=https://\(host)/x",
            "v=ans1; version=v4294967296.0.0; p=a2a; url=https://\(host)/x",
            "v=ans1; version=v1.0.0; p=gopher; url=https://\(host)/x", "v=ans1; version=v1.0.0; url=https://\(host)/x",
            "v=ans1; version=v1.0.0; p=a2a; url=http://\(host)/x",
            "v=ans1; version=v1.0.0; p=a2a; url=https://evil.example/x",
            "v=ans1; version=v1.0.0; p=a2a; url=https://user@\(host)/x",
            "v=ans1; version=v1.0.0; p=a2a; url=javascript:x",
            "v=ans1; version=v1.0.0; p=a2a; mode=card; url=https://\(host)/x",
            "v=ans1; version=v1.0.0; p=a2a; url=https://\(host)/\u{202E}x",
            "v=ans1; version=v1.0.0; p=a2a; url=https://\(host).evil.example/x",
            "v=ans1; version=v1.0.0; p=a2a; url=https://\(host)/" + String(repeating: "x", count: 5_000),
            String(repeating: "a=b;", count: 10_000),
        ]
    )
    func texts(_ text: String) async throws {
        let dns = MemoryRecords()
        try dns.add("_ans.\(Self.host)", text)
        try dns.add("_ans.\(Self.host)", Self.good)
        let found = try await DiscoveredAgents(at: Self.host, in: dns)
        #expect(found.versions == [try AgentVersion("1.0.0")] && found.ignored == 1)
        #expect(found.endpoints(of: AgentVersion(1, 0, 0)).map { $0.url?.description } == ["https://\(Self.host)/a2a"])
    }

    @Test("texts that are not UTF-8, badges without https and keys that are none are passed over")
    func others() async throws {
        let dns = MemoryRecords()
        let name = try DomainName("_ans.\(Self.host)")
        dns.set { $0.records.append(ResourceRecord(name: name, ttl: 60, data: .txt([[0xFF, 0xFE]]))) }
        try dns.add("_ans-badge.\(Self.host)", "v=ans-badge1; version=v1.0.0; url=http://log.example/1")
        try dns.add("_ans-badge.\(Self.host)", "v=ans-badge1; url=https://log.example/1")
        try dns.add("_agent.\(Self.host)", "v=agent1; pk=AAAA; fp=0000000000000000")
        try dns.add("_agent.\(Self.host)", "v=agent1; pk=" + Data(repeating: 0x30, count: 3_000).base64EncodedString())
        try dns.add("_agent.\(Self.host)", "v=aid1; uri=https://other.draft.example; p=mcp")
        let found = try await DiscoveredAgents(at: Self.host, in: dns)
        #expect(found.versions.isEmpty && found.identityKeys.isEmpty && found.ignored == 6)
    }

    @Test(
        "service bindings that are not an agent's at its own host are passed over",
        arguments: [
            "0 evil.example.", "1 evil.example. alpn=a2a port=443 key65402=a2a", "1 . alpn=h2 port=443",
            "1 . alpn=a2a port=443 key65402=gopher",
        ]
    )
    func bindings(_ text: String) async throws {
        let dns = MemoryRecords()
        let data = try RecordData(type: .svcb, presentation: text)
        let record = ResourceRecord(name: try DomainName(Self.host), ttl: 60, data: data)
        dns.set { $0.records.append(record) }
        let found = try await DiscoveredAgents(at: Self.host, in: dns)
        #expect(found.services.isEmpty && found.ignored == 1)
    }

    @Test("thousands of records are looked at as far as the bound goes")
    func many() async throws {
        let dns = MemoryRecords()
        for number in 0..<4_000 {
            let url = "https://\(Self.host)/\(number)"
            try dns.add("_ans.\(Self.host)", "v=ans1; version=v1.0.\(number % 50); p=a2a; mode=direct; url=\(url)")
        }
        let found = try await DiscoveredAgents(at: Self.host, in: dns)
        #expect(found.endpoints.values.map(\.count).reduce(0, +) == Budget.discoveryRecords)
        #expect(found.ignored == 4_000 - Budget.discoveryRecords)
    }

    @Test(
        "an answer to hostile records is signed, read again and bounded; what lies at several versions is one of them"
    )
    func answer() async throws {
        try await ResolutionBench.with { bench in
            let registration = try await bench.registered(Self.host)
            bench.publish(registration)
            for number in 0..<300 {
                let url = "https://\(Self.host)/\(number)"
                try bench.dns.add("_ans.\(Self.host)", "v=ans1; version=v1.0.0; p=a2a; mode=direct; url=\(url)")
                try bench.dns.add("_ans.\(Self.host)", "v=ans1; version=v1.0.0; p=mcp; mode=direct; url=\(url)\u{7}")
            }
            let answer = try await bench.resolve(Self.host)
            #expect(answer["version"]?.text == "1.0.0" && answer.disagreements.count == Budget.listedDisagreements)
            #expect(try answer["endpoints"]?.canonical == registration.description.json["endpoints"]?.canonical)
            #expect(answer.serialized.count < 65_536)
        }
    }
}
