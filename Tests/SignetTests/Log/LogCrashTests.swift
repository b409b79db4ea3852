// The log of a real daemon while it is killed, its disk is full, or its files are not those that it left.

import Foundation
import Testing
import TransparencyLog

/// How often to kill at random: a few times in the normal run, as `scripts/test --crash` says in its own.
private let randomKills = ProcessInfo.processInfo.environment["SIGNET_CRASH_RUNS"].flatMap { Int($0) } ?? 4

/// A mount namespace of one's own, which root may have as a rule.
private let mayMount =
    (try? shell("unshare", ["-m", "--propagation", "private", "mount", "-t", "tmpfs", "none", "/mnt"]).status) == 0

@Suite("The log of a daemon under faults", .serialized)
struct LogCrashTests {
    @Test("killed at random under load, it keeps whatever anyone was told is integrated, and never shows two histories")
    func killedAtRandom() async throws {
        let daemon = try SignetDaemon()
        let ledger = LogLedger()
        var received: [LoadClient.Received] = []
        for seed in 0..<randomKills {
            try daemon.start(api: "http://127.0.0.1:0")
            let client = LoadClient(url: daemon.url, token: try daemon.token)
            let readers = (0..<3).map { _ in
                Task { await ledger.read(daemon, certificates: { client.certificates.map(\.serial) }) }
            }
            let load = Task { try await client.run(callers: 16, requests: 10_000) }
            // A spread of delays that depends on the seed alone, so that a failure can be run again.
            try await Task.sleep(for: .milliseconds(300 + (seed * 7_919) % 900))
            daemon.kill()
            try await load.value
            for reader in readers {
                reader.cancel()
                await reader.value
            }
            #expect(client.unexpected.isEmpty, "seed \(seed)")
            received += client.certificates
            try await ledger.check(daemon)
        }
        #expect(ledger.count.checkpoints > randomKills && ledger.count.entries > 0, "nobody was told anything")
        try await self.checkWhole(daemon, received.count, ledger)
    }

    @Test("killed at each step of a batch, it loses nothing and shows one history", arguments: BatchStep.allCases)
    func killedAtStep(_ step: BatchStep) async throws {
        let daemon = try SignetDaemon()
        let ledger = LogLedger()
        // The authority's own certificates are the first batch.
        try daemon.start(api: "http://127.0.0.1:0", environment: ["SIGNET_FAILPOINT": "log-\(step.rawValue):3"])
        let client = LoadClient(url: daemon.url, token: try daemon.token)
        let reader = Task { await ledger.read(daemon, certificates: { client.certificates.map(\.serial) }) }
        try await client.run(callers: 4, requests: 2_000)
        let isGone = try await daemon.waitUntilGone(within: 20)
        #expect(isGone, "the failpoint was not reached")
        daemon.kill()
        reader.cancel()
        await reader.value
        #expect(client.unexpected.isEmpty)
        #expect(ledger.count.checkpoints > 0, "nobody was told anything")
        try await self.checkWhole(daemon, client.certificates.count, ledger)
    }

    /// Starts a daemon again: every certificate that a client has is in the log in the end, and the log goes on.
    private func checkWhole(_ daemon: SignetDaemon, _ total: Int, _ ledger: LogLedger) async throws {
        try daemon.start(api: "http://127.0.0.1:0")
        try await daemon.waitForLog(.seconds(60)) { $0.size >= total }
        try await daemon.issue(1)
        try await daemon.waitForLog { $0.size > total }
        #expect(daemon.stop() == 0)
        try await ledger.check(daemon)
        try daemon.verifyLog()
    }

