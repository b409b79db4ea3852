// What a witness claims is looked into: with our own signature beneath it, it proves that we were rolled back.

import Crypto
import Foundation
import Logging
import PKIX
import Synchronization
import Testing

@testable import TransparencyLog

@Suite("Witnesses that know another log than ours")
struct WitnessClaimTests {
    /// A client that asks one witness and looks into what it claims; the witness shows `shown`, or what it has.
    private func client(
        _ witness: TestWitness,
        of log: LogIdentity,
        showing shown: @escaping @Sendable () -> [UInt8]? = { nil },
        answering answer: WitnessAnswer? = nil
    ) throws -> WitnessClient {
        try WitnessClient(
            witnesses: [witness.endpoint],
            policy: WitnessPolicy(),
            transport: { _, body in
                if let answer { return answer }
                return try await witness.server.addCheckpoint(body)
            },
            claims: WitnessClaims(identity: log) { address in
                if let shown = shown() { return shown }
                let parts = address.split(separator: "/")
                return try await witness.server.checkpoint(originHash: String(parts[parts.count - 2]))
            },
            now: { Date() },
            sleep: { try await Task.sleep(for: $0) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// A log of so many entries whose witness has seen them, and what it would be after it was rolled back.
    private func rolledBack(
        from size: Int,
        to entries: [[UInt8]]
    ) async throws -> (TestLog, MemoryStorage, TestWitness) {
        let storage = MemoryStorage()
        var log = TestLog(storage: storage)
        let witness = try TestWitness(log.identity)
        log.witnesses = try self.client(witness, of: log.identity)
        log.outbox.commit(TransparencyLogTests.entries(size))
        try await log.integrateAll()
        #expect(witness.store.latest.withLock { $0[log.identity.origin]?.size } == size)
        let restored = MemoryStorage()
        var earlier = TestLog(log, storage: restored, outbox: MemoryOutbox())
        earlier.witnesses = try self.client(witness, of: log.identity)
        earlier.outbox.commit(entries)
        return (earlier, restored, witness)
    }

    @Test("a log whose files and store were rolled back together publishes nothing that its witness has overtaken")
    func shorter() async throws {
        let (log, storage, _) = try await self.rolledBack(from: 20, to: entries(7))
        await #expect(throws: LogError(.inconsistent, "")) { try await log.integrateAll() }
        #expect(try SignedCheckpoint(try #require(storage.published.withLock { $0 })).size == 0)
    }

    @Test("nor when it has grown beyond that with other entries")
    func longer() async throws {
        let (log, storage, _) = try await self.rolledBack(from: 20, to: entries(7) + entries(30, from: 100))
        await #expect(throws: LogError(.inconsistent, "")) { try await log.integrateAll() }
        #expect(try SignedCheckpoint(try #require(storage.published.withLock { $0 })).size == 0)
    }

    @Test("a witness that lies of what it has seen stops nothing", arguments: ["nothing", "forged", "ours", "garbage"])
    func lies(_ proof: String) async throws {
        let storage = MemoryStorage()
        var log = TestLog(storage: storage)
        let witness = try TestWitness(log.identity)
        let forged = TestLog(storage: MemoryStorage())
        forged.outbox.commit(entries(50))
        try await forged.integrateAll()
        let shown: [UInt8]
        switch proof {
        case "forged": shown = try #require(try await forged.storage.checkpoint())
        case "ours":
            try await log.integrateAll()
            shown = try #require(storage.published.withLock { $0 })
        case "garbage": shown = Array("nothing of the kind".utf8)
        default: shown = []
        }
        let claim = WitnessAnswer(status: 409, contentType: WitnessAnswer.sizeMediaType, body: Array("4000\n".utf8))
        let client = try self.client(witness, of: log.identity, showing: { shown }, answering: claim)
        log.witnesses = client
        log.outbox.commit(entries(10))
        try await log.integrateAll()
        #expect(try SignedCheckpoint(try #require(storage.published.withLock { $0 })).size == 10)
        #expect(client.statuses.first?.failures == 1)
        try await log.check()
    }

    @Test(
        "garbage, an endless answer and wrong sizes are failures that stop nothing",
        arguments: [
            (200, ""), (200, "\u{2014} x AAAA\n"), (200, "endless"), (409, "-1\n"), (409, "99999999999999999999999\n"),
            (409, "3\n"), (422, ""), (500, ""),
        ]
    )
    func garbage(_ status: Int, _ text: String) async throws {
        let body = text == "endless" ? Array(repeating: 0x41, count: 200_000) : Array(text.utf8)
        let answer = WitnessAnswer(status: status, contentType: nil, body: body)
        let storage = MemoryStorage()
        var log = TestLog(storage: storage)
        let witness = try TestWitness(log.identity)
        let client = try self.client(witness, of: log.identity, answering: answer)
        log.witnesses = client
        log.outbox.commit(entries(10))
        try await log.integrateAll()
        let published = try SignedCheckpoint(try #require(storage.published.withLock { $0 }))
        #expect(published.size == 10 && published.note.signatures.count == 2)
        #expect(client.statuses.first?.failure != nil)
    }

    @Test("cosignatures stay on a checkpoint that is signed anew after a change of the log's keys")
    func rotation() async throws {
        let storage = MemoryStorage()
        var log = TestLog(storage: storage)
        let witness = try TestWitness(log.identity)
        log.witnesses = try self.client(witness, of: log.identity)
        log.outbox.commit(entries(10))
        try await log.integrateAll()
        let signer = SoftwareSigner(name: log.identity.origin)
        let parts = LogParts(
            storage: storage,
            outbox: log.outbox,
            identity: LogIdentity(origin: log.identity.origin, keys: [signer.key] + log.identity.keys),
            signers: [signer],
            witnesses: nil,
            now: { Date() }
        )
        let lease = LogLease(holder: "new", until: Date(timeIntervalSinceNow: 10))
        log.outbox.state.withLock { $0.lease = lease }
        let state = try await LogRecovery(parts: parts, lease: lease).run()
        #expect(state.published.size == 10)
        #expect(try state.published.note.signers(among: [signer.key]).count == 1)
        #expect(try state.published.note.signers(among: [witness.signer.key]).count == 1)
        #expect(storage.published.withLock { $0 } == state.published.bytes)
    }

    @Test("who fails is left alone longer each time, unless others do not suffice")
    func backOff() async throws {
        var log = TestLog(storage: MemoryStorage())
        let witness = try TestWitness(log.identity)
        let asked = Mutex(0)
        let time = Mutex(Date(timeIntervalSince1970: 1_800_000_000))
        func client(required: Int) throws -> WitnessClient {
            try WitnessClient(
                witnesses: [witness.endpoint],
                policy: WitnessPolicy(required: required),
                transport: { _, _ in
                    asked.withLock { $0 += 1 }
                    throw Outage()
                },
                now: { time.withLock { $0 } },
                sleep: { try await Task.sleep(for: $0) },
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
        }
        log.witnesses = try client(required: 0)
        var size = 0
        func integrate(after seconds: Double) async throws -> Int {
            time.withLock { $0 += seconds }
            log.outbox.commit(entries(1, from: size))
            size += 1
            try await log.integrateAll()
            return asked.withLock { $0 }
        }
        #expect(try await integrate(after: 0) == 1)
        #expect(try await integrate(after: 29) == 1)
        #expect(try await integrate(after: 2) == 2)
        #expect(try await integrate(after: 59) == 2)
        #expect(try await integrate(after: 2) == 3)
        for _ in 0..<20 { _ = try await integrate(after: 601) }
        #expect(asked.withLock { $0 } == 23)
        log.witnesses = try client(required: 1)
        for _ in 0..<3 { await #expect(throws: LogError(.notWitnessed, "")) { try await integrate(after: 1) } }
        #expect(asked.withLock { $0 } == 26)
    }

    @Test("a witness's memory in files is of one history, also of many at once, and outlives the process")
    func files() async throws {
        try await withTemporaryDirectory { directory in
            let persisted = Mutex(0)
            let store = try FileWitnessStore(directory: "\(directory)/w") { persisted.withLock { $0 += 1 } }
            let signer = SoftwareSigner()
            func checkpoint(_ size: Int, _ salt: Int) async throws -> SignedCheckpoint {
                let next = Checkpoint(origin: signer.key.name, size: size, root: .leaf([UInt8(salt)]))
                return try await SignedCheckpoint.sign(next, with: [signer], time: 0)
            }
            var size = 0
            for round in 1...5 {
                let wins = try await withThrowingTaskGroup(of: Bool.self) { [size] group in
                    for salt in 0..<20 {
                        group.addTask { try await store.advance(try await checkpoint(round * 3, salt), from: size) }
                    }
                    return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                }
                #expect(wins == 1)
                size = round * 3
            }
            #expect(persisted.withLock { $0 } == 5)
            let again = try FileWitnessStore(directory: "\(directory)/w")
            #expect(try await again.latest(origin: signer.key.name)?.size == 15)
            #expect(try await again.latest(origin: "another.example") == nil)
            // What cannot be read is no reason to cosign anew from nothing.
            let name = Array(SHA256.hash(data: Array(signer.key.name.utf8))).hexadecimal
            try "torn".write(toFile: "\(directory)/w/\(name)", atomically: true, encoding: .utf8)
            await #expect(throws: LogError(.malformedNote, "")) { try await again.latest(origin: signer.key.name) }
            await #expect(throws: LogError(.malformedNote, "")) {
                try await again.advance(try await checkpoint(15, 0), from: 0)
            }
        }
    }

    @Test("whoever sends the same checkpoint again gets the same cosignature for a while, and costs no signature")
    func repeated() async throws {
        let log = TestLog(storage: MemoryStorage())
        log.outbox.commit(entries(5))
        try await log.integrateAll()
        let time = Mutex(Date(timeIntervalSince1970: 1_800_000_000))
        let signer = SoftwareSigner(name: "witness.example/w", .cosignature)
        let server = try WitnessServer(logs: [log.identity], signer: signer, store: MemoryWitnessStore()) {
            time.withLock { $0 }
        }
        let checkpoint = try SignedCheckpoint(try #require(try await log.storage.checkpoint()))
        func ask(_ old: Int) async throws -> WitnessAnswer {
            try await server.addCheckpoint(AddCheckpointRequest(oldSize: old, path: [], checkpoint: checkpoint).bytes)
        }
        let first = try await ask(0)
        time.withLock { $0 += 5 }
        #expect(try await ask(5) == first)
        time.withLock { $0 += 6 }
        let second = try await ask(5)
        #expect(second.status == 200 && second != first)
    }
}
