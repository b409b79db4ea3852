// What `RegistrationStore` promises, on SQLite.

import AuditLog
import CertificateAuthority
import Foundation
import PKIX
import RegistrationAuthority
import TestSupport
import Testing

@testable import Persistence

@Suite("Registrations in a store")
struct RegistrationContractTests {
    private func isCreated(_ creation: RegistrationCreation) -> Bool {
        if case .created = creation { true } else { false }
    }

    @Test("A registration comes back as it went in, with each of its members, also after a change and a restart")
    func roundTrip() async throws {
        try await withTemporaryDirectory { directory in
            let store = try SQLiteStore(path: directory + "/signet.db", clock: ContinuousClock())
            var full = try fullRegistration(1)
            let lease = WorkLease(holder: "one/1", until: noon.date + 60)
            let stored = StoredRegistration(registration: full, revision: 1, lease: lease)
            #expect(try await store.add(full, dueAt: noon.date, lease: lease) == .created(stored))
            #expect(try await store.registration(full.id) == stored)
            #expect(try await store.registrations(RegistrationQuery(limit: 9)) == [full])
            #expect(try await store.registration(boundTo: "thumb") == full)
            let bare = try registration(2, zone: nil, thumbprint: nil)
            try await store.add(bare)
            #expect(try await store.registration(bare.id) == StoredRegistration(registration: bare, revision: 1))
            full.attempts = 0
            full.failure = nil
            full.challenge = nil
            full.ending = nil
            full.expiresAt = nil
            full.activatedAt = nil
            full.status = .failed
            let updated = try await store.change(full.id) { $0 = full }
            #expect(updated == StoredRegistration(registration: full, revision: 2))
            await store.close()
            let reopened = try SQLiteStore(path: directory + "/signet.db", clock: ContinuousClock())
            #expect(try await reopened.registration(full.id) == updated)
            #expect(try await reopened.registration(agentID(3)) == nil)
            await reopened.close()
        }
    }

    @Test("Every state, step and kind of event comes back")
    func enumerations() async throws {
        try await withSQLiteStore { store, _ in
            var number = 0
            for status in AgentStatus.allCases {
                for step in RegistrationStep.allCases {
                    number += 1
                    let some = try registration(number, status: status, step: step)
                    try await store.add(some)
                    #expect(try await store.registration(some.id)?.registration == some)
                }
            }
            for type in RegistrationEventType.allCases { try await store.change(agentID(1), events: [type]) }
            let events = try await store.events(after: 0, owner: nil, limit: 9)
            #expect(events.map(\.type) == RegistrationEventType.allCases)
        }
    }

    @Test("A name is held by what is pending or was once active; by what failed it is not")
    func names() async throws {
        let cases: [(AgentStatus, isActivated: Bool, isTaken: Bool)] = [
            (.pendingValidation, false, true), (.pendingDNS, false, true), (.active, true, true),
            (.deprecated, true, true), (.revoked, true, true), (.expired, true, true), (.revoked, false, false),
            (.failed, false, false),
        ]
        for (status, isActivated, isTaken) in cases {
            try await withSQLiteStore { store, _ in
                let holder = try registration(1, host: "a.agents.example", status: status, isActivated: isActivated)
                #expect(isCreated(try await store.add(holder)))
                let same = try registration(2, host: "a.agents.example")
                #expect((try await store.add(same) == .nameTaken) == isTaken, "\(status)")
                let holdsHost = status.isPending || status.isLive
                #expect(try await store.isHeld(host: "a.agents.example") == (holdsHost || !isTaken), "\(status)")
                // What was refused is not there, and is in no log.
                #expect(try await store.registration(same.id) == nil || !isTaken)
                #expect(try await store.head()?.sequence == (isTaken ? 1 : 2))
            }
        }
    }

    @Test("A host is its owner's; in a zone of ours it is its first key's, elsewhere any key's")
    func hosts() async throws {
        try await withSQLiteStore { store, _ in
            for (base, zone) in [(0, "agents.example" as String?), (10, nil)] {
                let host = zone.map { "a.\($0)" } ?? "a.customer.example"
                func add(_ number: Int, owner: String = "token:alice", thumbprint: String? = "key") async throws
                    -> RegistrationCreation
                {
                    let some = try registration(
                        base + number,
                        owner: owner,
                        host: host,
                        version: "\(number).0.0",
                        zone: zone,
                        thumbprint: thumbprint
                    )
                    return try await store.add(some)
                }
                #expect(isCreated(try await add(1)))
                #expect(isCreated(try await add(2)))
                #expect(try await add(3, owner: "token:bob") == .hostTaken)
                #expect(try await (add(4, thumbprint: "another") == .hostTaken) == (zone != nil))
                #expect(try await (add(5, thumbprint: nil) == .hostTaken) == (zone != nil))
                for number in [1, 2, 4, 5] {
                    try await store.change(agentID(base + number)) { $0.status = .revoked }
                }
                #expect(try await !store.isHeld(host: host))
                #expect(isCreated(try await add(6, owner: "token:bob", thumbprint: "another")))
            }
        }
    }

