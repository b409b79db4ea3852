// The outbox of the transparency log: what enters it, with what, and what the store remembers of the log.

import AuditLog
import CertificateAuthority
import Crypto
import Foundation
import GRDB
import JSON
import PKIX
import RegistrationAuthority
import TestSupport
import Testing
import TransparencyLog

@testable import Persistence

private func lease(_ holder: String = "a", until seconds: Double = 60) -> LogLease {
    LogLease(holder: holder, until: noon.date + seconds)
}

extension SQLiteStore {
    fileprivate func waiting(after id: Int64 = 0) async throws -> [OutboxEntry] {
        try await self.next(after: id, limit: 100, bytes: 1 << 20)
    }

    fileprivate func types() async throws -> [String] {
        try await self.waiting().map { entry in
            let json = try JSONReader.read(entry.data, within: JSONLimits(depth: 8, members: 64))
            return json["eventType"]?.text ?? ""
        }
    }
}

@Suite("The log's outbox")
struct LogOutboxTests {
    @Test(
        "Each certificate and each change of its status enters, in the order of the commits; what was abandoned does not"
    )
    func acts() async throws {
        try await withSQLiteStore { store, _ in
            let issued = try await store.issue(issuance(1))
            _ = try await store.begin(issuance(2))
            try await store.abandon(serial(2), at: noon, audit: event())
            _ = try await store.begin(issuance(3))
            _ = try await store.revoke(serial(1), revocation: revocation(.certificateHold), audit: event())
            _ = try await store.release(serial(1), at: noon + 60, audit: event())
            _ = try await store.revoke(serial(1), revocation: revocation(.keyCompromise), audit: event())
            // To revoke again changes nothing.
            _ = try await store.revoke(serial(1), revocation: revocation(.keyCompromise), audit: event())
            #expect(
                try await store.types() == [
                    "CERTIFICATE_ISSUED", "CERTIFICATE_REVOKED", "CERTIFICATE_RELEASED", "CERTIFICATE_REVOKED",
                ]
            )
            let first = try #require(try await store.waiting().first)
            #expect(first.data == (try CertificateLogEntry.issued(issued)))
            let text = String(decoding: first.data, as: UTF8.self)
            let hash = Array(SHA256.hash(data: issued.certificate)).hexadecimal
            #expect(text.contains(#""fingerprint":"SHA256:\#(hash)""#), "\(text)")
            #expect(text.contains(#""serialNumber":"\#(serial(1))""#) && !text.contains("\(issued.requestedBy)"))
            let last = String(decoding: try #require(try await store.waiting().last).data, as: UTF8.self)
            #expect(last.contains(#""reason":"keyCompromise""#), "\(last)")
        }
    }

