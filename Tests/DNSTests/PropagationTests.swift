import Foundation
import Synchronization
import TestSupport
import Testing

@testable import DNS

@Suite("Propagation")
struct PropagationTests {
    let wanted = record("a.agents.test", "TXT", "new")
    let old = record("a.agents.test", "TXT", "old")

    private func expectation() -> RecordExpectation {
        RecordExpectation(name: self.wanted.name, type: .txt, present: [self.wanted.data], absent: [self.old.data])
    }

    private func propagation(_ addresses: [ServerAddress]) -> Propagation {
        let client = DNSClient(generator: SystemRandomNumberGenerator(), timeout: .milliseconds(600), attempts: 1)
        let resolver = Resolver(client: client, servers: [], overrides: [name("agents.test"): addresses])
        return Propagation(resolver: resolver, clock: ContinuousClock())
    }

    @Test("is complete when the last server shows the new and no longer the old")
    func arrives() async throws {
        let asked = Mutex(0)
        let quick = try await ScriptedServer { [wanted] in $0.answered([wanted]) }
        let slow = try await ScriptedServer { [wanted, old] request in
            let count = asked.withLock {
                $0 += 1
                return $0
            }
            return request.answered(count < 3 ? [old] : count < 4 ? [old, wanted] : [wanted])
        }
        let report = try await self.propagation([quick.address, slow.address])
            .wait(for: [self.expectation()], within: .seconds(20))
        #expect(report.isComplete && report.reasons.isEmpty && report.entries.count == 2)
        #expect(asked.withLock { $0 } == 4)
        await quick.stop()
        await slow.stop()
    }

    @Test("says of each server why it is not: refused, failing, stale, an alias, lame, silent, gone")
    func reasons() async throws {
        let wanted = self.wanted
        let old = self.old
        let servers = [
            try await ScriptedServer { $0.answered([wanted]) }, try await ScriptedServer { $0.answered([], .refused) },
            try await ScriptedServer { $0.answered([], .serverFailure) },
            try await ScriptedServer { $0.answered([old]) }, try await ScriptedServer { $0.answered([], .nameError) },
            try await ScriptedServer { $0.answered([record("a.agents.test", "CNAME", "b.agents.test.")]) },
            try await ScriptedServer { $0.answered([wanted], isAuthoritative: false) },
            try await ScriptedServer { _ in nil },
        ]
        let report = try await self.propagation(servers.map(\.address))
            .wait(for: [self.expectation()], within: .milliseconds(100))
        #expect(!report.isComplete)
        #expect(
            report.entries.map(\.finding) == [
                .records([wanted.data]), .failure(.refused), .failure(.serverFailure), .records([old.data]),
                .records([]), .alias(name("b.agents.test")), .notAuthoritative, .silent,
            ]
        )
        #expect(report.reasons.count == 7)
        #expect(report.reasons[2].contains(#"TXT has "old"; expected: "new", not "old""#), "\(report.reasons[2])")
        #expect(report.reasons[0].hasPrefix("\(servers[1].address): a.agents.test TXT answers REFUSED"))
        for server in servers { await server.stop() }
    }

    @Test("of changes made at a real BIND is seen at once; of removals too")
    func bind() async throws {
        let server = try await NamedServer.start(zones: [NamedZone("agents.test")])
        defer { server.stop() }
        let provider = try server.provider()
        let propagation = self.propagation([try server.address])
        let adds = [self.wanted, record("agents.test", "CAA", "0 issue x")].map(RecordChange.add)
        for changes in [adds, adds.map { .remove($0.record) }] {
            let before = try await propagation.check(RecordExpectation.of(changes))
            #expect(!before.isComplete)
            #expect(await provider.apply(changes, in: name("agents.test")).allSatisfy { $0 == .done })
            let start = ContinuousClock.now
            let report = try await propagation.wait(for: RecordExpectation.of(changes), within: .seconds(5))
            #expect(report.isComplete, "\(report.reasons)")
            #expect(ContinuousClock.now - start < .seconds(2))
        }
    }
}
