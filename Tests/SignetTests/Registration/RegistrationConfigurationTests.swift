// What operators write: the policy, changed while the daemon runs, and dns.yaml.

import Foundation
import JSON
import TestSupport
import Testing

@Suite("What operators write about registration", .serialized)
struct RegistrationConfigurationTests {
    /// A policy that denies everything and says a word.
    private func denial(_ word: String) -> String {
        "version: 1\nrules:\n  - name: nobody\n    when: {}\n    then:\n      deny: \"closed: \(word)\"\n"
    }

    @Test("a changed policy is in force without a restart, on SIGHUP at once, and a broken one leaves the old in force")
    func policyChanges() async throws {
        let site = try await RegistrationSite()
        try site.start()
        #expect(try site.register("first.\(RegistrationSite.ours)", wait: 10).state == "ACTIVE")
        try site.writePolicy(self.denial("amber"))
        try await self.awaitDenial("amber", at: site)

        try site.writePolicy("version: 1\nrules:\n  - name: nobody\n    when: {}\n    then: {alow: {}}\n")
        try await self.awaitLog("the policy cannot be read; the one before stays in force", at: site)
        #expect(site.daemon.log.contains("registration.yaml:5"), "\(site.daemon.log)")
        #expect(try site.register("third.\(RegistrationSite.ours)").message.contains("amber"))

        try site.writePolicy(self.denial("green"))
        try await self.awaitDenial("green", at: site)
        // In place, with the same length and time, which nobody who watches the file can see.
        let before = try FileManager.default.attributesOfItem(atPath: site.policyFile)
        let handle = try #require(FileHandle(forWritingAtPath: site.policyFile))
        try handle.write(contentsOf: Data(self.denial("white").utf8))
        try handle.close()
        try FileManager.default.setAttributes(
            [.modificationDate: try #require(before[.modificationDate])],
            ofItemAtPath: site.policyFile
        )
        site.daemon.hangUp()
        try await self.awaitDenial("white", at: site)
        #expect(site.daemon.stop() == 0)
        let entries = try shell("sqlite3", ["\(site.daemon.state)/signet.db", "SELECT action FROM audit"]).output
        let loads = entries.split(separator: "\n").count { $0.lowercased().contains("policy") }
        #expect(loads == 3, "\(entries)")
    }

    private func awaitDenial(_ word: String, at site: RegistrationSite) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while true {
            let answer = try site.register("second.\(RegistrationSite.ours)")
            if answer.code == "POLICY_DENIED", answer.message.contains("closed: \(word)") { return }
            guard .now < deadline else { throw DaemonError("not '\(word)': \(answer.body)\n\(site.daemon.log)") }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private func awaitLog(_ text: String, at site: RegistrationSite) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while !site.daemon.log.contains(text) {
            guard .now < deadline else { throw DaemonError("'\(text)' is not in: \(site.daemon.log)") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    @Test("policy check says whether a file is well, and where it is not")
    func check() throws {
        let directory = try TemporaryDirectory()
        let well = try shell(signetProgram, ["policy", "check", "\(projectRoot)/policies/registration.yaml"])
        #expect(well.status == 0, "\(well.errors)")
        #expect(well.output.contains("registration.yaml: well; "), "\(well.output)")
        #expect(well.output.contains("sha256 "))
        let mistakes = [
            ("version: 1\nrules:\n  - name: a\n    when: {hots: x}\n    then: {deny: no}\n", "registration.yaml:4"),
            ("version: 2\nrules: []\n", "registration.yaml:1"),
            (
                "version: 1\nrules:\n  - name: a\n    when: {}\n    then: {allow: {limits: [x]}}\n",
                "registration.yaml:5"
            ),
        ]
        for (text, place) in mistakes {
            let file = try directory.write("registration.yaml", text)
            let result = try shell(signetProgram, ["policy", "check", file])
            #expect(result.status == 2, "\(text)")
            #expect(result.errors.contains(place), "\(result.errors)")
        }
    }

    @Test("policy explain says which rule decides, and why the others do not")
    func explain() throws {
        let directory = try TemporaryDirectory()
        let policy = "\(projectRoot)/policies/registration.yaml"
        func explain(_ input: String) throws -> ShellResult {
            let file = try directory.write("request.json", input)
            return try shell(signetProgram, ["policy", "explain", "--policy", policy, "--input", file])
        }
        let allowed = try explain(
            #"{"role": "issuer", "host": "bot.agents.test", "zone": "ours", "keyTypes": ["Ed25519"]}"#
        )
        #expect(allowed.status == 0, "\(allowed.errors)")
        #expect(allowed.output.contains("our-zones: decides: allow"), "\(allowed.output)")
        #expect(allowed.output.contains("- zone: wants other; has 'ours'"), "\(allowed.output)")
        #expect(allowed.output.contains("\nallow: "))
        let denied = try explain(#"{"role": "auditor", "host": "bot.agents.test", "zone": "ours"}"#)
        #expect(denied.output.contains("\ndeny: "), "\(denied.output)")
        let unknown = try explain(#"{"rolle": "issuer"}"#)
        #expect(unknown.status == 2)
        #expect(unknown.errors.contains("member 'rolle' is unknown"), "\(unknown.errors)")
    }

    @Test("a mistake in dns.yaml stops the daemon with exit code 2, naming file and line")
    func dns() throws {
        let daemon = try SignetDaemon()
        let mistakes = [
            ("resolver: []\n", "dns.yaml:1: unknown key 'resolver'"),
            ("resolvers: []\nproviders:\n  a: {kind: bind}\n", "dns.yaml:3: providers.a.kind: 'bind' is not one of"),
            ("providers:\n  a:\n    kind: manual\n    key: x\n", "dns.yaml:4: providers.a: unknown key 'key'"),
            ("zones:\n  - {zone: a.test, ours: true, provider: x}\n", "dns.yaml:2: "),
            ("zones:\n  - {zone: a..test, ours: true, provider: x}\n", "dns.yaml:2: "),
            ("resolvers:\n  - here\n", "dns.yaml:2: resolvers[0]: 'here' is no address of a server"),
            ("httpProofPort: 0\n", "dns.yaml:1: httpProofPort"),
            (
                "providers:\n  a: {kind: rfc2136, server: 127.0.0.1, key: k, secretFile: secrets/none}\n",
                "secrets/none: no such file"
            ),
        ]
        let serve = ["serve", "--state", daemon.state, "--api", "http://127.0.0.1:0", "--public", "http://127.0.0.1:0"]
        for (text, place) in mistakes {
            try text.write(toFile: "\(daemon.state)/dns.yaml", atomically: true, encoding: .utf8)
            let checked = try daemon.run("config", "check")
            #expect(checked.status == 2, "\(text)")
            #expect(checked.errors.contains(place), "\(checked.errors)")
        }
        let served = try shell(signetProgram, serve)
        #expect(served.status == 2)
        #expect(served.errors.contains("secrets/none: no such file"), "\(served.errors)")

        // A policy that is broken at the start is no less an error of the configuration.
        try "zones: []\n".write(toFile: "\(daemon.state)/dns.yaml", atomically: true, encoding: .utf8)
        let policy = "\(daemon.state)/policies/registration.yaml"
        try "version: 1\nruls: []\n".write(toFile: policy, atomically: true, encoding: .utf8)
        let unruled = try shell(signetProgram, serve)
        #expect(unruled.status == 2)
        #expect(unruled.errors.contains("registration.yaml:2"), "\(unruled.errors)")
    }
}
