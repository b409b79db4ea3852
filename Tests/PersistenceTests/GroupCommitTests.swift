import AuditLog
import CertificateAuthority
import GRDB
import PKIX
import TestSupport
import Testing

@testable import Persistence

@Suite("Group commit")
struct GroupCommitTests {
    /// Has the writer stand at its gate with one operation, and adds the tasks' operations while it does.
    private func batched(
        queuedWrites: Int = 1_000,
        prepare: (SQLiteStore) async throws -> Void = { _ in },
        _ tasks: [@Sendable (SQLiteStore) async throws -> Void],
        check: (SQLiteStore, Gate) async throws -> Void
    ) async throws {
        let gate = Gate()
        try await withSQLiteStore(queuedWrites: queuedWrites, onStep: gate.onStep) { store, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await store.append([event(.startAuthority)]) }
                try await eventually { gate.isReached }
                for (index, task) in tasks.enumerated() {
                    group.addTask { try await task(store) }
                    try await eventually { store.queue.count == index + 1 }
                }
                gate.open()
                try await group.waitForAll()
            }
            try await check(store, gate)
        }
    }

    @Test("Everything that waits becomes durable in one commit")
    func together() async throws {
        let tasks = (0..<300).map { number in
            { @Sendable (store: SQLiteStore) in try await store.begin(issuance(number), expecting: .begun) }
        }
        try await self.batched(tasks) { store, gate in
            #expect(gate.batches == [1, 300])
            let begun = try await store.begunIssuances(after: 0, limit: 1_000).map(\.issuance)
            #expect(begun == (0..<300).map { issuance($0) })
        }
    }

    @Test("One caller's failure harms nobody else in its commit, and leaves no trace")
    func failure() async throws {
        let audit = event(.issueCertificate, 2)
        try await self.batched([
            { try await $0.begin(issuance(1), expecting: .begun) },
            { store in
                await #expect(throws: AuthorityError(.notFound, "")) {
                    try await store.complete(serial(9), certificate: [9], at: noon, audit: event(.issueCertificate, 9))
                }
            },
            { try await $0.append([event(.issueCertificate, 1)]) },
            { store in
                // Fails after it has changed something.
                await #expect(throws: AuthorityError(.invalidQuery, "")) {
                    try await store.write { transaction in
                        try transaction.database.change(IssuanceRow.insert, IssuanceRow.arguments(issuance(3)))
                        try transaction.append(event(.issueCertificate, 3))
                        throw AuthorityError(.invalidQuery, "")
                    }
                }
            },
            { store in
                // Fails in SQL.
                await #expect(throws: AuthorityError(.storeFailed, "")) {
                    try await store.write { try $0.database.change("DELETE FROM audit", []) }
                }
            },
            { _ = try await $0.complete(serial(1), certificate: [1], at: noon, audit: audit) },
        ]) { store, gate in
            #expect(gate.batches == [1, 6])
            #expect(try await store.certificate(serial(1)) != nil)
            #expect(try await store.begunIssuances(after: 0, limit: 10).isEmpty)
            #expect(try await store.begin(issuance(3)) == .begun)
            let entries = try await store.entries(after: 0, limit: 10).map(\.event)
            #expect(entries == [event(.startAuthority), event(.issueCertificate, 1), audit])
        }
    }

    @Test("A change sees those before it in the same commit")
    func order() async throws {
        try await self.batched([
            { try await $0.begin(issuance(1), expecting: .begun) },
            { try await $0.begin(issuance(1), expecting: .serialNumberTaken) },
            { _ = try await $0.complete(serial(1), certificate: [1], at: noon, audit: event(.issueCertificate, 1)) },
            { store in
                let outcome = try await store.revoke(serial(1), revocation: revocation(), audit: event())
                guard case .revoked = outcome else { throw AuthorityError(.notFound, "\(outcome)") }
            },
        ]) { store, gate in
            #expect(gate.batches == [1, 4])
            let revoked = try await store.certificate(serial(1))
            #expect(revoked?.revocation == revocation())
        }
    }

    @Test("When the queue is full a change is refused at once, and those that wait are made")
    func overload() async throws {
        let gate = Gate()
        try await withSQLiteStore(queuedWrites: 8, onStep: gate.onStep) { store, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await store.append([event(.ceremony, 0)]) }
                try await eventually { gate.isReached }
                for number in 1...8 { group.addTask { try await store.append([event(.ceremony, number)]) } }
                try await eventually { store.queue.count == 8 }
                for number in 9...20 {
                    let error = await #expect(throws: AuthorityError(.overloaded, "")) {
                        try await store.append([event(.ceremony, number)])
                    }
                    #expect(error?.retryAfter == 1)
                }
                // Readers wait for nobody.
                #expect(try await store.head() == nil)
                gate.open()
                try await group.waitForAll()
            }
            #expect(try await store.head()?.sequence == 9)
            try await store.append([event(.ceremony, 21)])
        }
    }

    @Test("Closing makes durable what waits, and refuses what comes later")
    func close() async throws {
        let gate = Gate()
        try await withTemporaryDirectory { directory in
            let path = directory + "/signet.db"
            let store = try SQLiteStore(path: path, clock: ContinuousClock(), onStep: gate.onStep)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await store.append([event(.ceremony, 0)]) }
                try await eventually { gate.isReached }
                for number in 1...50 { group.addTask { try await store.begin(issuance(number), expecting: .begun) } }
                try await eventually { store.queue.count == 50 }
                group.addTask { await store.close() }
                gate.open()
                try await group.waitForAll()
            }
            await #expect(throws: AuthorityError(.storeFailed, "")) { try await store.begin(issuance(99)) }
            await #expect(throws: AuthorityError(.storeFailed, "")) { try await store.head() }
            await store.close()
            let reopened = try SQLiteStore(path: path, creating: false, clock: ContinuousClock())
            #expect(try await reopened.begunIssuances(after: 0, limit: 100).count == 50)
            await reopened.close()
        }
    }

    @Test("A full disk fails the changes that need it, and the store goes on once there is space")
    func fullDisk() async throws {
        try await withSQLiteStore { store, _ in
            try await store.issue(issuance(1))
            let pages = try await store.read { try Int.fetchOne($0, sql: "PRAGMA page_count") ?? 0 }
            try await store.limitPages(to: pages + 4)
            let large = event(.ceremony, 1, details: String(repeating: "x", count: 1_000))
            var failures = 0
            for _ in 0..<40 {
                do {
                    try await store.append([large, large])
                } catch {
                    #expect(error as? AuthorityError == AuthorityError(.storeFailed, ""))
                    failures += 1
                }
            }
            #expect(failures > 0)
            try await checkStore(store)
            try await store.limitPages(to: 1_000_000)
            try await store.append([large])
        }
    }

    @Test("Many changes at once on a full disk: each caller is told, and what was told is so")
    func fullDiskInABatch() async throws {
        let large = event(.ceremony, 1, details: String(repeating: "x", count: 1_000))
        let outcomes = Outcomes()
        let gate = Gate()
        try await withSQLiteStore(onStep: gate.onStep) { store, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await store.limitPages(to: 40) }
                try await eventually { gate.isReached }
                for _ in 0..<200 {
                    group.addTask {
                        do {
                            try await store.append([large])
                            outcomes.add(true)
                        } catch {
                            #expect(error as? AuthorityError == AuthorityError(.storeFailed, ""))
                            outcomes.add(false)
                        }
                    }
                }
                try await eventually { store.queue.count == 200 }
                gate.open()
                try await group.waitForAll()
            }
            #expect(outcomes.all.count == 200)
            #expect(outcomes.all.contains(false))
            #expect(try await store.head()?.sequence ?? 0 == Int64(outcomes.all.filter { $0 }.count))
            try await store.limitPages(to: 1_000_000)
            try await store.append([large])
        }
    }

    @Test("Two stores on one file, as daemon and command line, keep one chain")
    func twoProcesses() async throws {
        try await withSQLiteStore { daemon, path in
            let tool = try SQLiteStore(path: path, creating: false, clock: ContinuousClock())
            for number in 0..<5 {
                try await daemon.append([event(.startAuthority, number)])
                try await tool.append([event(.createToken, number)])
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<100 {
                    group.addTask { try await daemon.append([event(.startAuthority, number)]) }
                    group.addTask { try await tool.append([event(.createToken, number), event(.revokeToken, number)]) }
                }
                try await group.waitForAll()
            }
            #expect(try await daemon.verify().count == 310)
            #expect(try await tool.head() == daemon.head())
            await tool.close()
        }
    }
}

extension SQLiteStore {
    /// Lets the file grow to so many pages and no further, as a disk would.
    fileprivate func limitPages(to pages: Int) async throws {
        _ = try await self.write { try Int.fetchOne($0.database, sql: "PRAGMA max_page_count = \(pages)") }
    }
}

private func event(_ action: AuditAction, _ number: Int, details: String) -> AuditEvent {
    AuditEvent(at: noon.date, actor: "system", action: action, object: "x", details: ["a": details, "b": details])
}
