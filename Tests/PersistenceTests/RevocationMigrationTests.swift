// The second migration over a database of the first, and what many revocations cost.

import AuditLog
import CertificateAuthority
import GRDB
import PKIX
import TestSupport
import Testing

@testable import Persistence

private let full = CRLPartition(issuer: "agents")
private let epoch = CertificateTime(secondsSinceEpoch: 0)

/// Certificates written as the first version did: `Z` and eight digits for a serial number.
private func fill(_ database: Database, rows: Int, revoked: Int) throws {
    try database.execute(
        sql: """
            WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)
            INSERT INTO certificates (serial, state, issuer, profile, profile_hash, agent, names, public_key_hash,
                not_before, not_after, scheme, begun_at, actor, issued_at, certificate, revoked_at, revocation_reason)
            SELECT CAST(printf('Z%08d', n) AS BLOB), iif(n <= ?2, 3, 1), 'agents', 'agent-tls', x'00',
                'agent-' || (n % 100) || '.example', 'dns:x', x'01', 0, ?3 + n, 'ed25519', 0, 'system', 0, x'3000',
                iif(n <= ?2, ?3 - n, NULL), iif(n <= ?2, 4, NULL)
            FROM numbers
            """,
        arguments: [rows, revoked, noon.secondsSinceEpoch]
    )
}

private func serialZ(_ number: Int) -> SerialNumber {
    let digits = String(number)
    return try! SerialNumber(bytes: ("Z" + String(repeating: "0", count: 8 - digits.count) + digits).utf8)
}

private struct NotRevoked: Error {
    let outcome: RevocationOutcome
}

@Suite("Revocations on SQLite")
struct RevocationMigrationTests {
    @Test("Revocations of the first version are carried over, the oldest first")
    func migration() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/signet.db"
            let queue = try DatabaseQueue(path: path)
            try Schema.migrator.migrate(queue, upTo: "1 API tokens")
            try await queue.write { try fill($0, rows: 9, revoked: 3) }
            try queue.close()
            let store = try SQLiteStore(path: path, clock: ContinuousClock())
            let feed = try await store.changes(after: 0, limit: 10)
            #expect(feed.map(\.serialNumber) == [3, 2, 1].map(serialZ))
            #expect(feed.map(\.at) == [noon + -3, noon + -2, noon + -1])
            let expected = Revocation(revokedAt: noon + -2, reason: .superseded, invalidityDate: nil)
            #expect(feed[1].revocation == expected && feed[1].kind == .revoked && feed[1].shard == 0)
            let inForce = try await store.revocationsInForce(of: full, after: nil, notExpiredAt: epoch, limit: 10)
            #expect(inForce.map(\.serialNumber) == [1, 2, 3].map(serialZ))
            #expect(inForce.map(\.notAfter) == [noon + 1, noon + 2, noon + 3])
            #expect(inForce[1].revocation == expected)
            _ = try await store.revoke(serialZ(4), revocation: revocation(), audit: event())
            #expect(try await store.lastPosition() == 4)
            try await checkStore(store)
            await store.close()
        }
    }

    @Test("An entry of the feed is neither changed nor removed")
    func immutableFeed() async throws {
        try await withSQLiteStore { store, _ in
            try await store.issue(issuance(1))
            _ = try await store.revoke(serial(1), revocation: revocation(), audit: event())
            for sql in ["UPDATE revocations SET reason = 0", "DELETE FROM revocations"] {
                await #expect(throws: AuthorityError(.storeFailed, "")) {
                    try await store.write { try $0.database.execute(sql: sql) }
                }
            }
            #expect(try await store.changes(after: 0, limit: 9).map(\.revocation) == [revocation()])
        }
    }

    @Test("With 200,000 revoked, two hundred more at once each have their place, and the list is read to its end")
    func large() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/signet.db"
            let queue = try DatabaseQueue(path: path)
            try Schema.migrator.migrate(queue, upTo: "1 API tokens")
            try await queue.write { try fill($0, rows: 201_000, revoked: 200_000) }
            try queue.close()
            let store = try SQLiteStore(path: path, clock: ContinuousClock())
            #expect(try await store.lastPosition() == 200_000)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 200_001...200_200 {
                    group.addTask {
                        let outcome = try await store.revoke(
                            serialZ(number),
                            revocation: revocation(),
                            audit: event(.revokeCertificate)
                        )
                        guard case .revoked = outcome else { throw NotRevoked(outcome: outcome) }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await store.lastPosition() == 200_200)
            var (count, last): (Int, SerialNumber?) = (0, nil)
            while true {
                let page = try await store.revocationsInForce(
                    of: full,
                    after: last,
                    notExpiredAt: epoch,
                    limit: 10_000
                )
                guard let end = page.last else { break }
                (count, last) = (count + page.count, end.serialNumber)
            }
            #expect(count == 200_200)
            await store.close()
        }
    }
}
