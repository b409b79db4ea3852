// The witness's answers as the specification has them, and the client's policy.

import Foundation
import Synchronization
import Testing

@testable import TransparencyLog

@Suite("Witnesses")
struct WitnessTests {
    private func log(_ count: Int) async throws -> (TestLog, MemoryStorage) {
        let storage = MemoryStorage()
        let log = TestLog(storage: storage)
        log.outbox.commit(entries(count))
        try await log.integrateAll()
        return (log, storage)
    }

    private func request(_ log: TestLog, from old: Int) async throws -> AddCheckpointRequest {
        let proofs = LogProofs(storage: log.storage, identity: log.identity)
        let path = try await proofs.consistency(from: old).path
        return AddCheckpointRequest(oldSize: old, path: path, checkpoint: try await proofs.checkpoint())
    }

    @Test("a request is written and read; the specification's example is")
    func requests() async throws {
        let (log, _) = try await self.log(20)
        let request = try await self.request(log, from: 7)
        #expect(try AddCheckpointRequest(request.bytes) == request)
        let example = """
            old 20852014
            PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
            jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
            5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
            /6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

            example.com/behind-the-sofa
            20852163
            CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

            \u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=

            """
        let read = try AddCheckpointRequest(Array(example.utf8))
        #expect(read.oldSize == 20_852_014 && read.path.count == 4 && read.checkpoint.size == 20_852_163)
        #expect(read.bytes == Array(example.utf8))
    }

    @Test("a witness follows a log, and tells the size that it knows when the log does not")
    func following() async throws {
        let (log, _) = try await self.log(7)
        let witness = try TestWitness(log.identity)
        #expect(try await witness.server.checkpoint(originHash: "00") == nil)
        var answer = try await witness.server.addCheckpoint(self.request(log, from: 0).bytes)
        #expect(answer.status == 200)
        let checkpoint = try await self.request(log, from: 0).checkpoint
        let cosigned = checkpoint.adding(try NoteSignature.parse(lines: answer.body))
        #expect(try cosigned.note.signers(among: [witness.signer.key]) == [witness.signer.key])
        // Again the same, by a log that forgot.
        answer = try await witness.server.addCheckpoint(self.request(log, from: 0).bytes)
        #expect(answer == WitnessAnswer(status: 409, contentType: "text/x.tlog.size", body: Array("7\n".utf8)))
        #expect(try await witness.server.addCheckpoint(self.request(log, from: 7).bytes).status == 200)
        log.outbox.commit(entries(30, from: 7))
        try await log.integrateAll()
        #expect(try await witness.server.addCheckpoint(self.request(log, from: 6).bytes).status == 409)
        #expect(try await witness.server.addCheckpoint(self.request(log, from: 7).bytes).status == 200)
        let hash = "2f5c6f7a"
        #expect(try await witness.server.checkpoint(originHash: hash) == nil)
        #expect(witness.store.latest.withLock { $0[log.identity.origin]?.size } == 37)
    }

