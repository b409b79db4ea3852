// Whether a name of a zone is free, asked of a real server.

import DNS
import Foundation
import TestSupport
import Testing

@Suite("Names that are in use")
struct OccupationTests {
    private static let records = """
        www IN A 192.0.2.1
        mail IN MX 10 www
        old IN CNAME www
        _sip._tcp.voice IN SRV 1 1 5060 www
        team IN NS ns.team
        ns.team IN A 192.0.2.53
        *.wild IN TXT "anything"
        own.wild IN TXT "mine"
        """

    @Test("A real server: free names, records of each kind, names below, delegations at and above, wildcards")
    func occupation() async throws {
        let server = try await NamedServer.start(zones: [NamedZone("agents.test", records: Self.records)])
        defer { server.stop() }
        let zone = name("agents.test")
        let resolver = Resolver(client: .test, servers: [], overrides: [zone: [try server.address]])
        let expected: [(String, NameOccupation)] = [
            ("weather", .free), ("www", .used([.a])), ("mail", .used([.mx])), ("voice", .used([])),
            ("team", .delegated(name("team.agents.test"))), ("a.b.team", .delegated(name("team.agents.test"))),
            ("x.wild", .free), ("own.wild", .used([.txt])),
        ]
        for (label, wanted) in expected {
            let found = try await resolver.occupation(of: name("\(label).agents.test"), in: zone)
            #expect(found == wanted, "\(label)")
        }
        guard case .used(let types) = try await resolver.occupation(of: name("old.agents.test"), in: zone) else {
            Issue.record("an alias is not seen")
            return
        }
        #expect(types.contains(.cname))
    }

    @Test("A server that is away, lame or failing: nobody knows, and that is an error")
    func unknown() async throws {
        let zone = name("agents.test")
        let refusing = try await ScriptedServer { $0.answered([], .refused) }
        let silent = try await ScriptedServer { _ in nil }
        let client = DNSClient(generator: SystemRandomNumberGenerator(), timeout: .milliseconds(200), attempts: 1)
        for server in [refusing, silent] {
            let resolver = Resolver(client: client, servers: [], overrides: [zone: [server.address]])
            await #expect(throws: DNSError.self) {
                _ = try await resolver.occupation(of: name("a.agents.test"), in: zone)
            }
        }
        // The next server is asked.
        let server = try await NamedServer.start(zones: [NamedZone("agents.test", records: Self.records)])
        defer { server.stop() }
        let resolver = Resolver(client: .test, servers: [], overrides: [zone: [refusing.address, try server.address]])
        let found = try await resolver.occupation(of: name("www.agents.test"), in: zone)
        #expect(found == .used([.a]))
        await refusing.stop()
        await silent.stop()
    }
}
