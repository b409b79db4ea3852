// A daemon's log as its readers see it, and witnesses as processes of their own.

import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization
import TestSupport
import Testing
import TransparencyLog

/// What `signet log status --json` says.
struct ShownLog: Decodable {
    struct Witness: Decodable {
        let name: String
        let cosigned: String?
    }

    let origin: String
    let size: Int?
    let keys: [String]
    let witnesses: [Witness]
}

extension SignetDaemon {
    var logFiles: String { "\(self.state)/log/public" }

    /// What `signet log status` says.
    func shownLog() throws -> ShownLog {
        let result = try self.run("log", "status", "--json")
        guard result.status == 0 else { throw DaemonError("log status: \(result.errors)") }
        return try JSONDecoder().decode(ShownLog.self, from: Data(result.output.utf8))
    }

    /// The published checkpoint, from its file.
    var published: SignedCheckpoint? {
        FileManager.default.contents(atPath: "\(self.logFiles)/checkpoint").flatMap { try? SignedCheckpoint(Array($0)) }
    }

    /// Replaces a text of config.yaml; one that is empty stands for the end.
    func configure(_ old: String, _ new: String) throws {
        let path = "\(self.state)/config.yaml"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        guard old.isEmpty || text.contains(old) else { throw DaemonError("config.yaml has no '\(old)'") }
        let changed = old.isEmpty ? text + new : text.replacing(old, with: new)
        try changed.write(toFile: path, atomically: true, encoding: .utf8)
    }

    /// Has certificates issued; each caller's names are its own.
    @discardableResult
    func issue(_ count: Int, callers: Int = 1) async throws -> [LoadClient.Received] {
        let client = LoadClient(url: self.url, token: try self.token)
        try await client.run(callers: callers, requests: count)
        #expect(client.unexpected.isEmpty)
        #expect(client.certificates.count == callers * count)
        return client.certificates
    }

    /// Waits until the published checkpoint is as it should be.
    func waitForLog(_ bound: Duration = .seconds(20), until condition: (SignedCheckpoint) -> Bool) async throws {
        let waited = await elapsed(upTo: bound) { self.published.map(condition) ?? false }
        guard waited != nil else { throw DaemonError("the log is at \(self.published?.size ?? -1)\n\(self.log)") }
    }

    /// Whether `signet log verify` finds the log sound.
    func verifyLog() throws {
        let result = try self.run("log", "verify")
        #expect(result.status == 0, "\(result.output)\(result.errors)")
    }

    /// The parts that /readyz shows as working or not, and its status.
    func readiness() throws -> (status: String, reasons: [String: String]) {
        let answer = try self.curl("/readyz")
        let json = try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any]
        let checks = json?["checks"] as? [[String: Any]] ?? []
        let reasons = checks.compactMap { check -> (String, String)? in
            guard let name = check["name"] as? String, let reason = check["reason"] as? String else { return nil }
            return (name, reason)
        }
        return (answer.status, Dictionary(uniqueKeysWithValues: reasons))
    }
}

/// `signet witness` as a process of its own.
final class WitnessProcess: Sendable {
    let url: String
    let key: String
    private let process: SpawnedProgram
    private let output: String

    init(_ state: SignetDaemon, listen: String = "http://127.0.0.1:0", failpoint: String = "") async throws {
        let output = state.directory.file("witness-\(UUID().uuidString)")
        self.output = output
        self.process = try SpawnedProgram(
            "/usr/bin/env",
            ["SIGNET_FAILPOINT=\(failpoint)", signetProgram, "witness", "--state", state.state, "--listen", listen],
            output: output
        )
        let process = self.process
        func lines() -> [Substring] {
            ((try? String(contentsOfFile: output, encoding: .utf8)) ?? "").split(separator: "\n")
        }
        _ = await elapsed(upTo: .seconds(30)) {
            !process.isRunning || lines().contains { $0.contains(" witnesses ") } && lines().count > 1
        }
        let said = lines()
        guard let at = said.firstIndex(where: { $0.contains(" witnesses ") }), at + 1 < said.count else {
            throw DaemonError("witness: \(said.joined(separator: "\n"))")
        }
        self.url = String(said[at].split(separator: " ").last ?? "")
        self.key = String(said[at + 1])
    }

    deinit { self.stop() }

