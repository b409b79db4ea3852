import AuditLog
import DNS
import Foundation
import Persistence
import RegistrationAuthority
import TestSupport
import Testing

private let admin = ZoneBench.operatorPrincipal

@Suite("Zones")
struct ZoneServiceTests {
    @Test("a zone is connected once its provider has it, stays connected over a restart, and can be disconnected")
    func connects() async throws {
        let bench = try ZoneBench()
        let (zone, nameServers) = try await bench.connect("Customer.Example.", servers: ["127.0.0.1:5300"])
        #expect(zone.apex == name("customer.example"))
        #expect(zone.provider == "memory")
        #expect(zone.kind == "rfc2136")
        #expect(zone.isOurs == true)
        #expect(zone.connection?.actor == "operator:test")
        #expect(nameServers == [name("ns1.customer.example"), name("ns2.customer.example")])
        #expect(bench.directory.zone(of: name("a.customer.example"))?.isOurs == true)
        #expect(bench.resolver.overrides[name("customer.example")] == [try ServerAddress("127.0.0.1:5300")])

        let restarted = try ZoneBench(database: bench.database)
        #expect(restarted.directory.zones.count == 1)
        #expect(try await restarted.service.load().isEmpty)
        #expect(try await restarted.service.zones(for: admin).map(\.apex) == [name("agents.example"), zone.apex])
        #expect(try await restarted.service.zone("customer.example", for: admin) == zone)
        #expect(restarted.resolver.overrides[zone.apex] == zone.servers)

        try await restarted.service.disconnect("customer.example", by: admin, from: .local)
        #expect(restarted.directory.zone(at: zone.apex) == nil)
        #expect(restarted.resolver.overrides.isEmpty)
        #expect(try await restarted.store.zones().isEmpty)
        let actions = ["zone.connect zone:customer.example", "zone.disconnect zone:customer.example"]
        #expect(try await restarted.audited() == actions)
        await #expect(throws: RegistrationError(.zoneNotFound, "")) {
            try await restarted.service.disconnect("customer.example", by: admin, from: .local)
        }
    }

    @Test(
        "what cannot be connected is refused, and nothing is kept",
        arguments: [
            ("nowhere.example", "memory", [], RegistrationError.Code.zoneNotAtProvider),
            ("customer.example", "other", [], .unknownProvider), ("agents.example", "memory", [], .zoneExists),
            ("..", "memory", [], .invalidZone), (".", "memory", [], .invalidZone),
            ("customer.example", "memory", ["ns1.example"], .invalidZone),
            ("customer.example", "memory", Array(repeating: "192.0.2.1", count: 17), .invalidZone),
        ]
    )
    func refuses(_ zone: String, _ provider: String, _ servers: [String], _ code: RegistrationError.Code) async throws {
        let bench = try ZoneBench()
        await #expect(throws: RegistrationError(code, "")) {
            _ = try await bench.connect(zone, provider: provider, servers: servers)
        }
        #expect(try await bench.store.zones().isEmpty)
        #expect(try await bench.audited().isEmpty)
    }

    @Test("a provider that does not answer is told from one that refuses, with when to come back")
    func unreachable() async throws {
        let bench = try ZoneBench()
        bench.provider.setReachable(false)
        let error = try await #require(throws: RegistrationError.self) {
            _ = try await bench.connect("customer.example")
        }
        #expect(error.code == .providerUnavailable)
        #expect(error.retryAfter == 7)
    }

    @Test("a zone of the configuration stays, and one with live agents too")
    func keeps() async throws {
        let bench = try ZoneBench()
        await #expect(throws: RegistrationError(.zoneConfigured, "")) {
            try await bench.service.disconnect("agents.example", by: admin, from: .local)
        }
        _ = try await bench.connect("customer.example")
        _ = try await bench.register(host: "a.customer.example")
        await #expect(throws: RegistrationError(.zoneInUse, "")) {
            try await bench.service.disconnect("customer.example", by: admin, from: .local)
        }
        #expect(bench.directory.zone(at: name("customer.example")) != nil)
    }

    @Test("agents of a zone below, of other zones and of the past do not keep a zone")
    func sparesOthers() async throws {
        let bench = try ZoneBench()
        _ = try await bench.connect("customer.example")
        _ = try await bench.connect("inner.customer.example")
        _ = try await bench.register(host: "a.inner.customer.example")
        _ = try await bench.register(host: "notcustomer.example")
        _ = try await bench.register(host: "b.customer.example", status: .revoked)
        try await bench.service.disconnect("customer.example", by: admin, from: .local)
        await #expect(throws: RegistrationError(.zoneInUse, "")) {
            try await bench.service.disconnect("inner.customer.example", by: admin, from: .local)
        }
    }

    @Test("a connected zone whose provider is gone from the configuration is shown, not served, and can be taken out")
    func unserved() async throws {
        let first = try ZoneBench(providers: ["gone": MemoryDNSProvider(zones: [name("customer.example")])])
        _ = try await first.connect("customer.example", provider: "gone")
        let bench = try ZoneBench(database: first.database)
        #expect(try await bench.service.load().map(\.apex) == [name("customer.example")])
        #expect(try await bench.service.zone("customer.example", for: admin).kind == nil)
        await #expect(throws: RegistrationError(.unknownProvider, "")) {
            _ = try await bench.service.records(in: "customer.example", at: nil, type: nil, for: admin)
        }
        try await bench.service.disconnect("customer.example", by: admin, from: .local)
        #expect(try await bench.service.zones(for: admin).count == 1)
    }

    @Test("a zone's provider signs it, and the DS records come back; one that cannot says what to do")
    func signs() async throws {
        let bench = try ZoneBench()
        let signing = try await bench.service.enableSigning(of: "agents.example", by: admin, from: .local)
        #expect(signing.status == .pending)
        #expect(signing.delegationSigners.map(\.keyTag) == [12_345])
        _ = try await bench.connect("customer.example", provider: "hand")
        let error = try await #require(throws: RegistrationError.self) {
            _ = try await bench.service.enableSigning(of: "customer.example", by: admin, from: .local)
        }
        #expect(error.code == .providerUnsupported)
        #expect(error.reason.contains("registrar"))
        let results = try await bench.store.entries(after: 0, limit: 10).map(\.event)
            .filter { $0.action == .signZone }.map(\.result)
        #expect(results == [.success, .success, .failure(code: "UNSUPPORTED")])
    }
}

extension ZoneBench {
    /// Connects a zone of ours.
    func connect(
        _ zone: String,
        provider: String = "memory",
        servers: [String] = []
    ) async throws -> (zone: ZoneDescription, nameServers: [DomainName]) {
        try await self.service.connect(
            zone,
            provider: provider,
            isOurs: true,
            servers: servers,
            by: Self.operatorPrincipal,
            from: .local
        )
    }
}

/// A name that a test knows to be one.
func name(_ text: String) -> DomainName {
    try! DomainName(text)
}
