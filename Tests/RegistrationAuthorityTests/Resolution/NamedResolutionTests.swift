// Resolution from a real name server: what BIND gives is what is found.

import DNS
import Foundation
import JSON
import PKIX
import TestSupport
import Testing

@testable import RegistrationAuthority

@Suite("Resolving from a name server")
struct NamedResolutionTests {
    @Test(
        "records as ANS writes them, among others, also behind an alias, are found at BIND and agree with the registry"
    )
    func named() async throws {
        try await ResolutionBench.with { bench in
            let (host, other) = ("bot.customer.test", "guest.customer.test")
            let registration = try await bench.registered(host)
            let lines = registration.records.map(\.record.record)
                .map { "\($0.name). 120 IN \($0.data.type) \($0.data.presentation)" }
            let zone = NamedZone(
                "customer.test",
                records: """
                    \(lines.joined(separator: "\n"))
                    _ans.bot IN TXT "v=spf1 -all"
                    _agent.bot IN TXT "v=aid1; uri=https://other.draft.example"
                    _ans.guest IN CNAME records
                    records IN TXT "v=ans1; version=v3.0.0; p=mcp; mode=direct; url=https://\(other)/mcp"
                    """
            )
            let server = try await NamedServer.start(zones: [NamedZone("test"), zone])
            defer { server.stop() }
            let resolver = AgentResolver(
                registrations: bench.service,
                lookup: Resolver(
                    client: DNSClient(generator: SystemRandomNumberGenerator(), timeout: .seconds(2)),
                    servers: [],
                    overrides: [try DomainName("test"): [try ServerAddress("127.0.0.1:\(server.port)")]]
                ),
                signing: bench.signing,
                cache: ResolutionCache()
            )
            func resolve(_ name: String) async throws -> JSONValue {
                let document = try await resolver.resolve(try ResolutionQuery(name))
                return try CardBench.json(String(decoding: document.octets, as: UTF8.self))
            }
            let answer = try await resolve(host)
            #expect(answer["source"]?.text == "both" && answer.disagreements.isEmpty)
            #expect(answer["dns", "status"] == "ANSWERED" && answer["dns"]?["ignoredRecords"] == 2)
            // The records of others beside ours may be kept for a minute.
            #expect(answer["ttl"] == 60 && answer["agentId"]?.text == registration.id.description)
            let guest = try await resolve("ans://v3.0.0.\(other)")
            #expect(guest["source"]?.text == "dns" && guest["registered"] == false)
            let expected: JSONValue = [["protocol": "MCP", "agentUrl": .string("https://\(other)/mcp"), "port": 443]]
            #expect(try guest["endpoints"]?.canonical == expected.canonical)
            await #expect(throws: RegistrationError(.agentNotFound, "")) { _ = try await resolve("no.customer.test") }
            server.pause()
            await #expect(throws: RegistrationError(.dnsUnavailable, "")) { _ = try await resolve("a.customer.test") }
            #expect(try await resolve(host) == answer)
        }
    }
}
