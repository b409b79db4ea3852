// `signet renew` against a daemon: what cron runs.

import Crypto
import Foundation
import JSON
import SwiftASN1
import TestSupport
import Testing
import X509

/// A machine with agents.
final class AgentMachine: Sendable {
    let daemon: SignetDaemon
    var agents: String { self.daemon.directory.file("agents") }
    /// What the hook has written, a line a run.
    var deployed: String { self.daemon.directory.file("deployed") }

    /// A certificate of so long a life is due from its first moment: it begins a minute before that, and ends 25 s after.
    static let dueAtOnce = "85s"
    /// This one is due after five seconds.
    static let dueShortly = "97s"
    /// This one is due after ten seconds.
    static let dueSoon = "105s"

    init(_ daemon: SignetDaemon) throws {
        self.daemon = daemon
        try FileManager.default.createDirectory(atPath: self.agents, withIntermediateDirectories: true)
    }

    func directory(_ name: String) -> String { "\(self.agents)/\(name)" }

    /// Enrols an agent, with a new key unless one is given.
    func enroll(
        _ name: String,
        host: String? = nil,
        lifetime: String? = nil,
        key: P256.Signing.PrivateKey? = nil
    ) throws {
        let ansName = "ans://v1.0.0.\(host ?? "\(name).agents.example")"
        let span = lifetime.map { ["--lifetime", $0] } ?? []
        var keys = ["--key-type", "P-256"]
        if let key {
            keys = ["--key", self.daemon.directory.file("\(name).key")]
            let mode: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
            let pem = Data(key.pemRepresentation.utf8)
            try #require(FileManager.default.createFile(atPath: keys[1], contents: pem, attributes: mode))
        }
        let result = try shell(
            signetProgram,
            [
                "agent", "enroll", "--name", ansName, "--directory", self.directory(name), "--api",
                self.daemon.url, "--root", self.daemon.root, "--token-file", self.daemon.tokenFile,
            ] + span + keys
        )
        try #require(result.status == 0, "\(result.errors)")
    }

    /// Runs `signet renew` with no more than the enrolments recorded.
    func renew(_ arguments: String..., environment: [String: String] = [:]) throws -> ShellResult {
        try shell(signetProgram, ["renew"] + arguments, environment: environment)
    }

    /// As `renew` of all with `--json`, read.
    func report(_ arguments: String...) throws -> (status: Int32, agents: [JSONValue]) {
        let result = try shell(signetProgram, ["renew", "--all", self.agents, "--json"] + arguments)
        let value = try JSONReader.read(Array(result.output.utf8), within: JSONLimits(depth: 8, members: 256))
        return (result.status, value.elements)
    }

