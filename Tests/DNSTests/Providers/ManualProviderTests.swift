import DNS
import Testing

@Suite("Zones kept by hand")
struct ManualProviderTests {
    @Test("say what to do, in words")
    func words() async throws {
        let zone = try DomainName("example.com")
        let text = ResourceRecord(name: try DomainName("_agent.bot.example.com"), ttl: 300, data: .text("v=agent1"))
        let apex = ResourceRecord(
            name: zone,
            ttl: 60,
            data: .caa(CAARecord(flags: 0, tag: "issue", value: Array("ca.example".utf8)))
        )
        let outside = ResourceRecord(name: try DomainName("example.org"), ttl: 60, data: .text("x"))
        let results = await ManualProvider().apply([.add(text), .remove(apex), .add(outside)], in: zone)
        #expect(
            results.prefix(2) == [
                .byHand(
                    "In the zone example.com, add a record of type TXT: name _agent.bot (in full _agent.bot.example.com.), "
                        + "TTL 300, value \"v=agent1\". Leave other records of this name and type as they are."
                ),
                .byHand(
                    "In the zone example.com, remove the record of type CAA: name @ (in full example.com.), "
                        + "value 0 issue \"ca.example\". Leave other records of this name and type as they are."
                ),
            ]
        )
        #expect(results.last?.kind == .invalid)
    }

    @Test("cannot be listed or signed from here")
    func unsupported() async throws {
        let (provider, zone) = (ManualProvider(), try DomainName("example.com"))
        #expect(try await provider.nameServers(of: zone).isEmpty)
        #expect(await failure { try await provider.records(in: zone, at: nil, type: nil, limit: 1) } == .unsupported)
        #expect(await failure { try await provider.signing(of: zone) } == .unsupported)
        #expect(await failure { try await provider.enableSigning(of: zone) } == .unsupported)
    }
}
