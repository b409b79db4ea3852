// Registrations when the process ends at a commit, and the store of an older version.

import AuditLog
import CertificateAuthority
import Foundation
import GRDB
import PKIX
import RegistrationAuthority
import TestSupport
import Testing

@testable import Persistence

@Suite("Durability of registrations")
struct RegistrationDurabilityTests {
    @Test("A change, its lease, its audit entries and its events are there together, or none of them")
    func kill() async throws {
        try await withTemporaryDirectory { directory in
            let snapshots = Snapshots(directory: directory)
            let path = directory + "/signet.db"
            let store = try SQLiteStore(path: path, clock: ContinuousClock(), onStep: snapshots.onStep)
            let lease = WorkLease(holder: "one/1", until: noon.date + 60)
            for number in 1...4 {
                let some = try registration(number)
                try await store.add(some, dueAt: noon.date, lease: lease)
                let never = try reopen(snapshots.before)
                #expect(try await never.registration(some.id) == nil)
                #expect(try await never.head()?.sequence ?? 0 == Int64(2 * number - 2))
                let begun = try reopen(snapshots.after)
                #expect(try await begun.registration(some.id)?.lease == lease)
                #expect(try await begun.head()?.sequence == Int64(2 * number - 1))

                try await store.change(some.id, events: [.registered]) { $0.status = .active }
                let before = try reopen(snapshots.before)
                #expect(try await before.registration(some.id) == begun.registration(some.id))
                #expect(try await before.events(after: 0, owner: nil, limit: 9).count == number - 1)
                #expect(try await before.head()?.sequence == Int64(2 * number - 1))
                let after = try reopen(snapshots.after)
                let stored = try await after.registration(some.id)
                #expect(stored?.registration.status == .active && stored?.lease == nil && stored?.revision == 2)
                #expect(try await after.events(after: 0, owner: nil, limit: 9).count == number)
                #expect(try await after.head()?.sequence == Int64(2 * number))
                for copy in [never, begun, before, after] {
                    try await checkStore(copy)
                    await copy.close()
                }
            }
            await store.close()
        }
    }

    @Test("A change whose event cannot be written is not made, and its audit entry is not there")
    func eventFails() async throws {
        try await withSQLiteStore { store, _ in
            try await store.add(try registration(1))
            try await store.write {
                try $0.database.execute(
                    sql: """
                        CREATE TRIGGER no_events BEFORE INSERT ON registration_events
                            BEGIN SELECT RAISE(ABORT, 'full'); END
                        """
                )
            }
            await #expect(throws: AuthorityError(.storeFailed, "")) {
                try await store.change(agentID(1), events: [.registered]) { $0.status = .active }
            }
            #expect(try await store.registration(agentID(1))?.revision == 1)
            #expect(try await store.head()?.sequence == 1)
        }
    }

    @Test("A database of the second version keeps what it has, and takes registrations")
    func migration() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/signet.db"
            let queue = try DatabaseQueue(path: path)
            try Schema.migrator.migrate(queue, upTo: "2 revocation")
            try await queue.write { database in
                try database.execute(
                    sql: """
                        INSERT INTO certificates (serial, state, issuer, profile, profile_hash, agent, names,
                            public_key_hash, not_before, not_after, scheme, begun_at, actor, issued_at, certificate)
                        VALUES (x'5A0102030405060708', 1, 'agents', 'agent-tls', x'00', 'a.example', 'dns:x', x'01', 0,
                            ?, 'ed25519', 0, 'system', 0, x'3000');
                        """,
                    arguments: [noon.secondsSinceEpoch + 60]
                )
                try database.execute(
                    sql: """
                        INSERT INTO api_tokens (id, name, role, created, secret_hash)
                        VALUES ('0011223344556677', 'n', 'issuer', 0, x'00')
                        """
                )
            }
            try queue.close()
            let store = try SQLiteStore(path: path, clock: ContinuousClock())
            #expect(try await allPages(of: CertificateQuery(at: noon), in: store).map(\.agent) == ["a.example"])
            #expect(try await store.token(id: "0011223344556677")?.role == .issuer)
            #expect(try await store.registrations(RegistrationQuery(limit: 9)).isEmpty)
            try await store.add(try registration(1))
            #expect(try await store.registration(agentID(1)) != nil)
            try await checkStore(store)
            await store.close()
        }
    }

    @Test("A document of an older version has no server certificates, and is read as before")
    func olderDocument() throws {
        let document = try RegistrationRow.document(try registration(1))
        #expect(!document.contains("server"))
        let full = try RegistrationRow.document(try fullRegistration(2))
        #expect(full.contains("serverRequests") && full.contains("serverEndsAt"))
    }

    @Test(
        "Notices keep their sequence in the ninth migration, also when all of them are forgotten, and have more types"
    )
    func noticesMigration() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/signet.db"
            let queue = try DatabaseQueue(path: path)
            try Schema.migrator.migrate(queue, upTo: "8 identities")
            let some = try registration(1, status: .active, step: .none, isActivated: true)
            let document = try RegistrationRow.document(some)
            try await queue.write { database in
                try database.execute(
                    sql: """
                        INSERT INTO registrations (id, owner, ans_name, host, status, holds_name, holds_host, revision, document)
                        VALUES (?, 'token:alice', ?, ?, 'ACTIVE', 1, 1, 1, ?)
                        """,
                    arguments: [some.id.description, some.ansName, some.host, document]
                )
                for percent in 1...5 {
                    try database.execute(
                        sql: """
                            INSERT INTO agent_notices (type, at_ms, notice_owner, agent_id, ends_ms, percent_left)
                            VALUES ('AGENT_EXPIRING', 1, 'token:alice', ?, 2, ?)
                            """,
                        arguments: [some.id.description, percent]
                    )
                }
                try database.execute(sql: "DELETE FROM agent_notices WHERE percent_left <> 4")
            }
            try queue.close()
            let store = try SQLiteStore(path: path, clock: ContinuousClock())
            #expect(try await store.notices(after: 0, limit: 9).map(\.sequence) == [4])
            let notice = AgentNotice(
                .serverFailing,
                at: noon.date,
                owner: some.owner,
                agent: some.id,
                reminder: AgentNotice.Reminder(ends: noon.date + 60, percentLeft: 33)
            )
            // Told of once, however often it is said.
            for revision in Int64(1)...2 {
                let change = RegistrationChange(some, from: revision, dueAt: nil, audit: [], notices: [notice])
                #expect(try await store.update(change) != nil)
            }
            try await store.change(some.id) { $0.status = .failed }
            let notices = try await store.notices(after: 4, limit: 9)
            #expect(notices.map(\.notice.type) == [.serverFailing, .failed])
            // Sequences rise above all that were given out before.
            #expect(notices.allSatisfy { $0.sequence > 5 })
            #expect(notices.first?.notice == notice)
            try await checkStore(store)
            await store.close()
        }
    }
}
