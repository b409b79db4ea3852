// A log in memory or in a directory, driven batch by batch, and the one check of everything that must hold of it.

import Crypto
import Foundation
import Logging
import Synchronization
import Testing

@testable import TransparencyLog

struct TestLog {
    let signers: [SoftwareSigner]
    let identity: LogIdentity
    let storage: any TileStorage
    let outbox: MemoryOutbox
    var witnesses: (any CheckpointWitnessing)?

    init(storage: any TileStorage, outbox: MemoryOutbox = MemoryOutbox(), origin: String = "log.example/test") {
        self.signers = [SoftwareSigner(name: origin), SoftwareSigner(name: origin, .ecdsaP256)]
        self.identity = LogIdentity(origin: origin, keys: self.signers.map(\.key))
        self.storage = storage
        self.outbox = outbox
    }

    init(_ other: TestLog, storage: any TileStorage, outbox: MemoryOutbox) {
        self.signers = other.signers
        self.identity = other.identity
        self.storage = storage
        self.outbox = outbox
    }

    var parts: LogParts {
        LogParts(
            storage: self.storage,
            outbox: self.outbox,
            identity: self.identity,
            signers: self.signers,
            witnesses: self.witnesses,
            now: { Date() }
        )
    }

    func sequencer(
        holder: String = UUID().uuidString,
        settings: SequencerSettings = SequencerSettings(
            interval: .milliseconds(5),
            failurePause: .milliseconds(5),
            collectionInterval: .seconds(60)
        ),
        now: @escaping @Sendable () -> Date = { Date() },
        waiterLimit: Int = 100
    ) throws -> Sequencer {
        try Sequencer(
            storage: self.storage,
            outbox: self.outbox,
            identity: self.identity,
            signers: self.signers,
            witnesses: self.witnesses,
            settings: settings,
            holder: holder,
            now: now,
            clock: ContinuousClock(),
            waiterLimit: waiterLimit,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// As a process does it: takes the lease, recovers, integrates batches until nothing is left, and is gone.
    func integrateAll() async throws {
        let lease = LogLease(holder: UUID().uuidString, until: Date(timeIntervalSinceNow: 10))
        self.outbox.state.withLock { $0.lease = nil }
        guard try await self.outbox.acquire(lease, at: Date()) else { throw LogError(.leaseLost, "") }
        var state = try await LogRecovery(parts: self.parts, lease: lease).run()
        while try await !LogIntegration(parts: self.parts).run(&state, lease: lease).isEmpty {}
    }

    /// What must hold of a log at rest whose outbox is integrated.
    func check(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let entries = self.outbox.state.withLock { $0.entries }
        // An independent model: the distinct contents in order.
        var (model, places) = ([[UInt8]](), [[UInt8]: Int]())
        for entry in entries where places[entry.data] == nil {
            places[entry.data] = model.count
            model.append(entry.data)
        }
        let naive = NaiveTree(entries: model)
        let published = try self.identity.checkpoint(try #require(try await self.storage.checkpoint()))
        #expect(published.size == model.count, sourceLocation: sourceLocation)
        #expect(published.root.bytes == naive.root(model.count), sourceLocation: sourceLocation)
        let record = try #require(self.outbox.record)
        #expect(record.size == published.size && record.root == published.root, sourceLocation: sourceLocation)
        let integrated = self.outbox.integrated
        for entry in entries {
            let place = try #require(integrated[entry.id], sourceLocation: sourceLocation)
            #expect(place.index == places[entry.data], sourceLocation: sourceLocation)
            #expect(place.leafHash == .leaf(entry.data), sourceLocation: sourceLocation)
        }
        let history = self.outbox.history
        let known = places
        let report = try await LogVerifier(storage: self.storage, identity: self.identity).run(
            history: { after in
                Array(history.filter { ((try? SignedCheckpoint($0).size) ?? 0) > after ?? -1 }.prefix(3))
            },
            visit: { index, entry, _ in known[entry] == index ? nil : "entry \(index) is another" }
        )
        #expect(report.faults == [], sourceLocation: sourceLocation)
        #expect(report.entries == model.count, sourceLocation: sourceLocation)
        #expect(report.checkpoints == history.count, sourceLocation: sourceLocation)
    }
}

/// Whatever was ever published must be of one history.
func checkPublications(_ publications: [[UInt8]], _ log: TestLog) async throws {
    var roots: [Int: LogHash] = [:]
    var size = 0
    for bytes in publications {
        let checkpoint = try log.identity.checkpoint(bytes)
        #expect(checkpoint.size >= size)
        size = checkpoint.size
        #expect(roots.updateValue(checkpoint.root, forKey: size) ?? checkpoint.root == checkpoint.root)
    }
    let entries = log.outbox.state.withLock { $0.entries.map(\.data) }
    var seen: Set<[UInt8]> = []
    let nodes = LevelNodes(entries: entries.filter { seen.insert($0).inserted })
    for (size, root) in roots { #expect(try await nodes.root(size) == root) }
}

/// A directory that is gone afterwards.
func withTemporaryDirectory<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let path = FileManager.default.temporaryDirectory.appending(path: "signet-log-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
}
