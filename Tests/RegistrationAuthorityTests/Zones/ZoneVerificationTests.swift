import DNS
import Foundation
import RegistrationAuthority
import TestSupport
import Testing

private let admin = ZoneBench.operatorPrincipal

/// Against BIND: the parent `example` and the zones below it on one server.
@Suite("Zones on a name server")
struct ZoneVerificationTests {
    private func bench(_ server: NamedServer) throws -> ZoneBench {
        let address = try ServerAddress("127.0.0.1:\(server.port)")
        let key = try TSIGKey(
            name: name(NamedServer.keyName),
            algorithm: .hmacSHA256,
            base64Secret: server.secret
        )
        let provider = RFC2136Provider(
            RFC2136Provider.Configuration(server: address, key: key, limit: .seconds(3)),
            client: DNSClient(generator: SystemRandomNumberGenerator(), timeout: .seconds(3)),
            clock: ContinuousClock(),
            now: { Date() }
        )
        return try ZoneBench(providers: ["bind": provider], known: [name("test"): [address]])
    }

    @Test("records are written to BIND, listed, replaced and removed; what it has besides stays")
    func writes() async throws {
        let server = try await NamedServer.start(zones: [NamedZone("zone.test", records: "www IN A 192.0.2.80")])
        defer { server.stop() }
        let bench = try self.bench(server)
        let (_, nameServers) = try await bench.connect("zone.test", provider: "bind")
        #expect(nameServers == [name("ns.zone.test")])
        let long = String(repeating: "text ", count: 120)
        let inputs = [
            RecordInput(name: "www.zone.test", type: "A", value: "192.0.2.81"),
            RecordInput(name: "t.zone.test", type: "TXT", ttl: 60, value: long),
            RecordInput(name: "s.zone.test", type: "SVCB", value: "1 www.zone.test. alpn=\"h2\" port=\"8443\""),
        ]
        let results = try await bench.service.change(
            inputs.map(RecordRequest.add),
            in: "zone.test",
            by: admin,
            from: .local
        )
        #expect(results.map(\.result) == [.done, .done, .done])
        let text = try await bench.service.records(in: "zone.test", at: "t.zone.test", type: "TXT", for: admin)
        #expect(text.records.map(\.record.data.joinedText) == [long])
        #expect(text.records.map(\.record.ttl) == [60])
        let all = try await bench.service.records(in: "zone.test", at: nil, type: nil, for: admin)
        #expect(all.records.filter { $0.owned?.state == .published }.count == 3)
        #expect(all.records.count { $0.record.data.type == .soa } == 1)
        let replaced = try await bench.service.replace(
            name: "www.zone.test",
            type: "A",
            with: [RecordInput(name: "www.zone.test", type: "A", value: "192.0.2.82")],
            in: "zone.test",
            by: admin,
            from: .local
        )
        #expect(replaced.map(\.result) == [.done, .done])
        let addresses = try await bench.service.records(in: "zone.test", at: "www.zone.test", type: "A", for: admin)
        let found = addresses.records.map { "\($0.record.data.presentation) \($0.owned != nil)" }
        #expect(found == ["192.0.2.80 false", "192.0.2.82 true"])
        _ = try await bench.service.remove(
            name: "t.zone.test",
            type: "TXT",
            value: long,
            from: "zone.test",
            by: admin,
            origin: .local
        )
        let left = try await bench.service.records(in: "zone.test", at: "t.zone.test", type: nil, for: admin)
        #expect(left.records.isEmpty)
    }

    @Test("a zone without a delegation is told from one that is delegated, and from one delegated elsewhere")
    func delegation() async throws {
        let parent = """
            zone IN NS ns.zone
            ns.zone IN A 127.0.0.1
            elsewhere IN NS ns1.example.net.
            """
        let upper = try await NamedServer.start(zones: [NamedZone("test", records: parent)])
        defer { upper.stop() }
        let lower = try await NamedServer.start(
            zones: [NamedZone("zone.test"), NamedZone("elsewhere.test"), NamedZone("missing.test")]
        )
        defer { lower.stop() }
        let bench = try self.bench(lower)
        bench.resolver.known.set([try ServerAddress("127.0.0.1:\(upper.port)")], of: name("test"))
        let cases: [(String, ZoneVerification.Delegation)] = [
            ("zone.test", .delegated), ("elsewhere.test", .differs), ("missing.test", .missing),
        ]
        for (zone, delegation) in cases {
            let servers = ["127.0.0.1:\(lower.port)"]
            _ = try await bench.connect(zone, provider: "bind", servers: servers)
            let found = try await bench.service.verify(zone, by: admin)
            #expect(found.delegation == delegation, "\(zone)")
            #expect(try found.found.get().source == .parent)
            #expect(try found.security.get().chain == .unsigned)
            #expect(try found.signing.get().status == .disabled)
        }
        upper.stop()
        let silent = try await bench.service.verify("zone.test", by: admin)
        #expect(silent.delegation == .delegated)
        #expect(try silent.found.get().source == .resolver)
    }

    @Test("of a zone that BIND signs, the DS records come back; once its parent has them the chain holds")
    func security() async throws {
        let server = try await NamedServer.start(zones: [
            NamedZone("test", records: "zone IN NS ns.zone\nns.zone IN A 127.0.0.1"), .signed("zone.test"),
        ])
        defer { server.stop() }
        let bench = try self.bench(server)
        _ = try await bench.connect("zone.test", provider: "bind")
        _ = try await bench.connect("test", provider: "bind")
        var found = try await bench.service.verify("zone.test", by: admin)
        let deadline = Date().addingTimeInterval(20)
        while try found.security.get().childSigners.isEmpty, Date() < deadline {
            try await Task.sleep(for: .milliseconds(100))
            found = try await bench.service.verify("zone.test", by: admin)
        }
        let security = try found.security.get()
        #expect(security.isSigned)
        #expect(security.chain == .noDelegationSigner)
        #expect(!security.childKeys.isEmpty)
        let signer = try #require(try found.signing.get().delegationSigners.first)
        #expect(security.delegationSigners == [signer])
        let input = RecordInput(
            name: "zone.test",
            type: "DS",
            value: RecordData.ds(signer).presentation
        )
        _ = try await bench.service.add(input, to: "test", by: admin, from: .local)
        let closed = try await bench.service.verify("zone.test", by: admin)
        #expect(try closed.security.get().chain == .valid)
        #expect(try await bench.service.enableSigning(of: "zone.test", by: admin, from: .local).status == .pending)
    }
}