    var isRunning: Bool { self.process.isRunning }
    func stop() { self.process.stop() }

    /// Posts a body; nil when the connection was lost.
    func add(_ body: [UInt8]) async -> WitnessAnswer? {
        var request = HTTPClientRequest(url: "\(self.url)/add-checkpoint")
        request.method = .POST
        request.body = .bytes(ByteBuffer(bytes: body))
        guard let response = try? await HTTPClient.shared.execute(request, timeout: .seconds(20)),
            let answer = try? await response.body.collect(upTo: 1 << 20)
        else { return nil }
        return WitnessAnswer(
            status: Int(response.status.code),
            contentType: response.headers.first(name: "Content-Type"),
            body: Array(buffer: answer)
        )
    }
}

/// What readers of a log have been told: of each size a root, of each index a leaf.
final class LogLedger: Sendable {
    private struct Told {
        var roots: [Int: LogHash] = [:]
        var leaves: [Int: LogHash] = [:]
        var contradictions: [String] = []
    }

    private let told = Mutex(Told())

    var contradictions: [String] { self.told.withLock { $0.contradictions } }
    var count: (checkpoints: Int, entries: Int) { self.told.withLock { ($0.roots.count, $0.leaves.count) } }

    func saw(_ checkpoint: SignedCheckpoint) {
        self.told.withLock { told in
            let known = told.roots.updateValue(checkpoint.root, forKey: checkpoint.size)
            if let known, known != checkpoint.root { told.contradictions.append("two roots of \(checkpoint.size)") }
        }
    }

    func saw(_ leaf: LogHash, at index: Int) {
        self.told.withLock { told in
            let known = told.leaves.updateValue(leaf, forKey: index)
            if let known, known != leaf { told.contradictions.append("two entries at \(index)") }
        }
    }

    /// Reads the log as strangers do, until the task is cancelled: checkpoints, and proofs of the certificates that were
    /// received.
    func read(_ daemon: SignetDaemon, certificates: @Sendable () -> [String]) async {
        while !Task.isCancelled {
            if let bytes = try? await Self.get("\(daemon.publicURL)/checkpoint"),
                let checkpoint = try? SignedCheckpoint(bytes)
            {
                self.saw(checkpoint)
            }
            if let serial = certificates().randomElement(),
                let found = try? await Self.get("\(daemon.publicURL)/v1/log/lookup/serial/\(serial)"),
                let json = try? JSONSerialization.jsonObject(with: Data(found)) as? [String: Any],
                let entry = (json["entries"] as? [[String: Any]])?.first, let index = entry["entryId"] as? Int,
                let proof = try? ProofFile(await Self.get("\(daemon.publicURL)/v1/log/proof/\(index)"))
            {
                self.saw(proof.checkpoint)
                if let bytes = try? await Self.get("\(daemon.publicURL)/v1/log/entry/\(index)") {
                    self.saw(LogHash.leaf(bytes), at: index)
                }
            }
            try? await Task.sleep(for: .milliseconds(2))
        }
    }

    /// Holds what was told against the log's files as they are now.
    func check(_ daemon: SignetDaemon) async throws {
        #expect(self.contradictions.isEmpty, "\(self.contradictions)")
        let published = try #require(daemon.published)
        let nodes = TileNodeReader(try FileTileStorage(directory: daemon.logFiles), size: published.size)
        let (roots, leaves) = self.told.withLock { ($0.roots, $0.leaves) }
        for (size, root) in roots {
            #expect(size <= published.size, "a checkpoint of \(size) was seen, and the log has \(published.size)")
            guard size <= published.size else { continue }
            #expect(try await nodes.frontier(size: size).root == root, "the checkpoint of \(size) is not of this log")
        }
        for (index, leaf) in leaves {
            #expect(index < published.size, "entry \(index) was proven, and the log has \(published.size)")
            guard index < published.size else { continue }
            #expect(try await nodes.nodes(at: [NodeCoordinate(level: 0, index: index)]) == [leaf])
        }
    }

    private static func get(_ address: String) async throws -> [UInt8] {
        let response = try await HTTPClient.shared.execute(HTTPClientRequest(url: address), timeout: .seconds(5))
        guard response.status == .ok else { throw DaemonError("\(address): \(response.status.code)") }
        return Array(buffer: try await response.body.collect(upTo: 1 << 24))
    }
}
