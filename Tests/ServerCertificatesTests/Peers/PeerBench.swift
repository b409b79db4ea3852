// Pebble that asks BIND, and an engine that writes there.

import ACME
import Crypto
import DNS
import Foundation
import LoopbackSupport
import OutboundHTTP
import PKIX
import TestSupport

@testable import ACMESupport
@testable import ServerCertificates

/// Pebble, BIND with two zones, and an engine for one of them.
struct PeerBench: Sendable {
    let named: NamedServer
    let pebble: PebbleServer
    let exchange: PooledHTTPExchange
    let provider: RFC2136Provider
    let resolver: Resolver
    let authority: ServerAuthority
    let bench: OrderBench

    /// The zone that the engine writes.
    static let ours = "agents.test"
    /// A zone of somebody else.
    static let theirs = "customer.test"
    private static let records = """
        a IN A 127.0.0.1
        *.hosts IN A 127.0.0.1
        www IN A 127.0.0.1
        """
    private static let delegation = "_acme-challenge.www IN CNAME www.challenges.agents.test."

    static func with(leadsHere: Bool = false, _ body: (PeerBench) async throws -> Void) async throws {
        let zones = [
            NamedZone(Self.ours, records: Self.records),
            NamedZone(Self.theirs, records: Self.records + "\n" + Self.delegation),
        ]
        // To Pebble it is a resolver: aliases lead from zone to zone.
        let named = try await NamedServer.start(
            zones: zones,
            options: "recursion yes; allow-recursion { 127.0.0.1; };"
        )
        defer { named.stop() }
        var options = PebbleServer.Options()
        options.resolver = "127.0.0.1:\(named.port)"
        options.environment = ["PEBBLE_AUTHZREUSE": "0"]
        try await PebbleServer.with(options) { pebble, exchange in
            try await body(try PeerBench(named, pebble, exchange, leadsHere))
        }
    }

    private init(
        _ named: NamedServer,
        _ pebble: PebbleServer,
        _ exchange: PooledHTTPExchange,
        _ leadsHere: Bool
    ) throws {
        let (ours, theirs) = (try DomainName(Self.ours), try DomainName(Self.theirs))
        let server = try ServerAddress("127.0.0.1:\(named.port)")
        let client = DNSClient(generator: SystemRandomNumberGenerator(), timeout: .seconds(3))
        let key = try TSIGKey(
            name: DomainName(NamedServer.keyName),
            algorithm: .hmacSHA256,
            base64Secret: named.secret
        )
        let provider = RFC2136Provider(
            RFC2136Provider.Configuration(server: server, key: key),
            client: client,
            clock: ContinuousClock(),
            now: { Date() }
        )
        let resolver = Resolver(client: client, servers: [], overrides: [ours: [server], theirs: [server]])
        var authority = ServerAuthority(
            name: "pebble",
            configuration: try ACMEConfiguration(directoryURL: pebble.directoryURL),
            exchange: exchange,
            signer: try SoftwareAccountSigner(P256.Signing.PrivateKey())
        )
        authority.agreesToTerms = true
        self.named = named
        self.pebble = pebble
        self.exchange = exchange
        self.provider = provider
        self.resolver = resolver
        self.authority = authority
        self.bench = Self.process(authority, resolver, provider, leadsHere, MemoryStore(), TestTime(Date()))
    }

    private static func process(
        _ authority: ServerAuthority,
        _ resolver: Resolver,
        _ provider: RFC2136Provider,
        _ leadsHere: Bool,
        _ store: MemoryStore,
        _ time: TestTime
    ) -> OrderBench {
        OrderBench(
            [authority],
            store: store,
            time: time,
            leadsHere: leadsHere,
            resolver: resolver,
            zone: { name in
                guard let ours = try? DomainName(Self.ours), name.isWithin(ours) else { return nil }
                return ChallengeZone(apex: ours, provider: provider)
            },
            delegations: [try? DomainName("challenges.agents.test")].compactMap(\.self)
        )
    }

    /// A process that orders from another CA, with a store of its own.
    func process(with authority: ServerAuthority) -> OrderBench {
        Self.process(authority, self.resolver, self.provider, false, MemoryStore(), TestTime(Date()))
    }

    /// Another process over the same store.
    func other() -> OrderBench {
        Self.process(self.authority, self.resolver, self.provider, false, self.bench.store, self.bench.time)
    }

    /// All TXT records of a zone, asked of its server.
    func texts(in zone: String = PeerBench.ours) async throws -> [ResourceRecord] {
        try await self.provider.records(in: try DomainName(zone), at: nil, type: .txt, limit: 1_000)
            .filter { $0.data.type == .txt }
    }

    /// Changes a TXT record, as the owner of a zone does.
    func change(_ text: String, at name: String, in zone: String, isThere: Bool) async throws {
        let record = ResourceRecord(name: try DomainName(name), ttl: 60, data: .text(text))
        let change: RecordChange = isThere ? .add(record) : .remove(record)
        guard await self.provider.apply([change], in: try DomainName(zone)) == [.done] else {
            throw ServerFailure(description: "\(name) cannot be changed")
        }
    }
}
