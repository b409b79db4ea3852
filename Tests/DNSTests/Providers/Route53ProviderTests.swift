import LoopbackSupport
import OutboundHTTP
import Testing

@testable import DNS

@Suite("Route 53")
struct Route53ProviderTests {
    private let zone = "agents.example"

    private func credentials(_ secret: String = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY") throws -> AWSCredentials {
        try AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: try ProviderSecret(secret))
    }

    private func with(
        pendingPolls: Int = 1,
        clock: any Clock<Duration> = SkippingClock(),
        _ body: (Route53Double, Route53Provider, PooledHTTPExchange, DomainName) async throws -> Void
    ) async throws {
        let double = Route53Double(zone: self.zone, credentials: try self.credentials(), pendingPolls: pendingPolls)
        try await LoopbackHTTPServer.with {
            double.reply(to: $0)
        } _: { server in
            try await withExchange { exchange in
                let endpoint = try ProviderEndpoint("http://127.0.0.1:\(server.port)")
                let provider = Route53Provider(
                    credentials: try self.credentials(),
                    endpoint: endpoint,
                    environment: environment(exchange, clock: clock)
                )
                try await body(double, provider, exchange, try DomainName(self.zone))
            }
        }
    }

    private func text(_ label: String, _ text: String, ttl: UInt32 = 300) -> ResourceRecord {
        ResourceRecord(name: try! DomainName("\(label).\(self.zone)"), ttl: ttl, data: .text(text))
    }

    @Test("keeps the contract of providers")
    func contract() async throws {
        try await self.with { _, provider, exchange, zone in
            let subject = ContractSubject(
                provider: provider,
                rejected: Route53Provider(
                    credentials: try self.credentials("wrong"),
                    endpoint: provider.client.endpoint,
                    environment: environment(exchange)
                ),
                zone: zone,
                refusesAliases: true,
                concurrent: Route53Provider(
                    credentials: try self.credentials(),
                    endpoint: provider.client.endpoint,
                    environment: environment(exchange, clock: HurriedClock(times: 20)) { $0.totalTime = .seconds(600) }
                )
            )
            try await subject.check()
        }
    }

    @Test("keeps the contract of providers at moto")
    func moto() async throws {
        try await MotoServer.with { server, exchange in
            try await server.addZone(self.zone, exchange)
            let provider = Route53Provider(
                credentials: try self.credentials(),
                endpoint: server.endpoint,
                environment: environment(exchange)
            )
            let subject = ContractSubject(
                provider: provider,
                rejected: nil,
                zone: try DomainName(self.zone),
                refusesAliases: false,
                concurrent: nil
            )
            try await subject.check()
        }
    }

    @Test("reads again and keeps the other's value when someone changes the set meanwhile")
    func compareAndSwap() async throws {
        try await self.with { double, provider, _, zone in
            let (first, second) = (self.text("a", "first"), self.text("a", "second"))
            #expect(await provider.apply([.add(first)], in: zone) == [.done])
            double.interfere(
                .init(name: "a.\(self.zone).", type: "TXT", ttl: "300", values: ["\"first\"", "\"foreign\""])
            )
            #expect(await provider.apply([.add(second)], in: zone) == [.done])
            #expect(double.sets.map { Set($0.values) } == [["\"first\"", "\"foreign\"", "\"second\""]])
            double.interfere(.init(name: "b.\(self.zone).", type: "TXT", ttl: "60", values: ["\"theirs\""]))
            #expect(await provider.apply([.add(self.text("b", "ours"))], in: zone) == [.done])
            #expect(double.sets.last.map { Set($0.values) } == ["\"theirs\"", "\"ours\""])
        }
    }

    @Test("passes on values that it cannot read as they stand")
    func unreadable() async throws {
        try await self.with { double, provider, _, zone in
            let foreign = "unquoted & <odd>"
            double.change { $0.sets = [.init(name: "a.\(self.zone).", type: "TXT", ttl: "300", values: [foreign])] }
            #expect(await provider.apply([.add(self.text("a", "ours"))], in: zone) == [.done])
            #expect(double.sets.map(\.values) == [[foreign, "\"ours\""]])
            #expect(await provider.apply([.remove(self.text("a", "ours"))], in: zone) == [.done])
            #expect(double.sets.map(\.values) == [[foreign]])
        }
    }

    @Test(
        "leaves aliases and routed sets to people",
        arguments: [
            "<AliasTarget><HostedZoneId>Z</HostedZoneId><DNSName>x.</DNSName></AliasTarget>",
            "<SetIdentifier>one</SetIdentifier><Weight>1</Weight>",
        ]
    )
    func routed(_ extra: String) async throws {
        try await self.with { double, provider, _, zone in
            let set = Route53Double.Set(name: "a.\(self.zone).", type: "TXT", ttl: "60", values: [], extra: extra)
            double.change { $0.sets = [set] }
            #expect(await provider.apply([.add(self.text("a", "ours"))], in: zone).map(\.kind) == [.conflict])
            #expect(double.sets == [set])
        }
    }

    @Test(
        "tries again what passes",
        arguments: [
            (400, Route53Double.error("Throttling", "Rate exceeded")),
            (
                400,
                Route53Double.error(
                    "PriorRequestNotComplete",
                    "The request was rejected because Route 53 was still processing a prior request."
                )
            ),
            (
                400,
                Route53Double.invalidBatch(
                    "Tried to create resource record set [name='a.', type='TXT'] but it already exists"
                )
            ),
            (
                400,
                Route53Double.error(
                    "InvalidChangeBatch",
                    "[Tried to delete resource record set [name='a.', type='TXT'] but it was not found]"
                )
            ),
            (503, "not XML"), (500, ""),
        ]
    )
    func transient(_ status: Int, _ body: String) async throws {
        let clock = SkippingClock()
        try await self.with(clock: clock) { double, provider, _, zone in
            double.inject("/rrset/", status, body)
            #expect(await provider.apply([.add(self.text("a", "x"))], in: zone) == [.done])
            #expect(double.sets.map(\.values) == [["\"x\""]])
            #expect(!clock.pauses.isEmpty)
        }
    }

    @Test(
        "reports what does not pass, in the host's words",
        arguments: [
            (
                400, Route53Double.invalidBatch("Invalid Resource Record: 'FATAL problem: InvalidTXTRDATA'"),
                ProviderFailure.Kind.invalid, "InvalidTXTRDATA"
            ),
            (
                400, Route53Double.invalidBatch("RRSet of type TXT with DNS name a. conflicts with other records"),
                .conflict, "conflicts"
            ),
            (403, Route53Double.error("AccessDenied", "User is not authorized"), .unauthorized, "not authorized"),
            (404, Route53Double.error("NoSuchHostedZone", "No hosted zone found"), .noSuchZone, "No hosted zone"),
            (400, Route53Double.error("LimitsExceeded", "Too many"), .quotaExceeded, "Too many"),
            (400, "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", .invalid, "no reason given"),
        ]
    )
    func refused(_ status: Int, _ body: String, _ expected: ProviderFailure.Kind, _ words: String) async throws {
        try await self.with { double, provider, _, zone in
            double.inject("/rrset/", status, body)
            let results = await provider.apply(
                [.add(self.text("a", "x")), .add(self.text("b", "x"))],
                in: zone
            )
            #expect(results.map(\.kind) == [expected, expected])
            #expect("\(results)".contains(words))
            #expect(double.sets.isEmpty)
        }
    }

    @Test("waits until all servers have the change, for a bounded time")
    func synchronization() async throws {
        try await self.with(pendingPolls: 3) { double, provider, _, zone in
            #expect(await provider.apply([.add(self.text("a", "x"))], in: zone) == [.done])
            #expect(double.polls == 4)
        }
        try await self.with(pendingPolls: .max) { double, provider, _, zone in
            #expect(await provider.apply([.add(self.text("a", "x"))], in: zone) == [.done])
            #expect((2...40).contains(double.polls))
        }
    }

    @Test("sends many changes in batches within Route 53's limits, all of one set in one")
    func limits() async throws {
        try await self.with { double, provider, _, zone in
            let small = (0..<1_100).map { self.text("s\($0 % 4)", "\($0)") }
            let results = await provider.apply(small.map { .add($0) }, in: zone)
            #expect(results == Array(repeating: .done, count: 1_100))
            #expect(double.sets.map(\.values.count) == [275, 275, 275, 275])
            #expect(double.calls.filter { $0.hasPrefix("POST") }.count == 2)
        }
    }

    @Test("says how a zone is signed, and needs a key before it can be")
    func signing() async throws {
        try await self.with { double, provider, _, zone in
            #expect(try await provider.signing(of: zone) == ZoneSigning(status: .disabled, delegationSigners: []))
            #expect(await failure { try await provider.enableSigning(of: zone) } == .unsupported)
            double.change { $0.hasKey = true }
            let signing = try await provider.enableSigning(of: zone)
            #expect(signing.status == .pending)
            #expect(signing.delegationSigners.map(\.keyTag) == [55_648])
            double.change { $0.signing = "ACTION_NEEDED" }
            #expect(try await provider.signing(of: zone).status == .error)
        }
    }

    @Test("lists a zone in pages")
    func list() async throws {
        try await self.with { _, provider, _, zone in
            let records = (0..<7).map { self.text("a\($0)", "x") }
            _ = await provider.apply(records.map { .add($0) }, in: zone)
            let all = try await provider.records(in: zone, at: nil, type: nil, limit: 100)
            #expect(Set(all) == Set(records))
            #expect(try await provider.records(in: zone, at: nil, type: .txt, limit: 3).count == 3)
        }
    }
}
