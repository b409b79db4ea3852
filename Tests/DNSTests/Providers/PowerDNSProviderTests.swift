import DNS
import LoopbackSupport
import OutboundHTTP
import Testing

@Suite("PowerDNS")
struct PowerDNSProviderTests {
    private func provider(
        _ server: PowerDNSServer,
        _ exchange: PooledHTTPExchange,
        key: String? = nil,
        clock: any Clock<Duration> = SkippingClock()
    ) throws -> PowerDNSProvider {
        PowerDNSProvider(
            endpoint: server.endpoint,
            key: try ProviderSecret(key ?? server.key),
            environment: environment(exchange, clock: clock) { $0.totalTime = .seconds(600) }
        )
    }

    @Test("keeps the contract of providers at a real server, and leaves what others have there")
    func contract() async throws {
        try await PowerDNSServer.with { server, exchange in
            let zone = try DomainName("agents.example")
            try await server.addZone("agents.example", exchange)
            let provider = try self.provider(server, exchange)
            let subject = ContractSubject(
                provider: provider,
                rejected: try self.provider(server, exchange, key: "wrong"),
                zone: zone,
                refusesAliases: true,
                concurrent: try self.provider(server, exchange, clock: HurriedClock(times: 20))
            )
            try await subject.check()
            try await self.foreign(server, exchange, provider)
            try await self.wildcard(provider)
            try await self.signing(server, exchange, provider)
            server.stop()
            #expect(await failure { try await provider.nameServers(of: zone) } == .unavailable)
        }
    }

    /// Disabled values and comments survive a change beside them.
    private func foreign(
        _ server: PowerDNSServer,
        _ exchange: PooledHTTPExchange,
        _ provider: PowerDNSProvider
    ) async throws {
        try await server.addZone("foreign.example", exchange)
        let zone = try DomainName("foreign.example")
        let body = """
            {"rrsets":[{"name":"a.foreign.example.","type":"TXT","ttl":60,"changetype":"REPLACE",
            "records":[{"content":"\\"off\\"","disabled":true},{"content":"\\"on\\"","disabled":false}],
            "comments":[{"content":"by hand","account":"someone"}]}]}
            """
        let made = try await server.call("PATCH", "/servers/localhost/zones/foreign.example.", body, exchange)
        #expect(made.status == 204)
        let name = try zone.prepending("a")
        let ours = ResourceRecord(name: name, ttl: 60, data: .text("ours"))
        #expect(await provider.apply([.add(ours)], in: zone) == [.done])
        #expect(
            Set(try await provider.records(in: zone, at: name, type: .txt, limit: 10).map(\.data)) == [
                .text("on"), .text("ours"),
            ]
        )
        #expect(await provider.apply([.remove(ours)], in: zone) == [.done])
        let answer = try await server.call("GET", "/servers/localhost/zones/foreign.example.", "", exchange)
        let text = String(decoding: answer.body, as: UTF8.self)
        #expect(text.contains(#"{"content": "\"off\"", "disabled": true}"#))
        #expect(text.contains(#"{"content": "\"on\"", "disabled": false}"#))
        #expect(text.contains("by hand"))
        #expect(!text.contains("ours"))
        // What was disabled and is asked for is on afterwards.
        let off = ResourceRecord(name: name, ttl: 60, data: .text("off"))
        #expect(await provider.apply([.add(off)], in: zone) == [.done])
        #expect(try await provider.records(in: zone, at: name, type: .txt, limit: 10).contains(off))
    }

    /// A wildcard's name is a pattern to the server's search.
    private func wildcard(_ provider: PowerDNSProvider) async throws {
        let zone = try DomainName("foreign.example")
        let records = try ["*", "one", "two"].map { label in
            ResourceRecord(name: try zone.prepending(label), ttl: 60, data: .text(label))
        }
        #expect(await provider.apply(records.map { .add($0) }, in: zone) == [.done, .done, .done])
        let stored = try await provider.records(in: zone, at: records[0].name, type: nil, limit: 10)
        #expect(stored == [records[0]])
        #expect(await provider.apply([.remove(records[0])], in: zone) == [.done])
        #expect(try await provider.records(in: zone, at: records[1].name, type: nil, limit: 10) == [records[1]])
    }

    private func signing(
        _ server: PowerDNSServer,
        _ exchange: PooledHTTPExchange,
        _ provider: PowerDNSProvider
    ) async throws {
        try await server.addZone("signed.example", exchange)
        let zone = try DomainName("signed.example")
        #expect(try await provider.signing(of: zone) == ZoneSigning(status: .disabled, delegationSigners: []))
        let signing = try await provider.enableSigning(of: zone)
        #expect(signing.status == .pending)
        #expect(signing.delegationSigners.map(\.algorithm) == [13, 13])
        #expect(Set(signing.delegationSigners.map(\.digestType)) == [2, 4])
        // Asked again, it makes no second key.
        #expect(try await provider.enableSigning(of: zone) == signing)
    }

    @Test(
        "understands the server's refusals",
        arguments: [
            (401, "Unauthorized", ProviderFailure.Kind.unauthorized), (404, "Not Found", .noSuchZone),
            (422, #"{"error":"Could not find domain 'agents.example.'"}"#, .noSuchZone),
            (422, #"{"error":"RRset a. IN CNAME: Conflicts with pre-existing RRset"}"#, .conflict),
            (422, #"{"error":"Parsing record content"}"#, .invalid), (500, #"{"error":"boom"}"#, .unavailable),
            (301, "", .invalid), (200, "no JSON", .unavailable),
        ]
    )
    func refusals(_ status: Int, _ body: String, _ expected: ProviderFailure.Kind) async throws {
        try await LoopbackHTTPServer.with { _ in
            .answer(status, headers: [("Location", "http://127.0.0.1:1/")], body: body)
        } _: { server in
            try await withExchange { exchange in
                let provider = PowerDNSProvider(
                    endpoint: try ProviderEndpoint("http://127.0.0.1:\(server.port)"),
                    key: try ProviderSecret("key"),
                    environment: environment(exchange)
                )
                let zone = try DomainName("agents.example")
                let record = ResourceRecord(name: zone, ttl: 60, data: .text("x"))
                #expect(await provider.apply([.add(record)], in: zone).map(\.kind) == [expected])
                #expect(await failure { try await provider.signing(of: zone) } == expected)
            }
        }
    }
}
