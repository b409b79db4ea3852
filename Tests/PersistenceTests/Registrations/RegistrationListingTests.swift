// Listings of registrations and of events, and how they are searched.

import AuditLog
import Foundation
import GRDB
import PKIX
import RegistrationAuthority
import TestSupport
import Testing

@testable import Persistence

/// Every statement about registrations, with the index that it must search by.
private let statements: [(sql: String, indexes: [String])] = [
    (RegistrationRow.find, ["PRIMARY KEY (id=?)"]),
    (RegistrationRow.update, ["PRIMARY KEY (id=?)"]),
    (RegistrationRow.takeLease, ["PRIMARY KEY (id=?)"]),
    (RegistrationRow.holdsName, ["registrations_by_name (ans_name=?)"]),
    (RegistrationRow.holdsHost, ["registrations_held (host=?)"]),
    (RegistrationRow.countOfHost, ["registrations_held (host=?)"]),
    (RegistrationRow.begunByOwner, ["registrations_by_host (host=?"]),
    (RegistrationRow.heldUntil, ["registrations_by_host (host=?"]),
    (RegistrationRow.heldByOthers, ["registrations_held (host=?)"]),
    (RegistrationRow.countOfOwner, ["INDEX registrations_of_owner (owner=?)"]),
    (RegistrationRow.boundTo, ["registrations_by_key (thumbprint=?)"]),
    (RegistrationRow.due, ["registrations_due (due_at<?)"]),
    (RegistrationEventRow.list, ["e USING INTEGER PRIMARY KEY (rowid>?)", "r USING PRIMARY KEY (id=?)"]),
    (
        RegistrationEventRow.listOfOwner,
        ["registration_events_by_owner (owner=? AND rowid>?)", "r USING PRIMARY KEY (id=?)"]
    ),
    (NonceRow.forget, ["PRIMARY KEY (key=? AND nonce=?)", "signature_nonces_by_age (until_ms<?)"]),
    (RateLimitRow.find, ["PRIMARY KEY (key=?)"]),
    (RateLimitRow.removeFull, ["PRIMARY KEY (key=?)", "rate_limits_by_end (full_at_ms<?)"]),
]

private struct Listing: CustomTestStringConvertible {
    let byOwner: Bool
    let byHost: Bool
    let hasCursor: Bool
    let hasStatus: Bool

    var testDescription: String {
        "owner \(self.byOwner), host \(self.byHost), cursor \(self.hasCursor), status \(self.hasStatus)"
    }

    var query: RegistrationQuery {
        RegistrationQuery(
            owner: self.byOwner ? "token:alice" : nil,
            host: self.byHost ? "a.agents.example" : nil,
            statuses: self.hasStatus ? [.active, .deprecated] : [],
            before: self.hasCursor ? agentID(50) : nil,
            limit: 10
        )
    }

    static let all = (0..<16).map { bits in
        Listing(byOwner: bits & 1 > 0, byHost: bits & 2 > 0, hasCursor: bits & 4 > 0, hasStatus: bits & 8 > 0)
    }
}

