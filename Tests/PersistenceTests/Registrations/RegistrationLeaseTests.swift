// How work is shared out: what is due, who has it, and who keeps it when an owner changes it meanwhile.

import AuditLog
import Foundation
import PKIX
import RegistrationAuthority
import TestSupport
import Testing

@testable import Persistence

@Suite("Leases on registrations")
struct RegistrationLeaseTests {
    private let soon = WorkLease(holder: "one/1", until: noon.date + 60)

    @Test("What is due and nobody has is claimed, the oldest due first, as many as are asked for")
    func due() async throws {
        try await withSQLiteStore { store, _ in
            try await store.add(try registration(1), dueAt: noon.date + 3)
            try await store.add(try registration(2), dueAt: noon.date + 1)
            try await store.add(try registration(3), dueAt: nil)
            try await store.add(try registration(4), dueAt: noon.date + 2, lease: soon)
            try await store.add(try registration(5), dueAt: noon.date + 2)
            let two = WorkLease(holder: "two/1", until: noon.date + 100)
            #expect(try await store.claim(dueAt: noon.date, lease: two, limit: 9).isEmpty)
            let first = try await store.claim(dueAt: noon.date + 2, lease: two, limit: 1)
            #expect(first.map(\.registration.id) == [agentID(2)] && first[0].lease == two && first[0].revision == 1)
            #expect(try await store.registration(agentID(2)) == first[0])
            let rest = try await store.claim(dueAt: noon.date + 50, lease: two, limit: 9)
            #expect(rest.map(\.registration.id) == [agentID(5), agentID(1)])
            #expect(try await store.claim(dueAt: noon.date + 59.999, lease: two, limit: 9).isEmpty)
            // A lease that is over is nobody's.
            let over = try await store.claim(dueAt: noon.date + 60, lease: two, limit: 9)
            #expect(over.map(\.registration.id) == [agentID(4)])
            #expect(try await store.claim(dueAt: noon.date + 100, lease: two, limit: 9).count == 4)
        }
    }

    @Test("Of several claimants at once each registration has one, on one store or two of one file")
    func claimants() async throws {
        try await withSQLiteStore { store, path in
            let other = try SQLiteStore(path: path, clock: ContinuousClock())
            for number in 1...60 { try await store.add(try registration(number), dueAt: noon.date) }
            let claimed = try await withThrowingTaskGroup(of: [AgentID].self) { group in
                for number in 0..<16 {
                    group.addTask {
                        let lease = WorkLease(holder: "node/\(number)", until: noon.date + 60)
                        return try await (number % 2 == 0 ? store : other)
                            .claim(dueAt: noon.date, lease: lease, limit: 10).map(\.registration.id)
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(claimed.count == 60 && Set(claimed).count == 60)
            await other.close()
        }
    }

    @Test("A change gives the lease back, or keeps it")
    func release() async throws {
        try await withSQLiteStore { store, _ in
            try await store.add(try registration(1), dueAt: noon.date, lease: soon)
            let kept = try await store.change(agentID(1), dueAt: noon.date, lease: soon)
            #expect(kept?.lease == soon)
            #expect(try await store.change(agentID(1), dueAt: noon.date)?.lease == nil)
            let two = WorkLease(holder: "two/1", until: noon.date + 60)
            #expect(try await store.claim(dueAt: noon.date, lease: two, limit: 9).count == 1)
        }
    }

    @Test("A change that yields leaves a lease to whoever has it, and takes one that is over or not there")
    func yield() async throws {
        try await withSQLiteStore { store, _ in
            let two = WorkLease(holder: "two/1", until: noon.date + 90)
            try await store.add(try registration(1), dueAt: noon.date, lease: soon)
            for lease in [two, nil] {
                let changed = try await store.change(agentID(1), lease: lease, yieldsAt: noon.date + 59.999)
                #expect(changed?.lease == soon)
            }
            #expect(try await store.change(agentID(1), lease: two, yieldsAt: noon.date + 60)?.lease == two)
            #expect(try await store.change(agentID(1), yieldsAt: noon.date + 90)?.lease == nil)
            #expect(try await store.change(agentID(1), lease: two, yieldsAt: noon.date)?.lease == two)
        }
    }
}