    @Test("A host has at most as many versions as are admitted, also when control of one more is proven later")
    func hostFull() async throws {
        try await withSQLiteStore { store, _ in
            let host = "a.customer.example"
            let begun = try registration(1, host: host, version: "9.0.0", zone: nil, control: nil)
            #expect(isCreated(try await store.add(begun)))
            let limit = RegistrationAuthority.Budget.registrationsOfHost
            for number in 2...(limit + 1) {
                let some = try registration(number, host: host, version: "1.0.\(number)", zone: nil)
                #expect(isCreated(try await store.add(some)))
            }
            let more = try registration(limit + 2, host: host, version: "8.0.0", zone: nil)
            #expect(try await store.add(more) == .hostFull)
            await #expect(throws: RegistrationError(.tooManyAgents, "")) {
                try await store.change(begun.id) { $0.control = .dns01 }
            }
            // A place that is left is taken.
            try await store.change(agentID(2)) { $0.status = .revoked }
            #expect(try await store.change(begun.id) { $0.control = .dns01 } != nil)
        }
    }

    @Test("An owner has at most as many as are admitted; those that ended do not count, nor those of others")
    func atMost() async throws {
        try await withSQLiteStore { store, _ in
            #expect(isCreated(try await store.add(try registration(1), atMost: 2)))
            #expect(isCreated(try await store.add(try registration(2, owner: "token:bob"), atMost: 2)))
            #expect(isCreated(try await store.add(try registration(3), atMost: 2)))
            #expect(try await store.add(try registration(4), atMost: 2) == .tooMany)
            try await store.change(agentID(1)) { $0.status = .expired }
            #expect(isCreated(try await store.add(try registration(4), atMost: 2)))
        }
    }

    @Test("Of many that want one name at once, one gets it")
    func race() async throws {
        try await withSQLiteStore { store, _ in
            let created = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 1...50 {
                    group.addTask {
                        let some = try registration(number, owner: "token:\(number)", host: "a.agents.example")
                        return isCreated(try await store.add(some))
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(created == 1)
            #expect(try await store.head()?.sequence == 1)
        }
    }

    @Test("A change made from an older revision is refused, with its audit entries and events")
    func revisions() async throws {
        try await withSQLiteStore { store, _ in
            let first = try registration(1)
            try await store.add(first)
            let stale = RegistrationChange(
                first,
                from: 1,
                dueAt: nil,
                audit: [event()],
                events: [RegistrationEvent(.registered, at: noon.date)]
            )
            #expect(try await store.update(stale)?.revision == 2)
            #expect(try await store.update(stale) == nil)
            #expect(try await store.head()?.sequence == 2)
            #expect(try await store.events(after: 0, owner: nil, limit: 9).count == 1)
            let unknown = RegistrationChange(try registration(9), from: 1, dueAt: nil, audit: [event()])
            #expect(try await store.update(unknown) == nil)
            // Of many that change one revision at once, one does.
            let changed = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<30 {
                    group.addTask {
                        try await store.update(RegistrationChange(first, from: 2, dueAt: nil, audit: [])) != nil
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(changed == 1)
        }
    }

    @Test("A nonce is new once for a key; forgotten ones that are over are new again, and no others")
    func nonces() async throws {
        try await withSQLiteStore { store, _ in
            #expect(try await store.useNonce("n", of: "key", until: noon.date + 90))
            #expect(try await !store.useNonce("n", of: "key", until: noon.date + 900))
            #expect(try await store.useNonce("n", of: "other", until: noon.date + 91))
            let new = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<30 { group.addTask { try await store.useNonce("m", of: "key", until: noon.date + 90) } }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(new == 1)
            let over = (noon.secondsSinceEpoch + 90) * 1_000
            #expect(try await store.forgetNonces(before: over, limit: 9) == 0)
            #expect(try await store.forgetNonces(before: over + 1, limit: 1) == 1)
            #expect(try await store.forgetNonces(before: over + 1, limit: 9) == 1)
            #expect(try await store.useNonce("n", of: "key", until: noon.date + 900))
            #expect(try await !store.useNonce("n", of: "other", until: noon.date + 900))
        }
    }
}
