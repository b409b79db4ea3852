// The program as its users meet it.

import Foundation
import Testing

@Suite("The program")
struct ProgramTests {
    @Test("init runs again without changing anything")
    func initTwice() throws {
        let daemon = try SignetDaemon()
        let before = try contents(of: daemon.state)
        let again = try daemon.run("init")
        #expect(again.status == 0, "\(again.errors)")
        #expect(!again.output.contains("made key"))
        #expect(try contents(of: daemon.state) == before)
    }

    @Test("init --dry-run prints the plan and touches nothing")
    func dryRun() throws {
        let directory = try TemporaryDirectory()
        let arguments = [
            "init", "--dry-run", "--state", directory.file("state"), "--hierarchy", "\(projectRoot)/ca/hierarchy.yaml",
        ]
        let result = try shell(signetProgram, arguments)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("generate it: P-384"))
        #expect(!FileManager.default.fileExists(atPath: directory.file("state")))
    }

    @Test(
        "says what is wrong and what to do",
        arguments: [
            (["serve", "--state", "/nonexistent"], 2, "run 'signet init --state /nonexistent'"),
            (["init", "--state", "/proc/signet"], 1, "cannot create directory /proc/signet"),
            (["ca", "show", "--state", "/nonexistent"], 2, "is not a state directory"),
            (
                ["token", "create", "--state", "/nonexistent", "--name", "x", "--role", "king"], 2,
                "'king' is not one of"
            ),
            (["init", "--state", "/tmp", "--hierarchy", "/nonexistent.yaml", "--dry-run"], 2, "/nonexistent.yaml"),
        ] as [([String], Int32, String)]
    )
    func errors(_ arguments: [String], _ status: Int32, _ text: String) throws {
        let result = try shell(signetProgram, arguments)
        #expect(result.status == status, "\(result.errors)")
        #expect(result.errors.contains(text), "\(result.errors)")
        #expect(result.errors.split(separator: "\n").count == 1)
    }

    @Test(
        "refuses a configuration with a mistake, naming file, line and key",
        arguments: [
            ("apis: x\n", "unknown key 'apis'"),
            ("api: ftp://x\n", "api: 'ftp://x' is not of the form https://HOST:PORT"),
            ("api: http://192.0.2.1:80\n", "plain HTTP is served on loopback addresses only"),
            ("log: {level: loud}\n", "log.level: 'loud' is not one of"),
            ("signing: {sessions: 0}\n", "signing.sessions: a whole number from 1 to 64"),
            ("publicURL: https://x\n", "is not of the form http://HOST"),
        ]
    )
    func configuration(_ addition: String, _ message: String) throws {
        let daemon = try SignetDaemon()
        let path = "\(daemon.state)/config.yaml"
        let key = addition.split(separator: ":")[0]
        // The key goes with what is below it.
        var isOfKey = false
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").filter { line in
            if !line.hasPrefix(" ") { isOfKey = line.hasPrefix("\(key):") }
            return !isOfKey
        }
        try (lines.joined(separator: "\n") + "\n" + addition).write(toFile: path, atomically: true, encoding: .utf8)
        let result = try daemon.run("config", "check")
        #expect(result.status == 2)
        #expect(result.errors.contains(message), "\(result.errors)")
        #expect(result.errors.contains("config.yaml"))
    }

    @Test("keeps a second daemon out of a state directory")
    func secondDaemon() throws {
        let daemon = try SignetDaemon()
        try daemon.start()
        let second = try shell(
            signetProgram,
            ["serve", "--state", daemon.state, "--api", "https://127.0.0.1:0", "--public", "http://127.0.0.1:0"]
        )
        #expect(second.status == 1)
        #expect(second.errors.contains("lock"), "\(second.errors)")
        #expect(daemon.stop() == 0)
    }

    @Test("refuses a PIN file that others can read, and a wrong PIN, without trying again")
    func pins() throws {
        let daemon = try SignetDaemon()
        let pin = "\(daemon.state)/secrets/issuing.pin"
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: pin)
        let readable = try shell(
            signetProgram,
            ["serve", "--state", daemon.state, "--api", "https://127.0.0.1:0", "--public", "http://127.0.0.1:0"]
        )
        #expect(readable.status != 0)
        #expect(readable.errors.contains("chmod"), "\(readable.errors)")
        try "wrong-pin\n".write(toFile: pin, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: pin)
        let wrong = try shell(
            signetProgram,
            ["serve", "--state", daemon.state, "--api", "https://127.0.0.1:0", "--public", "http://127.0.0.1:0"]
        )
        #expect(wrong.status != 0)
        #expect(wrong.errors.contains("PIN"), "\(wrong.errors)")
    }

    @Test("issues over TLS to a token of its own, and a revoked token is out within two seconds")
    func tokens() async throws {
        let daemon = try SignetDaemon()
        try daemon.start()
        #expect(try daemon.curl("/healthz", withToken: false).status == "200")
        #expect(try daemon.curl("/readyz", withToken: false).status == "200")
        let created = try daemon.run("token", "create", "--name", "ci", "--role", "auditor")
        let secret = created.output.trimmingCharacters(in: .whitespacesAndNewlines)
        let header = ["--header", "Authorization: Bearer \(secret)"]
        #expect(try daemon.curl("/v1/certificates", header, withToken: false).status == "200")
        let id = secret.split(separator: "_")[1]
        #expect(try daemon.run("token", "revoke", String(id)).status == 0)
        try await Task.sleep(for: .seconds(2))
        #expect(try daemon.curl("/v1/certificates", header, withToken: false).status == "401")
        #expect(daemon.stop() == 0)
        #expect(try daemon.run("audit", "verify").status == 0)
    }

    @Test("finds a changed audit entry")
    func tamperedAudit() throws {
        let daemon = try SignetDaemon()
        let triggers = try shell(
            "sqlite3",
            ["\(daemon.state)/signet.db", "SELECT name FROM sqlite_master WHERE type='trigger'"]
        ).output
        for trigger in triggers.split(separator: "\n") {
            _ = try shell("sqlite3", ["\(daemon.state)/signet.db", "DROP TRIGGER \(trigger)"])
        }
        let updated = try shell(
            "sqlite3",
            ["\(daemon.state)/signet.db", "UPDATE audit SET actor='nobody' WHERE sequence=3"]
        )
        #expect(updated.status == 0, "\(updated.errors)")
        let result = try daemon.run("audit", "verify")
        #expect(result.status == 1)
        #expect(result.errors.contains("entry 3"), "\(result.errors)")
    }
}

/// The content of every file below a directory but the database's and the tokens', which reading alone may touch.
private func contents(of directory: String) throws -> [String: Data] {
    var result: [String: Data] = [:]
    for case let name as String in FileManager.default.enumerator(atPath: directory) ?? .init() {
        guard !name.hasPrefix("signet.db"), !name.hasPrefix("tokens"), name != "lock" else { continue }
        result[name] = FileManager.default.contents(atPath: "\(directory)/\(name)")
    }
    return result
}
