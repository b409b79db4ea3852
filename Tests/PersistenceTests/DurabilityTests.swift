import AuditLog
import CertificateAuthority
import Foundation
import PKIX
import Persistence
import Synchronization
import TestSupport
import Testing

/// The files as they are at a step of a commit: what a killed process would leave.
final class Snapshots: Sendable {
    private let directory: String
    private let count = Mutex(0)

    init(directory: String) { self.directory = directory }

    var before: String { self.directory + "/before" }
    var after: String { self.directory + "/after" }

    @Sendable func onStep(_ step: StoreStep) {
        switch step {
        case .beforeCommit: Self.copy(from: self.directory, to: self.before)
        case .afterCommit: Self.copy(from: self.directory, to: self.after)
        }
    }

    /// Copies database and log; not the shared memory, which a start after a loss of power does not find.
    static func copy(from source: String, to target: String) {
        try? FileManager.default.removeItem(atPath: target)
        try? FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        for name in ["signet.db", "signet.db-wal"] {
            try? FileManager.default.copyItem(atPath: "\(source)/\(name)", toPath: "\(target)/\(name)")
        }
    }
}

func reopen(_ directory: String) throws -> SQLiteStore {
    try SQLiteStore(path: directory + "/signet.db", creating: false, clock: ContinuousClock())
}

@Suite("Durability")
struct DurabilityTests {
    @Test("What was killed before its commit never was; what was killed after it is there")
    func kill() async throws {
        try await withTemporaryDirectory { directory in
            let snapshots = Snapshots(directory: directory)
            let path = directory + "/signet.db"
            let store = try SQLiteStore(path: path, clock: ContinuousClock(), onStep: snapshots.onStep)
            for number in 0..<5 {
                #expect(try await store.begin(issuance(number)) == .begun)
                let before = try reopen(snapshots.before)
                #expect(try await before.begunIssuances(after: 0, limit: 9).isEmpty)
                #expect(try await before.begin(issuance(number)) == .begun)
                try await checkStore(before)
                let after = try reopen(snapshots.after)
                #expect(try await after.begunIssuances(after: 0, limit: 9).map(\.issuance) == [issuance(number)])
                try await checkStore(after)

                let audit = event(.issueCertificate, number)
                let stored = try await store.complete(serial(number), certificate: [1], at: noon, audit: audit)
                let underWay = try reopen(snapshots.before)
                #expect(try await underWay.certificate(serial(number)) == nil)
                #expect(try await underWay.begunIssuances(after: 0, limit: 9).map(\.issuance) == [issuance(number)])
                #expect(try await underWay.head()?.sequence ?? 0 == Int64(number))
                let done = try reopen(snapshots.after)
                #expect(try await done.certificate(serial(number)) == stored)
                #expect(try await done.head()?.sequence == Int64(number + 1))
                try await checkStore(done)
                for copy in [before, after, underWay, done] { await copy.close() }
            }
            await store.close()
        }
    }

    @Test("A change of status, its place in the feed and its audit entry are there together, or none of them")
    func killWhileRevoking() async throws {
        try await withTemporaryDirectory { directory in
            let snapshots = Snapshots(directory: directory)
            let path = directory + "/signet.db"
            let store = try SQLiteStore(path: path, clock: ContinuousClock(), onStep: snapshots.onStep)
            for number in 1...4 { try await store.issue(issuance(number), number) }
            let hold = revocation(.certificateHold)
            let changes: [(entries: Int64, positions: Int64, make: @Sendable () async throws -> Void)] = [
                (1, 1, { _ = try await store.revoke(serial(1), revocation: hold, audit: event(.revokeCertificate)) }),
                (1, 1, { _ = try await store.release(serial(1), at: noon, audit: event(.releaseCertificate)) }),
                (
                    3, 3,
                    {
                        let numbers = (1...3).map(serial)
                        let revoked = try await store.revoke(numbers, revocation: revocation()) { _ in event() }
                        #expect(revoked.count == 3)
                    }
                ),
                (
                    1, 0,
                    {
                        let key = BlockedKey(publicKeyHash: [2], reason: .keyCompromise, blockedAt: noon)
                        _ = try await store.block(key, audit: event(.blockKey))
                    }
                ),
            ]
            var (sequence, position): (Int64, Int64) = (4, 0)
            for change in changes {
                try await change.make()
                let before = try reopen(snapshots.before)
                #expect(try await before.head()?.sequence == sequence)
                #expect(try await before.lastPosition() == position)
                (sequence, position) = (sequence + change.entries, position + change.positions)
                let after = try reopen(snapshots.after)
                #expect(try await after.head()?.sequence == sequence)
                #expect(try await after.lastPosition() == position)
                for copy in [before, after] {
                    try await checkRevocations(copy)
                    try await checkStore(copy)
                    await copy.close()
                }
            }
            await store.close()
        }
    }

    @Test("A log that was cut anywhere gives a store as it was at some commit")
    func tornLog() async throws {
        try await withTemporaryDirectory { directory in
            let store = try SQLiteStore(path: directory + "/signet.db", clock: ContinuousClock())
            for number in 0..<20 { try await store.issue(issuance(number), number) }
            let copy = directory + "/cut"
            Snapshots.copy(from: directory, to: copy)
            let log = try Data(contentsOf: URL(fileURLWithPath: copy + "/signet.db-wal"))
            var generator = SeededGenerator(state: 7)
            // The migrations are in the log too: a cut in them leaves a database that is yet to be migrated.
            for cut in (0..<12).map({ _ in Int.random(in: 0...log.count, using: &generator) }).sorted() + [log.count] {
                Snapshots.copy(from: directory, to: copy)
                try log.prefix(cut).write(to: URL(fileURLWithPath: copy + "/signet.db-wal"))
                let torn = try reopen(copy)
                try await checkStore(torn)
                let issued = try await allPages(of: CertificateQuery(at: noon), in: torn).count
                #expect(try await torn.head()?.sequence ?? 0 == Int64(issued))
                #expect(try await torn.begunIssuances(after: 0, limit: 9).count <= 1)
                #expect(cut < log.count || issued == 20)
                await torn.close()
            }
            await store.close()
        }
    }

    @Test("After closing, the log is written back and everything is in the file")
    func close() async throws {
        try await withTemporaryDirectory { directory in
            let store = try SQLiteStore(path: directory + "/signet.db", clock: ContinuousClock())
            try await store.issue(issuance(1))
            await store.close()
            let log = try? FileManager.default.attributesOfItem(atPath: directory + "/signet.db-wal")[.size] as? Int
            #expect(log ?? 0 == 0)
            try? FileManager.default.removeItem(atPath: directory + "/signet.db-wal")
            let reopened = try reopen(directory)
            #expect(try await reopened.certificate(serial(1)) != nil)
            await reopened.close()
        }
    }
}
