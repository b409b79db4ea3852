import DNS
import LoopbackSupport
import Testing

@Suite("Cloudflare")
struct CloudflareProviderTests {
    private let zone = "agents.example"

    private func with(
        _ double: CloudflareDouble = CloudflareDouble(token: "right-token"),
        token: String = "right-token",
        clock: any Clock<Duration> = SkippingClock(),
        callTime: Duration = .seconds(10),
        _ body: (CloudflareDouble, CloudflareProvider, DomainName) async throws -> Void
    ) async throws {
        double.addZone("other.example")
        double.addZone(self.zone)
        try await LoopbackHTTPServer.with {
            double.reply(to: $0)
        } _: { server in
            try await withExchange { exchange in
                let provider = CloudflareProvider(
                    token: try ProviderSecret(token),
                    endpoint: try ProviderEndpoint("http://127.0.0.1:\(server.port)/client/v4"),
                    environment: environment(exchange, clock: clock) { $0.callTime = callTime }
                )
                try await body(double, provider, try DomainName(self.zone))
            }
        }
    }

    private func text(_ label: String, _ text: String, ttl: UInt32 = 300) -> ResourceRecord {
        ResourceRecord(name: try! DomainName("\(label).\(self.zone)"), ttl: ttl, data: .text(text))
    }

    @Test("keeps the contract of providers", arguments: [100, 2])
    func contract(pageSize: Int) async throws {
        try await self.with(CloudflareDouble(token: "right-token", pageSize: pageSize)) { double, provider, zone in
            try await self.with(double, token: "wrong-token") { _, rejected, _ in
                let subject = ContractSubject(
                    provider: provider,
                    rejected: rejected,
                    zone: zone,
                    refusesAliases: true,
                    concurrent: provider
                )
                try await subject.check()
            }
        }
    }