    @Test("what is no request, of no known log, unsigned, forked or rolled back is refused with its status")
    func refusals() async throws {
        let (log, storage) = try await self.log(20)
        let witness = try TestWitness(log.identity)
        func status(_ body: [UInt8]) async throws -> Int { try await witness.server.addCheckpoint(body).status }
        let first = try await self.request(log, from: 0)
        #expect(try await status([]) == 400)
        #expect(try await status(Array("old 01\n\n".utf8) + first.checkpoint.bytes) == 400)
        #expect(try await status(Array("old 0\nAAAA\n\n".utf8) + first.checkpoint.bytes) == 400)
        let tooLong = AddCheckpointRequest(
            oldSize: 0,
            path: Array(repeating: .emptyTree, count: 64),
            checkpoint: first.checkpoint
        )
        #expect(try await status(tooLong.bytes) == 400)
        #expect(
            try await status(AddCheckpointRequest(oldSize: 21, path: [], checkpoint: first.checkpoint).bytes) == 400
        )
        let (other, _) = try await self.log(20)
        #expect(try await status(self.request(other, from: 0).bytes) == 403)
        let strange = TestLog(storage: MemoryStorage(), origin: "log.example/other")
        strange.outbox.commit(entries(1))
        try await strange.integrateAll()
        #expect(try await status(self.request(strange, from: 0).bytes) == 404)
        // A proof where none may be.
        let superfluous = AddCheckpointRequest(oldSize: 0, path: [.emptyTree], checkpoint: first.checkpoint)
        #expect(try await status(superfluous.bytes) == 422)
        #expect(try await status(first.bytes) == 200)
        // A fork: another tree, signed by the log's own keys.
        let fork = TestLog(log, storage: MemoryStorage(), outbox: MemoryOutbox())
        fork.outbox.commit(entries(19) + [[1], [2]])
        try await fork.integrateAll()
        #expect(try await status(self.request(fork, from: 20).bytes) == 422)
        fork.outbox.commit([[3]])
        let same = AddCheckpointRequest(
            oldSize: 20,
            path: [],
            checkpoint: try await SignedCheckpoint.sign(
                Checkpoint(origin: log.identity.origin, size: 20, root: .emptyTree),
                with: log.signers,
                time: 0
            )
        )
        #expect(try await status(same.bytes) == 422)
        #expect(witness.store.latest.withLock { $0[log.identity.origin]?.root } == first.checkpoint.root)
        _ = storage
    }

    @Test("of two requests from one size a witness cosigns one")
    func race() async throws {
        let (log, _) = try await self.log(10)
        let witness = try TestWitness(log.identity)
        let first = try await self.request(log, from: 0)
        log.outbox.commit(entries(5, from: 10))
        try await log.integrateAll()
        let second = try await self.request(log, from: 0)
        witness.store.pause.withLock { $0 = .milliseconds(50) }
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for index in 0..<40 {
                group.addTask { try await witness.server.addCheckpoint((index % 2 == 0 ? first : second).bytes).status }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.filter { $0 == 200 }.count == 1)
        #expect(statuses.filter { $0 == 409 }.count == 39)
    }

    @Test("the log publishes with cosignatures, also after it forgot what its witnesses know")
    func client() async throws {
        var (log, storage) = try await self.log(10)
        let witnesses = try (0..<3).map {
            try TestWitness(log.identity, SoftwareSigner(name: "witness.example/\($0)", .cosignature))
        }
        for start in [10, 20] {
            // A new client knows nothing: the witness answers 409, and the second request succeeds.
            log.witnesses = try TestWitness.client(witnesses, WitnessPolicy(required: 3))
            log.outbox.commit(entries(10, from: start))
            try await log.integrateAll()
            let published = try SignedCheckpoint(try #require(storage.published.withLock { $0 }))
            #expect(try published.note.signers(among: witnesses.map(\.signer.key)).count == 3)
            #expect(try published.note.signers(among: log.identity.keys).count == 2)
        }
        let proof = try await LogProofs(storage: storage, identity: log.identity).proofFile(of: 3, extra: [1])
        let read = try ProofFile(proof.bytes)
        #expect(read == proof)
        let keys = witnesses.map(\.signer.key)
        let leaf = LogHash.leaf(Array("entry 3".utf8))
        try read.verify(leaf: leaf, log: log.identity, witnesses: keys, quorum: 3)
        #expect(throws: LogError(.notWitnessed, "")) {
            try read.verify(leaf: leaf, log: log.identity, witnesses: Array(keys.dropLast()), quorum: 3)
        }
        try await log.check()
    }

    @Test("a witness that is down or slow stops nothing that does not demand it, and is left alone for a while")
    func absent() async throws {
        var (log, storage) = try await self.log(10)
        let witnesses = try (0..<3).map {
            try TestWitness(log.identity, SoftwareSigner(name: "witness.example/\($0)", .cosignature))
        }
        let asked = Mutex(0)
        let client = try TestWitness.client(witnesses, WitnessPolicy(required: 1, patience: .milliseconds(300))) {
            address in
            asked.withLock { $0 += 1 }
            if address.contains("/0/") { throw Outage() }
            if address.contains("/1/") { try await Task.sleep(for: .seconds(60)) }
        }
        log.witnesses = client
        for start in [10, 20] {
            log.outbox.commit(entries(10, from: start))
            try await log.integrateAll()
            let published = try SignedCheckpoint(try #require(storage.published.withLock { $0 }))
            #expect(published.size == start + 10)
            #expect(try published.note.signers(among: client.keys) == [witnesses[2].signer.key])
        }
        // All three at first, then the one that answered; it is asked twice while its size is not known.
        #expect(asked.withLock { $0 } == 4)
        let strict = try TestWitness.client(witnesses, WitnessPolicy(required: 2, patience: .milliseconds(100))) {
            address in
            if !address.contains("/2/") { throw Outage() }
        }
        log.witnesses = strict
        log.outbox.commit(entries(10, from: 30))
        await #expect(throws: LogError(.notWitnessed, "")) { try await log.integrateAll() }
        #expect(try SignedCheckpoint(try #require(storage.published.withLock { $0 })).size == 30)
        log.witnesses = nil
        try await log.integrateAll()
        try await log.check()
    }

    @Test("a witness that knows more than the log gives no cosignature, and neither does one with a false signature")
    func suspicious() async throws {
        let (log, _) = try await self.log(10)
        let witness = try TestWitness(log.identity)
        _ = try await witness.server.addCheckpoint(self.request(log, from: 0).bytes)
        let shorter = TestLog(log, storage: MemoryStorage(), outbox: MemoryOutbox())
        shorter.outbox.commit(entries(5))
        try await shorter.integrateAll()
        let client = try witness.client()
        let proofs = LogProofs(storage: shorter.storage, identity: log.identity)
        let checkpoint = try await proofs.checkpoint()
        let nodes = TileNodeReader(shorter.storage, size: 5)
        await #expect(throws: LogError(.notWitnessed, "")) { try await client.cosign(checkpoint, nodes: nodes) }
        #expect(throws: LogError(.notWitnessed, "")) { try TestWitness.client([witness], WitnessPolicy(required: 2)) }
        #expect(throws: LogError(.signingFailed, "")) {
            try WitnessServer(logs: [], signer: SoftwareSigner(), store: MemoryWitnessStore(), now: { Date() })
        }
    }
}
