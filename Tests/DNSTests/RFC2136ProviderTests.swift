import Foundation
import TestSupport
import Testing

@testable import DNS

@Suite("Dynamic updates (RFC 2136) of a real BIND")
struct RFC2136ProviderTests {
    let zone = name("agents.test")

    private func withServer(
        _ zones: [NamedZone] = [NamedZone("agents.test")],
        _ body: (NamedServer, RFC2136Provider) async throws -> Void
    ) async throws {
        let server = try await NamedServer.start(zones: zones)
        defer { server.stop() }
        try await body(server, try server.provider())
    }

    private func failure(_ results: [ChangeResult]) -> [ProviderFailure.Kind?] {
        results.map { result in
            guard case .failed(let failure) = result else { return nil }
            return failure.kind
        }
    }

    @Test("makes and unmakes single values, leaves others alone, and may repeat itself", arguments: [false, true])
    func lifecycle(overTCP: Bool) async throws {
        try await self.withServer { server, _ in
            let provider = try server.provider(transport: overTCP ? .stream : .datagram)
            let first = record("a.agents.test", "TXT", "one")
            let second = record("a.agents.test", "TXT", "two", ttl: 30)
            #expect(await provider.apply([.add(first)], in: self.zone) == [.done])
            #expect(await provider.apply([.add(first), .add(second)], in: self.zone) == [.done, .done])
            let both = try await provider.records(in: self.zone, at: name("a.agents.test"), type: .txt, limit: 10)
            #expect(Set(both.map(\.data)) == [first.data, second.data])
            // The TTL is that of the last change, for the whole set.
            #expect(Set(both.map(\.ttl)) == [30])
            #expect(await provider.apply([.remove(first)], in: self.zone) == [.done])
            #expect(await provider.apply([.remove(first)], in: self.zone) == [.done])
            let left = try await provider.records(in: self.zone, at: name("a.agents.test"), type: nil, limit: 10)
            #expect(left.map(\.data) == [second.data])
            #expect(await provider.apply([.remove(second)], in: self.zone) == [.done])
            #expect(try await provider.records(in: self.zone, at: name("a.agents.test"), type: .txt, limit: 10).isEmpty)
        }
    }

    @Test("takes every type, as dig and the zone's transfer show")
    func everyType() async throws {
        try await self.withServer { server, provider in
            let skipped: Set<String> = ["SOA", "RRSIG", "CNAME", "NS", "DS", "CDS", "CDNSKEY", "DNSKEY"]
            let vectors = PresentationTests.vectors.filter { !skipped.contains($0.0) }
            let records = vectors.enumerated().map { index, vector in
                record("r\(index).agents.test", vector.0, vector.1)
            }
            let results = await provider.apply(records.map { .add($0) }, in: self.zone)
            #expect(results.allSatisfy { $0 == .done }, "\(results)")
            for record in records {
                let text = try dig(server, record.name, record.data.type)
                #expect(try RecordData(type: record.data.type, presentation: text) == record.data, "\(text)")
            }
            let transferred = try await provider.records(in: self.zone, at: nil, type: nil, limit: 1_000)
            #expect(Set(records).isSubset(of: transferred))
            #expect(transferred.count == records.count + 3)
            let one = try await provider.records(in: self.zone, at: nil, type: .caa, limit: 1)
            #expect(one.count == 1 && one[0].data.type == .caa)
        }
    }

    @Test("finds out what an alias excludes, which BIND passes over in silence, and makes none of the batch")
    func conflicts() async throws {
        try await self.withServer { _, provider in
            let alias = record("a.agents.test", "CNAME", "b.agents.test.")
            let text = record("a.agents.test", "TXT", "x")
            let other = record("other.agents.test", "TXT", "x")
            #expect(await provider.apply([.add(alias)], in: self.zone) == [.done])
            #expect(await provider.apply([.add(alias)], in: self.zone) == [.done])
            let refused = await provider.apply([.add(other), .add(text)], in: self.zone)
            #expect(self.failure(refused) == [.conflict, .conflict])
            #expect("\(refused[1])".contains("CNAME b.agents.test."))
            #expect(try await provider.records(in: self.zone, at: other.name, type: nil, limit: 1).isEmpty)
            let second = record("a.agents.test", "CNAME", "c.agents.test.")
            #expect(self.failure(await provider.apply([.add(second)], in: self.zone)) == [.conflict])
            // In one batch an alias may make room, and come back.
            #expect(await provider.apply([.remove(alias), .add(text)], in: self.zone) == [.done, .done])
            #expect(self.failure(await provider.apply([.add(alias)], in: self.zone)) == [.conflict])
            #expect(await provider.apply([.remove(text), .add(second)], in: self.zone) == [.done, .done])
            let state = try await provider.records(in: self.zone, at: alias.name, type: nil, limit: 9)
            #expect(state.map(\.data) == [second.data])
        }
    }

    @Test("sends nothing that is not the zone's or not a record")
    func refusesBefore() async throws {
        try await self.withServer { _, provider in
            let good = RecordChange.add(record("ok.agents.test", "TXT", "x"))
            for bad in [
                record("a.elsewhere.test", "TXT", "x"), record("agents.test", "CNAME", "b."),
                record("agents.test", "SOA", "a. b. 1 2 3 4 5"), record("a.agents.test", "TXT", "x", ttl: 1 << 31),
                ResourceRecord(name: name("a.agents.test"), ttl: 1, data: .a([1])),
            ] {
                let results = await provider.apply([good, .add(bad)], in: self.zone)
                #expect(self.failure(results) == [.invalid, .invalid])
            }
            let found = try await provider.records(in: self.zone, at: name("ok.agents.test"), type: nil, limit: 1)
            #expect(found.isEmpty)
            #expect(await provider.apply([], in: self.zone).isEmpty)
        }
    }