    /// Asks what is due until that is the first agent's identity.
    func awaitDue() async throws -> (status: Int32, agents: [JSONValue]) {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            let dry = try self.report("--dry-run")
            if dry.agents.first?.texts("due").isEmpty == false { return dry }
            try #require(.now < deadline, "\(dry)")
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    /// The serial number of what is installed, once key and certificate are found to belong together.
    func serial(_ name: String) throws -> String {
        let link = try FileManager.default.destinationOfSymbolicLink(atPath: "\(self.directory(name))/current")
        let generation = "\(self.directory(name))/\(link)"
        func text(_ name: String) throws -> String {
            try String(contentsOfFile: "\(generation)/\(name)", encoding: .utf8)
        }
        let key = try P256.Signing.PrivateKey(pemRepresentation: try text("key.pem"))
        let certificate = try Certificate(pemEncoded: try text("certificate.pem"))
        #expect(certificate.publicKey == Certificate.PublicKey(key.publicKey))
        return "\(certificate.serialNumber)"
    }

    var lines: [String] {
        let text = (try? String(contentsOfFile: self.deployed, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }
}

extension JSONValue {
    func texts(_ name: String) -> [String] { (self[name]?.elements ?? []).compactMap(\.text) }
}

@Suite("signet renew")
struct RenewTests {
    private func machine() throws -> AgentMachine {
        let daemon = try SignetDaemon()
        try daemon.start()
        return try AgentMachine(daemon)
    }

    @Test("what is due is renewed, once, and nothing else; a dry run says so and changes nothing")
    func due() async throws {
        let machine = try self.machine()
        try machine.enroll("a", lifetime: AgentMachine.dueSoon)
        try machine.enroll("b")
        let (a, b) = (try machine.serial("a"), try machine.serial("b"))
        let idle = try machine.renew("--all", machine.agents)
        #expect(idle.status == 0 && idle.output.split(separator: "\n").allSatisfy { $0.hasSuffix("nothing is due") })
        let dry = try await machine.awaitDue()
        #expect(dry.status == 0 && dry.agents.map { $0.texts("due") } == [["identity"], []])
        #expect(dry.agents.allSatisfy { $0.texts("installed").isEmpty })
        #expect(try machine.serial("a") == a)

        let hook = "echo \"$SIGNET_RENEWED\" >>\(machine.deployed)"
        let first = try machine.report("--deploy-hook", hook)
        let second = try machine.report("--deploy-hook", hook)
        #expect(first.status == 0 && second.status == 0)
        #expect(first.agents.map { $0.texts("installed") } == [["identity"], []])
        #expect(first.agents.map { $0["deployed"] } == [.boolean(true), .boolean(false)])
        #expect(second.agents.allSatisfy { $0.texts("installed").isEmpty && $0.texts("due").isEmpty })
        #expect(first.agents.first?.texts("names") == ["ans://v1.0.0.a.agents.example"])
        #expect(first.agents.first?["directory"]?.text == machine.directory("a"))
        #expect(try machine.serial("a") != a && machine.serial("b") == b)
        #expect(machine.lines == ["identity"])
        let listed = try machine.daemon.curl("/v1/certificates?profile=agent-identity&limit=100").body
        #expect(listed.components(separatedBy: "\"serial\"").count - 1 == 3, "\(listed)")
        #expect(machine.daemon.stop() == 0)
    }

    @Test("of the agents that are named only those are renewed, and the hook knows where everything is")
    func named() throws {
        let machine = try self.machine()
        for name in ["a", "b"] { try machine.enroll(name, lifetime: AgentMachine.dueAtOnce) }
        let (a, b) = (try machine.serial("a"), try machine.serial("b"))
        let variables = [
            "SIGNET_AGENT_DIRECTORY", "SIGNET_AGENT_NAMES", "SIGNET_RENEWED", "SIGNET_KEY_FILE",
            "SIGNET_CERTIFICATE_FILE", "SIGNET_CHAIN_FILE", "SIGNET_SERVER_CERTIFICATE_FILE", "SIGNET_TOKEN",
        ]
        let values = variables.map { "${\($0)-none}" }.joined(separator: " ")
        let result = try machine.renew(
            "--agent",
            machine.directory("a"),
            "--deploy-hook",
            "echo \"\(values)\" >>\(machine.deployed); echo to the log",
            environment: ["SIGNET_TOKEN": try machine.daemon.token]
        )
        #expect(result.status == 0, "\(result.errors)")
        // What the hook prints is no part of the report.
        #expect(result.output == "ans://v1.0.0.a.agents.example: renewed identity\n")
        #expect(result.errors.contains("to the log"))
        #expect(try machine.serial("a") != a && machine.serial("b") == b)
        let own = machine.directory("a")
        let expected =
            "\(own) ans://v1.0.0.a.agents.example identity \(own)/key.pem \(own)/certificate.pem \(own)/chain.pem"
            + " \(own)/server.pem none"
        #expect(machine.lines == [expected])
        #expect(machine.daemon.stop() == 0)
    }

    @Test("a hook that fails makes it 1 and is run again; one agent that fails holds up no other")
    func failures() throws {
        let machine = try self.machine()
        try machine.enroll("a", lifetime: AgentMachine.dueAtOnce)
        try machine.enroll("b")
        let (a, b) = (try machine.serial("a"), try machine.serial("b"))
        let failing = try machine.report("--deploy-hook", "exit 7")
        #expect(failing.status == 1)
        #expect(failing.agents.first?["error"]?.text?.contains("status 7") == true)
        #expect(try machine.serial("a") != a)
        // Nothing is due of the other, which has nothing to deploy either.
        #expect(failing.agents.last?["error"]?.text == nil && failing.agents.last?["deployed"] == .boolean(false))
        let hook = "echo again >>\(machine.deployed)"
        #expect(try machine.report("--deploy-hook", hook).status == 0)
        #expect(machine.lines == ["again"])

        // A key that others may read is for its owner to put right; the other agent is renewed meanwhile.
        let key = "\(machine.directory("b"))/current/key.pem"
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key)
        let mixed = try machine.report()
        #expect(mixed.status == 1 && mixed.agents.first?.texts("installed") == ["identity"])
        #expect(mixed.agents.last?["error"]?.text?.contains("key.pem") == true)
        let alone = try machine.renew("--agent", machine.directory("b"))
        #expect(alone.status == 2, "\(alone.errors)")
        #expect(try machine.serial("b") == b)
        machine.daemon.kill()
        // Nobody answers: what is there stays.
        let before = try machine.serial("a")
        let silent = try machine.renew("--agent", machine.directory("a"), "--timeout", "1", "--deploy-hook", hook)
        #expect(silent.status == 1, "\(silent.output)")
        #expect(try machine.serial("a") == before)
        #expect(machine.lines == ["again"], "deployed though nothing came")
    }

    @Test("what is wrong with the call or the configuration is 2, and nothing is touched")
    func configuration() throws {
        let directory = try TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: directory.file("one"), withIntermediateDirectories: true)
        for (arguments, word) in [
            ([], "--all"), (["--all", directory.path, "--agent", directory.path], "either"),
            (["--all", directory.file("none")], "no directory"),
            (["--agent", directory.file("one")], "enroll"),
        ] {
            let result = try shell(signetProgram, ["renew"] + arguments)
            #expect(result.status == 2, "\(arguments): \(result.output) \(result.errors)")
            #expect((result.output + result.errors).contains(word), "\(arguments): \(result.output) \(result.errors)")
        }
        // A machine without agents has nothing to do.
        let empty = try shell(signetProgram, ["renew", "--all", directory.path])
        #expect(empty.status == 0 && empty.output.isEmpty && empty.errors.isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.file("one")).isEmpty)
    }

    @Test("killed at any step it leaves a pair that belongs together, and the next run renews and deploys, once")
    func killed() async throws {
        let machine = try self.machine()
        try machine.enroll("a", lifetime: AgentMachine.dueShortly)
        let steps = [
            "requestWritten", "asking", "received", "certificateWritten", "chainWritten", "recordWritten", "switched",
        ]
        for (number, step) in steps.enumerated() {
            _ = try await machine.awaitDue()
            let before = try machine.serial("a")
            let hook = "echo \(step) >>\(machine.deployed)"
            let killed = try machine.renew(
                "--all",
                machine.agents,
                "--deploy-hook",
                hook,
                environment: ["SIGNET_FAILPOINT": step]
            )
            #expect(killed.status == SIGKILL, "\(step): \(killed.output) \(killed.errors)")
            let between = try machine.serial("a")
            #expect((between != before) == (step == "switched"), "\(step)")
            let status = try shell(signetProgram, ["agent", "status", "--directory", machine.directory("a")])
            #expect(status.status == 0, "\(step): \(status.output) \(status.errors)")
            #expect(machine.lines.count == number, "\(step): deployed too early")
            let next = try machine.renew("--all", machine.agents, "--deploy-hook", hook)
            #expect(next.status == 0, "\(step): \(next.output) \(next.errors)")
            #expect(try machine.serial("a") != before)
            #expect(machine.lines == Array(steps.prefix(number + 1)), "\(step)")
        }
        #expect(machine.daemon.stop() == 0)
        // One for the enrolment, and one a step: whoever goes on gets what had been issued.
        let counted = try shell(
            "sqlite3",
            ["\(machine.daemon.state)/signet.db", "SELECT COUNT(*) FROM certificates WHERE profile = 'agent-identity'"]
        )
        #expect(counted.output == "\(1 + steps.count)\n", "\(counted.errors)")
    }

    @Test("a reader of the pair never meets halves of two while it is renewed again and again")
    func readers() async throws {
        let machine = try self.machine()
        try machine.enroll("a", lifetime: AgentMachine.dueAtOnce)
        let renewals = Task {
            for _ in 0..<6 {
                let result = try await onThread { try machine.renew("--all", machine.agents) }
                #expect(result.status == 0, "\(result.errors)")
            }
        }
        var seen: Set<String> = []
        let isOver = Task { await renewals.result }
        var reads = 0
        while seen.count < 7, reads < 20_000 {
            seen.insert(try machine.serial("a"))
            reads += 1
            await Task.yield()
        }
        _ = await isOver.value
        try await renewals.value
        seen.insert(try machine.serial("a"))
        #expect(seen.count == 7, "\(reads) reads")
        #expect(machine.daemon.stop() == 0)
    }

    private static let hasSystemd = (try? shell("sh", ["-c", "command -v systemd-analyze"]).status) == 0

    @Test(
        "the units of systemd are in order, and hand the hook over as one argument",
        .enabled(if: Self.hasSystemd, "systemd-analyze is missing")
    )
    func units() throws {
        let directory = try TemporaryDirectory()
        let folder = "\(projectRoot)/scripts/systemd"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(
            names == ["signet-renew.service", "signet-renew.timer", "signet-witness.service", "signet.service"]
        )
        for name in names {
            let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
            try directory.write(name, text.replacing("/usr/local/bin/signet", with: signetProgram))
        }
        let service = try String(contentsOfFile: "\(folder)/signet-renew.service", encoding: .utf8)
        #expect(service.contains("--deploy-hook ${SIGNET_DEPLOY_HOOK}\n"))
        let result = try shell("systemd-analyze", ["verify"] + names.map(directory.file))
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.output) \(result.errors)")
    }
}
