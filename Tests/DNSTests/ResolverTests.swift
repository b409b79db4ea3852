import Foundation
import Synchronization
import Testing

@testable import DNS

@Suite("Resolution")
struct ResolverTests {
    static let records: [ResourceRecord] = [
        record("a.example", "CNAME", "b.example."), record("b.example", "CNAME", "c.other."),
        record("c.other", "TXT", #""one" "two""#), record("c.other", "TXT", "three"),
        record("loop1.example", "CNAME", "loop2.example."), record("loop2.example", "CNAME", "loop1.example."),
        record("example", "SOA", "ns.example. h.example. 1 2 3 4 5"), record("example", "NS", "ns.example."),
        record("example", "NS", "inside.example."), record("ns.example", "A", "192.88.1.1"),
        record("ns.example", "A", "127.0.0.1"), record("inside.example", "A", "10.0.0.1"),
        record("example", "CAA", #"0 issue "ca.example""#), record("own.example", "CAA", #"0 issue ";""#),
        record("own.example", "A", "192.0.2.1"), record("both.example", "A", "192.0.2.1"),
        record("both.example", "AAAA", "2001:db8::1"),
    ]

    /// A resolver that asks a server which answers from the table, and sees failures under `broken.example`.
    private func withResolver(_ body: (Resolver, ScriptedServer) async throws -> Void) async throws {
        let server = try await ScriptedServer { request in
            guard !request.questions[0].name.isWithin(name("broken.example")) else {
                return request.answered([], .serverFailure)
            }
            var answer = request.answered(from: Self.records)
            answer.isAuthenticated = request.isAuthenticated && request.questions[0].name.isWithin(name("example"))
            return answer
        }
        try await body(Resolver(client: .test, servers: [server.address]), server)
        await server.stop()
    }

    @Test("follows aliases, also across answers, and tells what it passed")
    func aliases() async throws {
        try await self.withResolver { resolver, _ in
            let lookup = try await resolver.records(name("a.example"), .txt)
            #expect(lookup.canonicalName == name("c.other"))
            #expect(lookup.aliases == [name("a.example"), name("b.example")])
            #expect(lookup.records.count == 2 && lookup.nameExists && !lookup.isAuthenticated)
            #expect(try await Set(resolver.txt(at: name("a.example"))) == ["onetwo", "three"])
            #expect(try await resolver.records(name("a.example"), .cname).data == [.cname(name("b.example"))])
            let nothing = try await resolver.records(name("nothing.example"), .txt)
            #expect(nothing.records.isEmpty && !nothing.nameExists && nothing.isAuthenticated)
            let other = try await resolver.records(name("c.other"), .a)
            #expect(other.records.isEmpty && other.nameExists)
            await #expect(throws: DNSError(.tooMuch, "")) { try await resolver.records(name("loop1.example"), .a) }
            let both = try await resolver.addresses(of: name("both.example"))
            #expect(both.map(\.description) == ["192.0.2.1", "2001:db8::1"])
        }
    }

    @Test("stops after a bounded number of aliases")
    func longChain() async throws {
        let server = try await ScriptedServer { request in
            let number = Int(request.questions[0].name.description.dropFirst(1).prefix { $0 != "." }) ?? 0
            return request.answered([record(request.questions[0].name.description, "CNAME", "n\(number + 1).example.")])
        }
        let resolver = Resolver(client: .test, servers: [server.address])
        await #expect(throws: DNSError(.tooMuch, "")) { try await resolver.records(name("n0.example"), .a) }
        await server.stop()
    }

    @Test("goes to the next resolver when one fails, and says why when all do")
    func failover() async throws {
        try await self.withResolver { good, server in
            let broken = try await ScriptedServer { $0.answered([], .refused) }
            let both = Resolver(client: .test, servers: [broken.address] + good.servers)
            #expect(try await both.txt(at: name("c.other")).count == 2)
            let none = Resolver(client: .test, servers: [broken.address])
            let error = await #expect(throws: DNSError.self) { try await none.txt(at: name("c.other")) }
            #expect(error?.code == .serverFailure && error?.reason.contains("REFUSED") == true)
            await #expect(throws: DNSError(.serverFailure, "")) {
                try await Resolver(client: .test, servers: []).txt(at: name("c.other"))
            }
            await broken.stop()
        }
    }

    @Test("climbs to the CAA records that govern a name (RFC 8659), and fails closed")
    func caa() async throws {
        try await self.withResolver { resolver, _ in
            let own = try await resolver.relevantCAA(for: name("own.example"))
            #expect(own.name == name("own.example") && own.records.map(\.value) == [Array(";".utf8)])
            let inherited = try await resolver.relevantCAA(for: name("x.y.example"))
            #expect(inherited.name == name("example") && inherited.records.count == 1 && inherited.isAuthenticated)
            let none = try await resolver.relevantCAA(for: name("x.nowhere"))
            #expect(none.name == nil && none.records.isEmpty)
            await #expect(throws: DNSError(.serverFailure, "")) {
                try await resolver.relevantCAA(for: name("a.broken.example"))
            }
        }
    }

    @Test("finds a name's zone and its servers, without addresses that strangers must not point us at")
    func authority() async throws {
        try await self.withResolver { resolver, server in
            let zone = try await resolver.authoritativeServers(of: name("_x.deep.own.example"))
            #expect(zone.apex == name("example"))
            #expect(zone.servers.map(\.description) == ["inside.example", "ns.example"])
            #expect(zone.servers.map { $0.addresses.map(\.description) } == [[], ["192.88.1.1:53"]])
            // An alias leads to another zone, whose SOA is not that of the name's zone.
            #expect(try await resolver.apex(above: name("a.example")) == name("example"))
            await #expect(throws: DNSError(.serverFailure, "")) {
                try await resolver.authoritativeServers(of: name("x.other"))
            }
            let overridden = Resolver(
                client: .test,
                servers: [],
                overrides: [name("example"): [server.address], name("own.example"): []]
            )
            let known = try await overridden.authoritativeServers(of: name("b.example"))
            #expect(known.apex == name("example") && known.servers.map(\.addresses) == [[server.address]])
        }
    }
}