    @Test("what the store has and never told the log is found by verification")
    func untold() async throws {
        let daemon = try SignetDaemon()
        try daemon.start(api: "http://127.0.0.1:0")
        try await daemon.issue(1)
        try await daemon.waitForLog { $0.size >= 2 }
        #expect(daemon.stop() == 0)
        try daemon.verifyLog()
        func change(_ sql: String) throws {
            let result = try shell("sqlite3", ["\(daemon.state)/signet.db", sql])
            #expect(result.status == 0, "\(result.errors)")
        }
        try change("CREATE TRIGGER untold BEFORE INSERT ON log_outbox BEGIN SELECT RAISE(IGNORE); END")
        try daemon.start(api: "http://127.0.0.1:0")
        let serial = try #require(try await daemon.issue(1).first?.serial)
        #expect(daemon.stop() == 0)
        try change("DROP TRIGGER untold")
        let result = try daemon.run("log", "verify")
        let said = result.output + result.errors
        #expect(
            result.status == 1 && said.contains("certificate \(serial) is in the store and was never told"),
            "\(said)"
        )
    }

    /// What is done to the files of a stopped daemon.
    enum Damage: String, CaseIterable {
        case checkpointOfYesterday
        case noCheckpoint
        case truncatedTile
        case missingBundle
        case checkpointTornInTwo
    }

    @Test("what does not fit together at a start stops publication, and nothing else", arguments: Damage.allCases)
    func damaged(_ damage: Damage) async throws {
        let party = try RelyingParty()
        let daemon = party.daemon
        let leaf = try party.issue("before")
        try await daemon.waitForLog { $0.size >= 2 }
        let yesterday = try #require(FileManager.default.contents(atPath: "\(daemon.logFiles)/checkpoint"))
        let size = try #require(daemon.published).size
        _ = try party.issue("later")
        try await daemon.waitForLog { $0.size > size }
        #expect(daemon.stop() == 0)
        let intact = try #require(FileManager.default.contents(atPath: "\(daemon.logFiles)/checkpoint"))
        try self.inflict(damage, on: daemon, yesterday: yesterday, size: try #require(daemon.published).size)
        let left = FileManager.default.contents(atPath: "\(daemon.logFiles)/checkpoint")

        try party.start()
        let halted = try await elapsed(upTo: .seconds(20)) {
            try daemon.readiness().reasons["log"]?.hasPrefix("nothing is published") == true
        }
        #expect(halted != nil, "\(damage): \(daemon.log)")
        #expect(try daemon.readiness().status == "200")
        #expect(daemon.log.contains("the log is halted"))
        #expect(try daemon.curl("/metrics").body.contains("signet_log_halted 1"))
        // Certificates are issued and revoked, and their status is told.
        let issued = try party.issue("afterwards")
        #expect(try party.ocsp(issued).contains("good"))
        try party.revoke(leaf, "superseded")
        let revoked = try await elapsed(upTo: .seconds(10)) { try party.ocsp(leaf).contains("revoked") }
        #expect(revoked != nil)
        #expect(FileManager.default.contents(atPath: "\(daemon.logFiles)/checkpoint") == left)
        #expect(try daemon.run("log", "verify").status != 0)
        #expect(daemon.stop() == 0)
        guard damage == .checkpointOfYesterday || damage == .noCheckpoint else { return }

        // With the right checkpoint the log goes on, and misses nothing.
        try intact.write(to: URL(fileURLWithPath: "\(daemon.logFiles)/checkpoint"))
        let before = try #require(daemon.published).size
        try party.start()
        try await daemon.waitForLog { $0.size >= before + 2 }
        #expect(daemon.stop() == 0)
        try daemon.verifyLog()
    }

    private func inflict(_ damage: Damage, on daemon: SignetDaemon, yesterday: Data, size: Int) throws {
        let checkpoint = URL(fileURLWithPath: "\(daemon.logFiles)/checkpoint")
        switch damage {
        case .checkpointOfYesterday: try yesterday.write(to: checkpoint)
        case .noCheckpoint: try FileManager.default.removeItem(at: checkpoint)
        case .checkpointTornInTwo: try yesterday.prefix(yesterday.count / 2).write(to: checkpoint)
        case .truncatedTile:
            let tile = URL(fileURLWithPath: "\(daemon.logFiles)/tile/0/000.p/\(size)")
            let content = try Data(contentsOf: tile)
            try content.dropLast(7).write(to: tile)
        case .missingBundle:
            try FileManager.default.removeItem(atPath: "\(daemon.logFiles)/tile/entries/000.p/\(size)")
        }
    }

    @Test(
        "with a full disk nothing is published, certificates are issued, and the log catches up",
        .enabled(if: mayMount)
    )
    func full() async throws {
        let daemon = try SignetDaemon()
        try FileManager.default.createDirectory(atPath: daemon.logFiles, withIntermediateDirectories: true)
        let mount = "mount -t tmpfs -o size=512k,mode=755 none '\(daemon.logFiles)' && exec \"$@\""
        try daemon.start(
            api: "http://127.0.0.1:0",
            launcher: ["unshare", "-m", "--propagation", "private", "sh", "-c", mount, "sh"]
        )
        let process = try #require(daemon.processID)
        let inside = "/proc/\(process)/root\(daemon.logFiles)"
        func size() -> Int {
            FileManager.default.contents(atPath: "\(inside)/checkpoint")
                .flatMap { try? SignedCheckpoint(Array($0)).size } ?? 0
        }
        try await daemon.issue(3)
        let began = await elapsed(upTo: .seconds(20)) { size() > 3 }
        #expect(began != nil, "\(daemon.log)")
        let reached = size()
        #expect(try shell("sh", ["-c", "cat /dev/zero > '\(inside)/ballast'"]).status != 0)
        try await daemon.issue(20)
        let failing = try await elapsed(upTo: .seconds(20)) {
            try daemon.readiness().reasons["log"]?.contains("tried again") == true
        }
        #expect(failing != nil, "\(daemon.log)")
        #expect(daemon.log.contains("No space left on device"))
        #expect(try daemon.readiness().status == "200")
        try await daemon.issue(20)
        #expect(size() == reached)
        try FileManager.default.removeItem(atPath: "\(inside)/ballast")
        let recovered = await elapsed(upTo: .seconds(30)) { size() >= reached + 40 }
        #expect(recovered != nil, "\(daemon.log)")
        let verified = try shell(
            "nsenter",
            ["-t", "\(process)", "-m", signetProgram, "log", "verify", "--state", daemon.state]
        )
        #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
        #expect(daemon.stop() == 0)
    }
}