    @Test(
        "An act and its entry are there together or not at all",
        arguments: [StoreStep.beforeCommit(operations: 1), .afterCommit(operations: 1)]
    )
    func crash(step: StoreStep) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/signet.db"
            let setUp = try SQLiteStore(path: path, clock: ContinuousClock())
            _ = try await setUp.begin(issuance(1))
            await setUp.close()
            // What a process that ends at this step leaves behind is copied away.
            let copy = directory + "/copy"
            let store = try SQLiteStore(path: path, clock: ContinuousClock()) { taken in
                guard taken == step, !FileManager.default.fileExists(atPath: copy) else { return }
                try? FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
                for suffix in ["", "-wal"] {
                    try? FileManager.default.copyItem(atPath: path + suffix, toPath: copy + "/signet.db" + suffix)
                }
            }
            _ = try await store.complete(serial(1), certificate: [0x30, 0], at: noon, audit: event())
            await store.close()
            let left = try SQLiteStore(path: copy + "/signet.db", clock: ContinuousClock())
            let isIssued = try await left.certificate(serial(1)) != nil
            #expect(try await left.waiting().count == (isIssued ? 1 : 0))
            await left.close()
        }
    }

    @Test("What a database held before the log is told first")
    func migration() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/signet.db"
            let queue = try DatabaseQueue(path: path)
            try Schema.migrator.migrate(queue, upTo: "8 identities")
            try await queue.write { database in
                try database.execute(
                    sql: """
                        INSERT INTO certificates (serial, state, issuer, profile, profile_hash, agent, names, public_key_hash,
                            not_before, not_after, scheme, begun_at, actor, issued_at, certificate, tbs_certificate)
                        VALUES (x'01', 1, 'agents', 'agent-tls', x'00', 'a.example', 'dns:x', x'01', 0, 1, 'ed25519', 0,
                            'system', 0, x'3000', NULL),
                            (x'02', 0, 'agents', 'agent-tls', x'00', 'b.example', 'dns:y', x'02', 0, 1, 'ed25519', 0,
                            'system', NULL, NULL, x'3000')
                        """
                )
            }
            try queue.close()
            let store = try SQLiteStore(path: path, clock: ContinuousClock())
            #expect(try await store.types() == ["CERTIFICATE_ISSUED"])
            await store.close()
        }
    }

    @Test("An agent's event waits until it is sealed, and what comes after it with it; it is sealed once")
    func sealing() async throws {
        try await withSQLiteStore { store, _ in
            _ = try await store.create(
                try registration(1),
                dueAt: nil,
                lease: nil,
                atMost: nil,
                audit: event()
            )
            try await store.change(agentID(1), events: [.registered])
            try await store.issue(issuance(1))
            #expect(try await store.waiting().isEmpty)
            let unsealed = try await store.unsealedEvents(limit: 9)
            guard case .agent(let event, _)? = unsealed.first?.content else { throw LogError(.notFound, "no event") }
            #expect(unsealed.count == 1 && event.type == .registered)
            let id = try #require(unsealed.first).id
            #expect(try await store.seal(id, as: Array("sealed".utf8)))
            #expect(try await !store.seal(id, as: Array("otherwise".utf8)))
            let waiting = try await store.waiting()
            #expect(waiting.count == 2 && waiting[0].data == Array("sealed".utf8) && waiting[0].id == id)
            #expect(try await store.unsealedEvents(limit: 9).isEmpty)
        }
    }

    @Test(
        "What is to be logged is never removed or changed",
        arguments: [
            "DELETE FROM log_outbox", "UPDATE log_outbox SET kind = 1", "UPDATE log_outbox SET reference = 9",
            "UPDATE log_outbox SET leaf_index = 9, leaf_hash = x'00'", "DELETE FROM log_checkpoints",
            "UPDATE log_checkpoints SET checkpoint = x'00'",
        ]
    )
    func immutable(sql: String) async throws {
        try await withSQLiteStore { store, _ in
            try await self.integrate(store)
            await #expect(throws: (any Error).self) { try await store.write { try $0.database.execute(sql: sql) } }
        }
    }

    @Test("A batch is recorded from the record before it, by who has the lease, and whole")
    func recording() async throws {
        try await withSQLiteStore { store, _ in
            let record = try await self.integrate(store)
            #expect(try await store.lastRecord() == record)
            #expect(try await store.size(ofRoot: record.root) == 1)
            let leaf = LogHash.leaf(try #require(try await store.waiting().first).data)
            #expect(try await store.indices(ofLeaves: [leaf, .emptyTree]) == [leaf: 0])
            #expect(try await store.integrations(of: [1, 2]).map(\.index) == [0])
            let stale = IntegratedBatch(previous: nil, record: record, entries: [], checkpoint: nil, instant: noon.date)
            await #expect(throws: LogError(.inconsistent, "")) { try await store.record(stale, lease: lease()) }
            let moved = IntegratedBatch(
                previous: record,
                record: record,
                entries: [IntegratedEntry(id: 1, leafHash: leaf, index: 7)],
                checkpoint: nil,
                instant: noon.date
            )
            await #expect(throws: LogError(.inconsistent, "")) { try await store.record(moved, lease: lease()) }
            await #expect(throws: LogError(.leaseLost, "")) { try await store.record(moved, lease: lease("b")) }
        }
    }

    @Test("One has the lease; another gets it when it is over or given back")
    func leases() async throws {
        try await withSQLiteStore { store, _ in
            #expect(try await store.acquire(lease(), at: noon.date))
            #expect(try await !store.acquire(lease("b"), at: noon.date + 59))
            #expect(try await store.acquire(lease(until: 120), at: noon.date + 59))
            #expect(try await !store.acquire(lease("b"), at: noon.date + 60))
            #expect(try await store.acquire(lease("b", until: 300), at: noon.date + 120))
            try await store.release(lease())
            #expect(try await !store.acquire(lease(), at: noon.date + 120))
            try await store.release(lease("b"))
            #expect(try await store.acquire(lease(), at: noon.date + 120))
        }
    }

    /// A log of one entry.
    @discardableResult
    private func integrate(_ store: SQLiteStore) async throws -> LogRecord {
        try await store.issue(issuance(1))
        #expect(try await store.acquire(lease(), at: noon.date))
        let entry = try #require(try await store.waiting().first)
        let leaf = LogHash.leaf(entry.data)
        let record = LogRecord(size: 1, root: leaf, lastID: entry.id)
        let batch = IntegratedBatch(
            previous: nil,
            record: record,
            entries: [IntegratedEntry(id: entry.id, leafHash: leaf, index: 0)],
            checkpoint: [1],
            instant: noon.date
        )
        try await store.record(batch, lease: lease())
        return record
    }
}