    @Test("says why a server refuses: key, secret, algorithm, grant, zone")
    func refusals() async throws {
        try await self.withServer([
            NamedZone("agents.test"),
            NamedZone("closed.test", updatePolicy: "grant \(NamedServer.keyName) name other.test TXT;"),
            NamedZone("shut.test", transfer: "none"),
        ]) { server, provider in
            let change = RecordChange.add(record("a.agents.test", "TXT", "x"))
            let wrongSecret = try server.key(secret: Data(repeating: 7, count: 32).base64EncodedString())
            for (key, reason) in [
                (wrongSecret, "BADSIG"), (try server.key("nobody"), "BADKEY"),
                (try server.key(NamedServer.keyName, .hmacSHA512), "BADKEY"),
            ] {
                let results = await (try server.provider(key: key)).apply([change], in: self.zone)
                #expect(self.failure(results) == [.unauthorized])
                #expect("\(results)".contains(reason))
                #expect(!"\(results)".contains(server.secret))
            }
            let closed = RecordChange.add(record("a.closed.test", "TXT", "x"))
            #expect(self.failure(await provider.apply([closed], in: name("closed.test"))) == [.unauthorized])
            let foreign = RecordChange.add(record("a.nowhere.test", "TXT", "x"))
            #expect(self.failure(await provider.apply([foreign], in: name("nowhere.test"))) == [.noSuchZone])
            await #expect(throws: ProviderFailure.self) { try await provider.nameServers(of: name("nowhere.test")) }
            for (zone, kind) in [("shut.test", ProviderFailure.Kind.unsupported), ("nowhere.test", .noSuchZone)] {
                let failure = await #expect(throws: ProviderFailure.self) {
                    try await provider.records(in: name(zone), at: nil, type: nil, limit: 9)
                }
                #expect(failure?.kind == kind, "\(String(describing: failure))")
            }
            #expect(try await provider.nameServers(of: self.zone) == [name("ns.agents.test")])
        }
    }

    @Test("follows the server's clock when ours is wrong (BADTIME), whichever way", arguments: [-7_200.0, 7_200.0])
    func clock(_ difference: Double) async throws {
        try await self.withServer { server, _ in
            let provider = try server.provider(now: { Date().addingTimeInterval(difference) })
            for text in ["one", "two"] {
                let change = RecordChange.add(record("a.agents.test", "TXT", text))
                #expect(await provider.apply([change], in: self.zone) == [.done])
            }
            let found = try await provider.records(in: self.zone, at: name("a.agents.test"), type: .txt, limit: 5)
            #expect(found.count == 2)
        }
    }

    @Test("sends a batch too large for one message in several, in order")
    func large() async throws {
        try await self.withServer { _, provider in
            let records = (0..<40).map { index in
                ResourceRecord(
                    name: name("big\(index).agents.test"),
                    ttl: 60,
                    data: .text(String(repeating: "x", count: 2_000))
                )
            }
            let results = await provider.apply(records.map { .add($0) }, in: self.zone)
            #expect(results == records.map { _ in .done })
            let found = try await provider.records(in: self.zone, at: nil, type: .txt, limit: 100)
            #expect(Set(found) == Set(records))
        }
    }

    @Test("changes of many at once to one name and to many are all made")
    func concurrent() async throws {
        try await self.withServer { _, provider in
            let results = await withTaskGroup(of: [ChangeResult].self) { group in
                for index in 0..<60 {
                    let owner = index.isMultiple(of: 2) ? "shared.agents.test" : "own\(index).agents.test"
                    group.addTask {
                        await provider.apply(
                            [.add(record(owner, "TXT", "value-\(index)"))],
                            in: name("agents.test")
                        )
                    }
                }
                return await group.reduce(into: []) { $0 += $1 }
            }
            #expect(results.allSatisfy { $0 == .done })
            let shared = try await provider.records(
                in: self.zone,
                at: name("shared.agents.test"),
                type: .txt,
                limit: 100
            )
            #expect(shared.count == 30)
        }
    }

    @Test("a server that fails is asked again until the time is over, one that is gone too")
    func unavailable() async throws {
        let server = try await ScriptedServer { request, _ in
            guard let message = try? Message(wire: request) else { return [] }
            var answer = message.answered([], .serverFailure)
            answer.additionals = []
            return (try? answer.wire()).map { [$0] } ?? []
        }
        let key = try TSIGKey(name: name("k"), algorithm: .hmacSHA256, secret: [UInt8](repeating: 1, count: 32))
        let change = RecordChange.add(record("a.agents.test", "TXT", "x"))
        func results() async throws -> [ChangeResult] {
            let configuration = RFC2136Provider.Configuration(
                server: server.address,
                key: key,
                limit: .milliseconds(400)
            )
            return await RFC2136Provider(configuration, client: .test, clock: ContinuousClock(), now: { Date() })
                .apply([change], in: name("agents.test"))
        }
        let failing = try await results()
        #expect(self.failure(failing) == [.unavailable])
        await server.stop()
        let gone = try await results()
        #expect(self.failure(gone) == [.unavailable])
    }
}

/// What dig prints of a record's data.
func dig(_ server: NamedServer, _ name: DomainName, _ type: RecordType) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/dig")
    process.arguments = [
        "@127.0.0.1", "-p", "\(server.port)", "+norecurse", "+short", "+tries=2", "-t", "\(type)", name.absolute,
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
}
