import ACME
import DNS
import FoundationEssentials
import PKIX
import Testing

@testable import ACMESupport
@testable import ServerCertificates

/// Where a host's `_acme-challenge` leads, and whether we write there.
private struct Alias: CustomTestStringConvertible {
    let target: String
    let isAdmitted: Bool
    var name = "_acme-challenge.evil.b.test"

    var testDescription: String { "\(self.name) -> \(self.target)" }

    static let all = [
        Alias(target: "_acme-challenge.evil.b.test", isAdmitted: true),
        Alias(target: "x.challenges.agents.test", isAdmitted: true),
        Alias(target: "challenges.agents.test", isAdmitted: false),
        Alias(target: "shop.victim.test", isAdmitted: false),
        Alias(target: "_acme-challenge.shop.victim.test", isAdmitted: false),
        Alias(target: "victim.test", isAdmitted: false), Alias(target: "a.agents.test", isAdmitted: false),
        Alias(target: "_acme-challenge.victim.test", isAdmitted: true, name: "_acme-challenge.shop.victim.test"),
        Alias(target: "www.victim.test", isAdmitted: false, name: "_acme-challenge.shop.victim.test"),
    ]
}

/// Hosts nothing, and refuses every change.
private struct NoProvider: DNSProvider {
    var kind: String { "none" }

    func apply(_ changes: [RecordChange], in zone: DomainName) async -> [ChangeResult] {
        changes.map { _ in .failed(ProviderFailure(.invalid, "it is written where nothing may be")) }
    }

    func nameServers(of zone: DomainName) async throws(ProviderFailure) -> [DomainName] { [] }

    func records(
        in zone: DomainName,
        at name: DomainName?,
        type: RecordType?,
        limit: Int
    ) async throws(ProviderFailure) -> [ResourceRecord] { [] }

    func signing(of zone: DomainName) async throws(ProviderFailure) -> ZoneSigning {
        throw ProviderFailure(.unsupported, "it hosts nothing")
    }

    func enableSigning(of zone: DomainName) async throws(ProviderFailure) -> ZoneSigning {
        throw ProviderFailure(.unsupported, "it hosts nothing")
    }
}

@Suite("Where answers are written")
struct ChallengeWayTests {
    private static func bench() throws -> OrderBench {
        let zones = try ["agents.test", "victim.test"].map { try DomainName($0) }
        return OrderBench(
            [],
            leadsHere: false,
            zone: { name in
                zones.first { name.isWithin($0) }.map { ChallengeZone(apex: $0, provider: NoProvider()) }
            },
            delegations: [try DomainName("challenges.agents.test")]
        )
    }

    @Test("an alias leads to names for answers alone, and never into a zone that has nothing to do with the host")
    func admitted() async throws {
        let ways = try Self.bench().engine.ways
        for alias in Alias.all {
            let isAdmitted = await ways.admits(try DomainName(alias.target), for: try DomainName(alias.name))
            #expect(isAdmitted == alias.isAdmitted, "\(alias)")
        }
    }

    @Test("an order of a former version that has chosen another name does not write there")
    func formerChoice() async throws {
        let ways = try Self.bench().engine.ways
        let challenge = PreparedChallenge(
            type: .dns01,
            identifier: ACMEIdentifier(type: "dns", value: "evil.b.test"),
            isWildcard: false,
            token: "token",
            thumbprint: "thumb",
            accountURL: "https://ca.test/1"
        )
        let answer = PlacedAnswer(challenge: challenge, way: .zone(apex: "victim.test", name: "shop.victim.test"))
        let error = await #expect(throws: ServerCertificateError.self) { try await ways.place(answer) }
        #expect(error?.code == .noChallenge)
    }

    @Test("the port says what can be had")
    func abilities() throws {
        let none = OrderBench([], chains: ChainVerdict(isAvailable: false))
        #expect(none.service.abilities == ServerCertificateAbilities(canOrder: false, canAdopt: false))
        #expect(OrderBench([]).service.abilities.canAdopt)
    }

    @Test("control is ours to look at where we serve the answer, and the owner's where the owner places it")
    func provesControl() async throws {
        try await DoubleBench.with { bench in
            let isServed = try await bench.process().service.provesControl(of: "a.agents.test")
            let owners = try await OrderBench(bench.authorities, leadsHere: false)
                .service.provesControl(of: "a.agents.test")
            #expect(isServed && !owners)
        }
    }
}
