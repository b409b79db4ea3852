// Two Signets witness each other; a witness is killed, and asked for what it must not sign.

import Crypto
import Foundation
import Testing
import TransparencyLog

@Suite("Witnesses as processes", .serialized)
struct LogWitnessTests {
    private static let none = "witnesses: {required: 0, patience: 2000, known: {}}"

    /// Adds the section `witness`, which knows one log.
    private func makeWitness(_ state: SignetDaemon, named name: String, of keys: [String]) throws -> String {
        let list = keys.map { "\"\($0)\"" }.joined(separator: ", ")
        try state.configure("", "\nwitness:\n  name: \(name)\n  logs:\n    other: {keys: [\(list)]}\n")
        let key = try state.run("witness", "key")
        guard key.status == 0 else { throw DaemonError(key.errors) }
        return key.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func ask(_ daemon: SignetDaemon, _ witness: WitnessProcess, required: Int) throws {
        let known = "{other: {url: \"\(witness.url)\", key: \"\(witness.key)\"}}"
        try daemon.configure(Self.none, "witnesses: {required: \(required), patience: 2000, known: \(known)}")
    }

    @Test("two Signets witness each other; without its witness a log waits, and issuance goes on")
    func mutual() async throws {
        let first = try SignetDaemon(publicURL: "http://first.example")
        let second = try SignetDaemon(publicURL: "http://second.example")
        let (firstLog, secondLog) = (try first.shownLog(), try second.shownLog())
        #expect(firstLog.origin == "first.example" && firstLog.keys.count == 2)
        let key = try self.makeWitness(first, named: "witness.example/first", of: secondLog.keys)
        _ = try self.makeWitness(second, named: "witness.example/second", of: firstLog.keys)
        let witnessOfSecond = try await WitnessProcess(first)
        // The key is made once.
        #expect(witnessOfSecond.key == key)
        var witnessOfFirst = try await WitnessProcess(second)
        try self.ask(first, witnessOfFirst, required: 1)
        try self.ask(second, witnessOfSecond, required: 0)
        try first.start()
        try second.start()
        try await first.waitForLog { $0.size > 0 }
        try await second.waitForLog { $0.size > 0 && $0.note.signatures.count == 3 }
        #expect(try first.shownLog().witnesses.first?.cosigned != nil)
        #expect(try second.shownLog().witnesses.map(\.name) == ["witness.example/first"])

        // The witness is away: certificates are issued, no checkpoint is published without it.
        let size = try #require(first.published).size
        let url = witnessOfFirst.url
        witnessOfFirst.stop()
        try await self.issuePlain(first, 3)
        let noticed = try await elapsed(upTo: .seconds(20)) { try first.readiness().reasons["witnesses"] != nil }
        #expect(noticed != nil)
        let readiness = try first.readiness()
        #expect(readiness.status == "200")
        #expect(readiness.reasons["witnesses"]?.contains("1 of 1 did not cosign, 1 are required") == true)
        #expect(readiness.reasons["log"]?.contains("tried again") == true)
        #expect(first.published?.size == size)
        #expect(try first.curl("/metrics").body.contains("signet_log_witness_answers_total"))
        witnessOfFirst = try await WitnessProcess(second, listen: url)
        try await first.waitForLog { $0.size == size + 3 && $0.note.signatures.count == 3 }
        let caughtUp = try await elapsed(upTo: .seconds(20)) { try first.readiness().reasons.isEmpty }
        #expect(caughtUp != nil)
        #expect(first.stop() == 0)
        #expect(second.stop() == 0)
        try first.verifyLog()
        try second.verifyLog()
    }

    /// Certificates over TLS, by curl.
    private func issuePlain(_ daemon: SignetDaemon, _ count: Int) async throws {
        for number in 0..<count {
            let request = Data(try makeRequest(uri: "ans://v1.0.0.a\(number).agents.example")).base64EncodedString()
            let body = "{\"profile\":\"agent-identity\",\"csr\":\"\(request)\"}"
            let answer = try daemon.curl(
                "/v1/certificates",
                ["--header", "Content-Type: application/json", "--data", body]
            )
            #expect(answer.status == "201", "\(answer.body)")
        }
    }

    @Test("mistakes in what is said of witnesses are named with file and key")
    func mistakes() throws {
        let state = try SignetDaemon()
        let log = SoftwareLog("log.example/x").key
        let witness = try VerifierKey(name: "w.example/w", algorithm: .cosignature, publicKey: log.publicKey)
        let text = try String(contentsOfFile: "\(state.state)/config.yaml", encoding: .utf8)
        func known(_ url: String, _ key: VerifierKey) -> String { "{w: {url: \"\(url)\", key: \"\(key)\"}}" }
        for (section, complaint) in [
            ("required: 1, known: {}", "1 witnesses are required, and 0 are known"),
            ("known: \(known("https://w.example", log))", "of type 4"),
            ("known: \(known("ftp://w.example", witness))", "'ftp://w.example' is not of the form"),
            ("patience: 1", "log.witnesses.patience"), ("quorum: 1", "unknown key 'quorum'"),
        ] {
            try state.configure(Self.none, "witnesses: {\(section)}")
            let result = try state.run("config", "check")
            #expect(result.status == 2 && result.errors.contains(complaint), "\(section): \(result.errors)")
            try text.write(toFile: "\(state.state)/config.yaml", atomically: true, encoding: .utf8)
        }
        let unnamed = try state.run("witness", "key")
        #expect(unnamed.status == 2 && unnamed.errors.contains("a section 'witness' is missing"))
    }

    @Test("killed between remembering and answering, a witness never signs another tree of that size")
    func killed() async throws {
        let log = SoftwareLog("log.example/software")
        let state = try SignetDaemon()
        _ = try self.makeWitness(state, named: "witness.example/w", of: [log.key.description])
        var witness = try await WitnessProcess(state, failpoint: "witness-persisted:2")
        let (tree, fork) = (try await log.checkpoint(["a", "b"]), try await log.checkpoint(["a", "x"]))
        let first = try await log.checkpoint(["a"])
        let proof = [LogHash.leaf(Array("b".utf8))]
        let other = [LogHash.leaf(Array("x".utf8))]
        #expect(await witness.add(AddCheckpointRequest(oldSize: 0, path: [], checkpoint: first).bytes)?.status == 200)
        #expect(await witness.add(AddCheckpointRequest(oldSize: 1, path: proof, checkpoint: tree).bytes) == nil)
        let ended = await elapsed(upTo: .seconds(10)) { !witness.isRunning }
        #expect(ended != nil)

        witness = try await WitnessProcess(state)
        let refused = try #require(
            await witness.add(AddCheckpointRequest(oldSize: 1, path: other, checkpoint: fork).bytes)
        )
        #expect(refused.status == 409 && refused.contentType == WitnessAnswer.sizeMediaType)
        #expect(refused.body == Array("2\n".utf8))
        #expect(await witness.add(AddCheckpointRequest(oldSize: 2, path: [], checkpoint: fork).bytes)?.status == 422)
        let answer = try #require(await witness.add(AddCheckpointRequest(oldSize: 2, path: [], checkpoint: tree).bytes))
        #expect(answer.status == 200)
        let cosigned = tree.adding(try NoteSignature.parse(lines: answer.body))
        #expect(try cosigned.note.signers(among: [VerifierKey(witness.key)]).count == 1)

        // The rest of what the specification asks, at the real socket.
        let stranger = SoftwareLog("log.example/stranger")
        let (unknown, unsigned) = (try await stranger.checkpoint(["a"]), try await log.resigned(first, by: stranger))
        #expect(await witness.add(AddCheckpointRequest(oldSize: 0, path: [], checkpoint: unknown).bytes)?.status == 404)
        #expect(
            await witness.add(AddCheckpointRequest(oldSize: 0, path: [], checkpoint: unsigned).bytes)?.status == 403
        )
        #expect(await witness.add(AddCheckpointRequest(oldSize: 9, path: [], checkpoint: tree).bytes)?.status == 400)
        #expect(await witness.add(Array("nothing of the kind".utf8))?.status == 400)
        #expect(await witness.add(Array(repeating: 0x41, count: 300_000))?.status == 413)
        let origin = SHA256.hash(data: Data("log.example/software".utf8)).map { String(format: "%02x", $0) }.joined()
        let shown = try shell("curl", ["--silent", "\(witness.url)/\(origin)/checkpoint"])
        #expect(try SignedCheckpoint(Array(shown.output.utf8)).note.text == tree.note.text)
        witness.stop()
        #expect(!witness.isRunning)

        // One that lost its memory and kept its key would begin anew.
        try FileManager.default.removeItem(atPath: "\(state.state)/witness")
        let forgetful = try state.run("witness", "key")
        #expect(forgetful.status == 2)
        #expect(forgetful.errors.contains("is gone, and the witness's key is there"))
    }

    @Test("a log that was restored with its store is stopped by its witness, and certificates are issued nevertheless")
    func restored() async throws {
        let daemon = try SignetDaemon(publicURL: "http://restored.example")
        _ = try self.makeWitness(daemon, named: "witness.example/w", of: try daemon.shownLog().keys)
        let witness = try await WitnessProcess(daemon)
        try self.ask(daemon, witness, required: 0)
        try daemon.start(api: "http://127.0.0.1:0")
        try await daemon.waitForLog { $0.size > 0 && $0.note.signatures.count == 3 }
        #expect(daemon.stop() == 0)
        let (state, backup) = (daemon.state, daemon.directory.file("backup"))
        #expect(try shell("cp", ["-a", state, backup]).status == 0)
        try daemon.start(api: "http://127.0.0.1:0")
        try await daemon.issue(5)
        let size = try #require(daemon.published).size
        try await daemon.waitForLog { $0.size >= size && $0.note.signatures.count == 3 }
        let ledger = LogLedger()
        let drained = await elapsed(upTo: .seconds(20)) {
            guard let published = daemon.published else { return false }
            ledger.saw(published)
            return published.size >= 6
        }
        #expect(drained != nil)
        #expect(daemon.stop() == 0)

        // Yesterday's log and yesterday's store agree with each other.
        for part in ["log", "signet.db", "signet.db-wal", "signet.db-shm"] {
            try? FileManager.default.removeItem(atPath: "\(state)/\(part)")
            guard FileManager.default.fileExists(atPath: "\(backup)/\(part)") else { continue }
            #expect(try shell("cp", ["-a", "\(backup)/\(part)", "\(state)/\(part)"]).status == 0)
        }
        let before = try #require(daemon.published)
        try daemon.start(api: "http://127.0.0.1:0")
        try await daemon.issue(3)
        let halted = try await elapsed(upTo: .seconds(20)) {
            try daemon.readiness().reasons["log"]?.contains("were rolled back together") == true
        }
        #expect(halted != nil, "\(daemon.log)")
        try await daemon.issue(3)
        #expect(daemon.published == before)
        #expect(try daemon.readiness().status == "200")
        #expect(daemon.log.contains("restore files and store of the latest moment"))
        #expect(daemon.stop() == 0)
    }
}

/// A log whose key is in memory: its checkpoints are whatever a test wants signed.
struct SoftwareLog {
    private struct Signer: CheckpointSigner {
        let key: VerifierKey
        let privateKey: Curve25519.Signing.PrivateKey

        func sign(_ message: [UInt8]) async throws -> [UInt8] { Array(try self.privateKey.signature(for: message)) }
    }

    private let signer: Signer
    var key: VerifierKey { self.signer.key }

    init(_ origin: String) {
        let privateKey = Curve25519.Signing.PrivateKey()
        let publicKey = Array(privateKey.publicKey.rawRepresentation)
        let key = try! VerifierKey(name: origin, algorithm: .ed25519, publicKey: publicKey)
        self.signer = Signer(key: key, privateKey: privateKey)
    }

    func checkpoint(_ entries: [String]) async throws -> SignedCheckpoint {
        var frontier = TreeFrontier()
        for entry in entries { frontier.append(LogHash.leaf(Array(entry.utf8))) }
        let checkpoint = Checkpoint(origin: self.key.name, size: entries.count, root: frontier.root)
        return try await SignedCheckpoint.sign(checkpoint, with: [self.signer], time: 0)
    }

    /// A checkpoint's text under another log's signature.
    func resigned(_ checkpoint: SignedCheckpoint, by other: SoftwareLog) async throws -> SignedCheckpoint {
        try await SignedCheckpoint.sign(checkpoint.checkpoint, with: [other.signer], time: 0)
    }
}