@Suite("Listings of registrations")
struct RegistrationListingTests {
    @Test("Every statement searches by an index", arguments: statements)
    func statement(sql: String, indexes: [String]) async throws {
        try await withSQLiteStore { store, _ in
            let plan = try await plan(sql, of: store)
            checkPlan(plan)
            for index in indexes { #expect(plan.contains { $0.contains(index) }, "\(plan)") }
        }
    }

    @Test("Every listing runs along an index that ends in the id, and sorts nothing", arguments: Listing.all)
    private func plans(_ listing: Listing) async throws {
        try await withSQLiteStore { store, _ in
            let found = try await plan(RegistrationRow.list(listing.query).sql, of: store)
            #expect(!found.contains { $0.contains("TEMP B-TREE") }, "\(found)")
            let range = listing.hasCursor ? " AND id<?" : ""
            // With both, either index will do.
            var expected: [String] = []
            if listing.byHost { expected.append("registrations_by_host (host=?\(range))") }
            if listing.byOwner { expected.append("registrations_by_owner (owner=?\(range))") }
            if expected.isEmpty { expected = [listing.hasCursor ? "(id<?)" : "SCAN"] }
            #expect(expected.contains { words in found.contains { $0.contains(words) } }, "\(found)")
        }
    }

    @Test("A listing gives what it names, newest first, and page after page all of it once", arguments: Listing.all)
    private func pages(_ listing: Listing) async throws {
        try await withSQLiteStore { store, _ in
            var all: [Registration] = []
            for number in 1...60 {
                let some = try registration(
                    number,
                    owner: number % 2 == 0 ? "token:alice" : "token:bob",
                    host: number % 4 == 0 ? "a.agents.example" : nil,
                    version: "1.\(number).0",
                    thumbprint: nil,
                    status: AgentStatus.allCases[number % 7],
                    isActivated: true
                )
                try await store.add(some)
                all.append(some)
            }
            var query = listing.query
            query.limit = 4
            let expected = all.reversed().filter { some in
                (query.owner == nil || some.owner == query.owner) && (query.host == nil || some.host == query.host)
                    && (query.statuses.isEmpty || query.statuses.contains(some.status))
                    && (query.before.map { some.id < $0 } ?? true)
            }
            var found: [Registration] = []
            while true {
                let page = try await store.registrations(query)
                #expect(page.count <= 4)
                found += page
                guard let last = page.last else { break }
                query.before = last.id
            }
            #expect(found == expected && !found.isEmpty)
        }
    }

    @Test("Those that hold their hosts are found among whatever else is pending there, and those below a name")
    func holders() async throws {
        try await withSQLiteStore { store, _ in
            // Whoever has proven nothing holds nothing, however many there are: they began after the holder, and before it had
            // proven anything itself.
            for number in 10..<30 {
                let pending = try registration(
                    number,
                    owner: "token:eve",
                    host: "a.agents.example",
                    version: "2.\(number).0",
                    zone: nil,
                    control: nil
                )
                let created = try await store.add(pending)
                #expect(created == .created(StoredRegistration(registration: pending, revision: 1)))
            }
            let live = ["a.agents.example", "b.agents.example", "x.a.agents.example", "a.bagents.example"]
            for (number, host) in live.enumerated() {
                try await store.add(try registration(number + 1, host: host, status: .active, isActivated: true))
            }
            func hosts(_ query: RegistrationQuery) async throws -> [String] {
                try await store.registrations(query).map(\.host).sorted()
            }
            let holding = RegistrationQuery(host: "a.agents.example", holdsHost: true, limit: 4)
            #expect(try await hosts(holding) == ["a.agents.example"])
            let below = RegistrationQuery(parent: "agents.example", holdsHost: true, limit: 9)
            #expect(try await hosts(below) == ["a.agents.example", "b.agents.example"])
            let others = RegistrationQuery(otherOwner: "token:alice", parent: "agents.example", limit: 99)
            #expect(try await store.registrations(others).count == 20)
            #expect(try await hosts(RegistrationQuery(parent: "example", holdsHost: true, limit: 9)).isEmpty)
            #expect(try await store.registrations(RegistrationQuery(parent: "agents.example", limit: 99)).count == 22)
        }
    }

    @Test("By key the newest that is pending or live is found")
    func byKey() async throws {
        try await withSQLiteStore { store, _ in
            for number in 1...3 { try await store.add(try registration(number, thumbprint: "key")) }
            try await store.change(agentID(3)) { $0.status = .revoked }
            #expect(try await store.registration(boundTo: "key")?.id == agentID(2))
            #expect(try await store.registration(boundTo: "another") == nil)
        }
    }

    @Test("Events are read on from a sequence, of one owner or of all, each with its registration as it was")
    func events() async throws {
        try await withSQLiteStore { store, _ in
            try await store.add(try registration(1))
            try await store.add(try registration(2, owner: "token:bob"))
            try await store.change(agentID(1), events: [.registered]) { $0.status = .active }
            try await store.change(agentID(2), events: [.registered]) { $0.status = .active }
            try await store.change(agentID(1), events: [.renewed, .revoked]) { $0.attempts = 5 }
            let all = try await store.events(after: 0, owner: nil, limit: 9)
            #expect(all.map(\.type) == [.registered, .registered, .renewed, .revoked])
            #expect(all.map(\.owner) == ["token:alice", "token:bob", "token:alice", "token:alice"])
            #expect(all.map(\.registration.attempts) == [0, 0, 5, 5])
            #expect(all.map(\.registration.status) == [.active, .active, .active, .revoked])
            #expect(zip(all, all.dropFirst()).allSatisfy { $0.sequence < $1.sequence })
            #expect(try await store.events(after: all[1].sequence, owner: nil, limit: 1) == [all[2]])
            #expect(try await store.events(after: 0, owner: "token:bob", limit: 9) == [all[1]])
            #expect(try await store.events(after: all[3].sequence, owner: "token:alice", limit: 9).isEmpty)
        }
    }

    @Test("An event is neither changed nor removed")
    func immutableEvents() async throws {
        try await withSQLiteStore { store, _ in
            try await store.add(try registration(1))
            try await store.change(agentID(1), events: [.registered])
            for sql in ["UPDATE registration_events SET type = 'x'", "DELETE FROM registration_events"] {
                await #expect(throws: (any Error).self) { try await store.write { try $0.database.execute(sql: sql) } }
            }
            #expect(try await store.events(after: 0, owner: nil, limit: 9).map(\.type) == [.registered])
        }
    }

    @Test("Among a hundred thousand agents one is added, found, listed and claimed as among none")
    func large() async throws {
        try await withSQLiteStore { store, _ in
            let model = try registration(1, status: .active, step: .none, isActivated: true)
            try await store.add(model)
            try await store.write { transaction in
                try transaction.database.execute(
                    sql: """
                        WITH RECURSIVE numbers (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < 100000)
                        INSERT INTO registrations (id, owner, ans_name, host, zone, thumbprint, status, holds_name,
                            holds_host, revision, due_at, document)
                        SELECT printf('01990000-0000-7000-8000-%012x', n), 'token:' || (n % 1000), 'ans://' || n,
                            'h' || n, zone, 'key' || n, 'ACTIVE', 1, 1, 1, 9000000000000, document
                        FROM numbers, registrations WHERE registrations.id = ?
                        """,
                    arguments: [model.id.description]
                )
            }
            let start = ContinuousClock.now
            for number in 200_001...200_100 {
                try await store.add(try registration(number), dueAt: noon.date, atMost: 1_000)
                let lease = WorkLease(holder: "one", until: noon.date + 60)
                #expect(try await store.claim(dueAt: noon.date, lease: lease, limit: 9).count == 1)
                _ = try await store.registrations(RegistrationQuery(owner: "token:7", limit: 10))
                #expect(try await store.registration(boundTo: "key\(number % 1_000 + 2)") != nil)
            }
            // Each is a handful of look-ups; a walk through the table would take minutes.
            #expect(ContinuousClock.now - start < .seconds(20))
        }
    }
}
