// signet log follow: beside a daemon, beside a log that another program made, and before a log that changed its past.

import Foundation
import Testing
import TransparencyLog

@Suite("The monitor")
struct LogFollowTests {
    private func follow(_ log: String, _ keys: [String], keep: String, _ more: [String] = []) throws -> ShellResult {
        let arguments = ["log", "follow", "--log", log, "--keep", keep, "--once"] + keys.flatMap { ["--key", $0] }
        return try shell(signetProgram, arguments + more)
    }

    @Test("it tells of the names that it watches, each once, over HTTP")
    func daemon() async throws {
        let party = try RelyingParty()
        let (daemon, keep) = (party.daemon, party.daemon.directory.file("kept"))
        let keys = try daemon.shownLog().keys
        func run(_ more: [String] = []) throws -> ShellResult {
            try self.follow(party.publicURL, keys, keep: keep, ["--name", "*.agents.example"] + more)
        }
        let first = try party.issue("first")
        try await daemon.waitForLog { $0.size >= 2 }
        let told = try await self.eventually({ try run() }, until: { $0.output.contains(first.serial) })
        #expect(told.status == 0 && told.errors.isEmpty, "\(told.errors)")
        #expect(told.output.contains("CERTIFICATE_ISSUED"))
        #expect(told.output.contains("URI:ans://v1.0.0.first.agents.example"))
        // The authority's own certificates are of no name that is watched.
        #expect(told.output.split(separator: "\n").count == 1)
        let nothing = try run()
        #expect(nothing.status == 0 && nothing.output.isEmpty && nothing.errors.isEmpty)
        try party.revoke(first, "keyCompromise")
        let revoked = try await self.eventually(
            { try run(["--json"]) },
            until: { $0.output.contains("CERTIFICATE_REVOKED") }
        )
        let lines = revoked.output.split(separator: "\n")
        #expect(lines.count == 2)
        let entry = try JSONSerialization.jsonObject(with: Data((lines.first ?? "").utf8)) as? [String: Any]
        #expect(entry?["serialNumber"] as? String == first.serial)
        let other = try self.follow(
            party.publicURL,
            keys,
            keep: daemon.directory.file("other"),
            ["--name", "x.example"]
        )
        #expect(other.status == 0 && other.output.isEmpty)
        #expect(daemon.stop() == 0)
        let away = try run()
        #expect(away.status == 1 && away.errors.hasPrefix("error:"))
    }

    @Test(
        "mistakes are told from failures",
        arguments: [
            ([], 2), (["--key", "nothing"], 2), (["--key", "KEY", "--name", "*.*"], 2),
            (["--key", "KEY", "--quorum", "1"], 2),
        ] as [([String], Int32)]
    )
    func usage(_ more: [String], _ status: Int32) throws {
        let directory = try TemporaryDirectory()
        let key = SoftwareLog("log.example/x").key.description
        let arguments = more.map { $0 == "KEY" ? key : $0 }
        let result = try self.follow("http://127.0.0.1:1", [], keep: directory.file("kept"), arguments)
        #expect(result.status == status, "\(result.errors)")
    }

    @Test("a log that Python made is followed, and refused for good once its past is another", arguments: [700, 3])
    func foreign(_ size: Int) throws {
        let directory = try TemporaryDirectory()
        let script = "\(projectRoot)/scripts/bench.d/log_synthetic.py"
        func make(_ arguments: [String], _ entries: Int) throws {
            let made = try shell(
                "python3",
                [script] + arguments + [directory.path, "log.example/python", "\(entries)"]
            )
            #expect(made.status == 0, "\(made.errors)")
        }
        try make([], size)
        let key = try String(contentsOfFile: directory.file("key"), encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        func run(_ more: [String] = []) throws -> ShellResult {
            try self.follow(directory.file("public"), [key], keep: directory.file("kept"), more)
        }
        // Without a name every entry is told.
        let all = try run(["--json"])
        #expect(all.status == 0, "\(all.errors)")
        #expect(all.output.split(separator: "\n").count == size + 1)
        let known = try String(contentsOfFile: directory.file("public/checkpoint"), encoding: .utf8)
        try make(["--fork"], size)
        let shown = try String(contentsOfFile: directory.file("public/checkpoint"), encoding: .utf8)
        #expect(known != shown)
        for _ in 0..<2 {
            let forked = try run()
            #expect(forked.status == 3 && forked.output.isEmpty, "\(forked.errors)")
            #expect(forked.errors.contains("HAS CHANGED OR LOST ITS PAST"))
        }
        let kept = try FileManager.default.contentsOfDirectory(atPath: directory.file("kept"))
        let evidence = try #require(kept.first { $0.hasPrefix("fork-") })
        #expect(kept.filter { $0.hasPrefix("fork-") }.count == 1)
        let text = try String(contentsOfFile: directory.file("kept/\(evidence)"), encoding: .utf8)
        #expect(text.contains(known) && text.contains(shown))
        // A shorter one, too; and the state is still that of the first.
        try make(["--fork"], size - 1)
        #expect(try run().status == 3)
        let state = try String(contentsOfFile: directory.file("kept/state"), encoding: .utf8)
        #expect(state == "read \(size)\n\n\(known)")
    }

    @Test("a checkpoint without the cosignatures that are asked for is not believed")
    func cosignatures() async throws {
        let party = try RelyingParty()
        try await party.daemon.waitForLog { $0.size > 0 }
        let witness = try VerifierKey(
            name: "witness.example/w",
            algorithm: .cosignature,
            publicKey: SoftwareLog("x").key.publicKey
        )
        let keep = party.daemon.directory.file("kept")
        let keys = try party.daemon.shownLog().keys
        let demanding = try self.follow(party.publicURL, keys, keep: keep, ["--witness", witness.description])
        #expect(demanding.status == 1 && demanding.errors.contains("LOG_NOT_WITNESSED"))
        let content = try self.follow(
            party.publicURL,
            keys,
            keep: keep,
            ["--witness", witness.description, "--quorum", "0"]
        )
        #expect(content.status == 0, "\(content.errors)")
        #expect(party.daemon.stop() == 0)
    }

    /// Runs until the result is as it should be.
    private func eventually(
        _ body: () throws -> ShellResult,
        until condition: (ShellResult) -> Bool
    ) async throws -> ShellResult {
        var last: ShellResult?
        _ = try await elapsed(upTo: .seconds(20)) {
            let result = try body()
            last = result
            return condition(result)
        }
        return try #require(last)
    }
}