    @Test("writes records with the comment 'signet', not proxied, with a TTL that it keeps")
    func form() async throws {
        try await self.with { double, provider, zone in
            let name = try DomainName("a.\(self.zone)")
            let address = ResourceRecord(name: name, ttl: 5, data: .a([192, 0, 2, 1]))
            #expect(
                await provider.apply([.add(address), .add(self.text("a", "x", ttl: 90_000))], in: zone) == [
                    .done, .done,
                ]
            )
            let records = try #require(double.zone(self.zone)?.records)
            #expect(records.map(\.comment) == ["signet", "signet"])
            #expect(records.map(\.proxied) == [false, false])
            #expect(records.map(\.ttl) == [60, 86_400])
            #expect(records.map(\.content) == ["192.0.2.1", "\"x\""])
            // The TTL is as Cloudflare has it: nothing is sent again.
            let before = double.calls.count
            #expect(await provider.apply([.add(address)], in: zone) == [.done])
            #expect(double.calls.dropFirst(before).allSatisfy { $0.hasPrefix("GET") })
        }
    }

    @Test("leaves what others have put beside ours, down to the identifier")
    func foreign() async throws {
        try await self.with { double, provider, zone in
            try double.put(["type": "TXT", "name": "a.\(self.zone)", "content": "not ours", "ttl": 1], in: self.zone)
            try double.put(
                ["type": "TXT", "name": "a.\(self.zone)", "content": "\"split \" \"text\"", "ttl": 1],
                in: self.zone
            )
            let before = try #require(double.zone(self.zone)?.records)
            let ours = self.text("a", "ours")
            #expect(await provider.apply([.add(ours)], in: zone) == [.done])
            #expect(await provider.apply([.remove(ours)], in: zone) == [.done])
            #expect(
                await provider.apply(
                    [.remove(self.text("a", "not")), .remove(self.text("b", "not ours"))],
                    in: zone
                ) == [.done, .done]
            )
            #expect(double.zone(self.zone)?.records == before)
            #expect(await provider.apply([.remove(self.text("a", "split text"))], in: zone) == [.done])
            #expect(double.zone(self.zone)?.records == [before[0]])
        }
    }

    @Test("makes the difference of many changes in transactions of 200, and an addition undone not at all")
    func batches() async throws {
        try await self.with { double, provider, zone in
            let records = (0..<450).map { self.text("many", "\($0)") }
            let undone = self.text("undone", "x")
            let changes = records.map { RecordChange.add($0) } + [.add(undone), .remove(undone)]
            #expect(await provider.apply(changes, in: zone) == Array(repeating: .done, count: 452))
            #expect(double.zone(self.zone)?.records.count == 450)
            #expect(double.calls.filter { $0.hasSuffix("/batch") }.count == 3)
            #expect(await provider.apply(records.map { .remove($0) }, in: zone) == Array(repeating: .done, count: 450))
            #expect(double.zone(self.zone)?.records == [])
        }
    }

    @Test("obeys Retry-After, and waits as long as it says")
    func rateLimit() async throws {
        let clock = SkippingClock()
        try await self.with(clock: clock) { double, provider, zone in
            double.inject(.rateLimited(retryAfter: 7), on: "POST", "/batch")
            #expect(await provider.apply([.add(self.text("a", "x"))], in: zone) == [.done])
            let longest = try #require(clock.pauses.max())
            #expect(longest >= .seconds(7) && longest < .seconds(8))
        }
    }

    @Test("gives up when Retry-After goes beyond the time, says when to come back, and does not call before")
    func shutOut() async throws {
        let clock = SkippingClock()
        try await self.with(clock: clock) { double, provider, zone in
            double.inject(.rateLimited(retryAfter: 300), on: "GET", "/zones")
            let record = self.text("a", "x")
            for _ in 0..<2 {
                guard case .failed(let failure)? = await provider.apply([.add(record)], in: zone).first else {
                    Issue.record("a change was made in spite of the limit")
                    return
                }
                #expect(failure.kind == .rateLimited)
                #expect(failure.retryAfter == 300)
            }
            #expect(double.calls.count == 1)
            try await clock.sleep(for: .seconds(300))
            #expect(await provider.apply([.add(record)], in: zone) == [.done])
        }
    }

    @Test(
        "makes changes in spite of faults",
        arguments: [
            [CloudflareDouble.Fault.status(500)], [.status(502), .status(503)], [.madeAndDropped], [.halfBatch],
            [.hang], [.halfBatch, .madeAndDropped], [.refused(400, code: 1_052, "processing error")],
            [.refused(400, code: 81_058, "An identical record already exists.")],
        ]
    )
    func faults(_ faults: [CloudflareDouble.Fault]) async throws {
        try await self.with(callTime: .milliseconds(500)) { double, provider, zone in
            for fault in faults { double.inject(fault, on: "POST", "/batch") }
            let records = (0..<10).map { self.text("a", "\($0)") }
            #expect(await provider.apply(records.map { .add($0) }, in: zone) == Array(repeating: .done, count: 10))
            let contents = Set(double.zone(self.zone)?.records.map(\.content) ?? [])
            #expect(contents == Set(records.map { $0.data.presentation }))
            #expect(double.zone(self.zone)?.records.count == 10)
        }
    }

    @Test("gives up after a bounded time, and says that it may pass")
    func outage() async throws {
        let clock = SkippingClock()
        try await self.with(clock: clock) { double, provider, zone in
            for _ in 0..<20 { double.inject(.status(500), on: "POST", "/batch") }
            let result = await provider.apply([.add(self.text("a", "x"))], in: zone)
            #expect(result.map(\.kind) == [.unavailable])
            #expect(double.calls.filter { $0.hasSuffix("/batch") }.count == RetryPolicy().attempts)
            #expect(double.zone(self.zone)?.records == [])
        }
    }

    @Test("says of each change what became of it: a conflict refuses its transaction, a quota too")
    func refusals() async throws {
        try await self.with(CloudflareDouble(token: "right-token", quota: 2)) { double, provider, zone in
            let texts = (0..<3).map { self.text("a", "\($0)") }
            #expect(
                await provider.apply(texts.map { .add($0) }, in: zone).map(\.kind)
                    == Array(repeating: .quotaExceeded, count: 3)
            )
            #expect(double.zone(self.zone)?.records == [])
            double.inject(.refused(403, code: 10_000, "Authentication error"), on: "POST", "/batch")
            #expect(await provider.apply([.add(texts[0])], in: zone).map(\.kind) == [.unauthorized])
            double.inject(.refused(400, code: 9_005, "Content invalid"), on: "POST", "/batch")
            #expect(await provider.apply([.add(texts[0])], in: zone).map(\.kind) == [.invalid])
        }
    }

    @Test("never shows the token, not even one that the host repeats")
    func secrecy() async throws {
        try await self.with { double, provider, zone in
            double.inject(.refused(400, code: 9_000, "you sent right-token"), on: "POST", "/batch")
            let results = await provider.apply([.add(self.text("a", "x"))], in: zone)
            #expect("\(results)".contains("you sent [redacted]"))
            var dumped = ""
            dump(provider, to: &dumped)
            for text in ["\(results)", "\(provider)", String(reflecting: provider), dumped] {
                #expect(!text.contains("right-token"))
            }
        }
    }

    @Test("finds a zone that was made anew under another identifier")
    func renewedZone() async throws {
        try await self.with { double, provider, zone in
            let record = self.text("a", "x")
            #expect(await provider.apply([.add(record)], in: zone) == [.done])
            double.change(self.zone) {
                $0 = CloudflareDouble.Zone(id: String(repeating: "f", count: 32), name: $0.name)
            }
            #expect(await provider.apply([.add(record)], in: zone).map(\.kind) == [.noSuchZone])
            #expect(await provider.apply([.add(record)], in: zone) == [.done])
        }
    }

    @Test("signs a zone, and is active once the parent has the DS")
    func signing() async throws {
        try await self.with { double, provider, zone in
            #expect(try await provider.signing(of: zone) == ZoneSigning(status: .disabled, delegationSigners: []))
            let pending = try await provider.enableSigning(of: zone)
            #expect(pending.status == .pending)
            #expect(pending.delegationSigners.map(\.keyTag) == [42])
            #expect(pending.delegationSigners.map(\.digest) == [Array(repeating: 0xAB, count: 32)])
            double.delegate(self.zone)
            #expect(try await provider.enableSigning(of: zone).status == .active)
            #expect(
                try await provider.nameServers(of: zone).map(\.description) == [
                    "ada.ns.cloudflare.com", "bob.ns.cloudflare.com",
                ]
            )
        }
    }

    @Test("lists a zone up to a limit")
    func list() async throws {
        try await self.with(CloudflareDouble(token: "right-token", pageSize: 3)) { _, provider, zone in
            let records = (0..<8).map { self.text("a\($0)", "x") }
            _ = await provider.apply(records.map { .add($0) }, in: zone)
            let all = try await provider.records(in: zone, at: nil, type: nil, limit: 100)
            #expect(Set(all) == Set(records))
            #expect(try await provider.records(in: zone, at: nil, type: .txt, limit: 4).count == 4)
            #expect(try await provider.records(in: zone, at: nil, type: .a, limit: 4).isEmpty)
        }
    }
}
