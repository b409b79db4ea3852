// The client commands against a daemon: what an agent, a cron and an operator run.

import Foundation
import Testing

@Suite("The client commands")
struct ClientTests {
    @Test("enrol, verify, report, renew and revoke a certificate", arguments: ["Ed25519", "P-384", "RSA-2048"])
    func life(_ keyType: String) throws {
        let daemon = try SignetDaemon()
        try daemon.start()
        let agent = daemon.directory.file("agent")
        let enrolled = try daemon.client(
            "agent",
            "enroll",
            "--name",
            "ans://v1.0.0.one.agents.example",
            "--directory",
            agent,
            "--key-type",
            keyType,
            "--json"
        )
        let first = try JSONDecoder().decode(Report.self, from: Data(enrolled.output.utf8))
        #expect(first.keyType == keyType && first.state == "valid")
        try daemon.expectVerified(by: "openssl", agent)
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(agent)/current/key.pem")
        #expect(attributes[.posixPermissions] as? Int == 0o600)

        let again = try daemon.client(
            "agent",
            "enroll",
            "--name",
            "ans://v1.0.0.one.agents.example",
            "--directory",
            agent,
            expecting: 2
        )
        #expect(again.errors.contains("--force"), "\(again.errors)")
        #expect(try daemon.client("agent", "renew", "--directory", agent).output.contains("not due"))
        let key = FileManager.default.contents(atPath: "\(agent)/current/key.pem")
        try daemon.client("agent", "renew", "--directory", agent, "--force")
        #expect(FileManager.default.contents(atPath: "\(agent)/current/key.pem") == key)
        try daemon.client("agent", "renew", "--directory", agent, "--force", "--new-key")
        #expect(FileManager.default.contents(atPath: "\(agent)/current/key.pem") != key)
        try daemon.expectVerified(by: "openssl", agent)
        #expect(try shell(signetProgram, ["agent", "status", "--directory", agent]).status == 0)

        let listed = try daemon.client("cert", "list", "--agent", "one.agents.example", "--all", "--json")
        #expect(listed.output.split(separator: "\n").count == 3)
        #expect(try daemon.client("cert", "show", first.serial).output.contains(first.serial))
        let revoked = try daemon.client("cert", "revoke", first.serial, "--reason", "superseded")
        #expect(revoked.output.contains("superseded"))
        #expect(try daemon.client("cert", "list", "--status", "revoked").output.contains(first.serial))
        #expect(daemon.stop() == 0)
        #expect(try daemon.run("audit", "verify").status == 0)
    }

    @Test("say what is wrong and leave nothing behind")
    func errors() throws {
        let daemon = try SignetDaemon()
        try daemon.start()
        let agent = daemon.directory.file("agent")
        for (arguments, status, text) in [
            (["agent", "enroll", "--name", "one.agents.example", "--directory", agent], 2, "ans://"),
            (["agent", "enroll", "--directory", agent], 2, "--name"),
            (["agent", "renew", "--directory", agent], 2, "enroll"),
            (["agent", "status", "--directory", agent], 2, "enroll"),
            (["cert", "show", "zz"], 2, "hexadecimal"),
            (["cert", "show", "01"], 1, "no certificate has serial number"),
            (["cert", "revoke", "01", "--reason", "boredom"], 2, "boredom"),
            (["cert", "list", "--status", "lost"], 1, "status"),
        ] as [([String], Int32, String)] {
            let result = try daemon.client(arguments, expecting: status)
            #expect(result.errors.contains(text), "\(arguments): \(result.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: "\(agent)/current"))
        let untrusted = try daemon.client(
            ["cert", "list"],
            environment: ["SIGNET_ROOT": "/etc/ssl/certs/ca-certificates.crt"],
            expecting: nil
        )
        #expect(untrusted.status != 0, "a certificate of another root was trusted")
        #expect(daemon.stop() == 0)
        let unreachable = try daemon.client(["cert", "list", "--timeout", "2"], expecting: 1)
        #expect(unreachable.errors.contains("cannot"), "\(unreachable.errors)")
    }

    @Test("a hierarchy of RSASSA-PSS issues, and openssl and GnuTLS accept it")
    func probabilisticSignatures() throws {
        let text = try String(contentsOfFile: "\(projectRoot)/ca/hierarchy.yaml", encoding: .utf8)
            .replacingOccurrences(
                of: "  key: P-384\n  token: root",
                with: "  key: RSA-4096\n  scheme: rsa-pss-sha256\n  token: root"
            )
            .replacingOccurrences(
                of: "    key: P-256\n    token: issuing",
                with: "    key: RSA-3072\n    scheme: rsa-pss-sha256\n    token: issuing"
            )
        #expect(text.contains("rsa-pss"))
        let daemon = try SignetDaemon(hierarchy: text)
        try daemon.start()
        #expect(try daemon.curl("/readyz", withToken: false).status == "200")
        #expect(try daemon.curl("/v1/authority", withToken: false).status == "200")
        #expect(try daemon.run("ca", "show").status == 0)
        let agent = daemon.directory.file("agent")
        try daemon.client("agent", "enroll", "--name", "ans://v1.0.0.one.agents.example", "--directory", agent)
        try daemon.expectVerified(by: "openssl", agent)
        try daemon.expectVerified(by: "certtool", agent)
        #expect(daemon.stop() == 0)
    }
}

/// What the tests read of `signet agent … --json`.
private struct Report: Decodable {
    let state: String
    let keyType: String
    let serial: String
}

extension SignetDaemon {
    /// Runs a client command with the daemon's address, root and first token.
    @discardableResult
    fileprivate func client(_ arguments: String..., expecting status: Int32 = 0) throws -> ShellResult {
        try self.client(arguments, expecting: status)
    }

    @discardableResult
    fileprivate func client(
        _ arguments: [String],
        environment: [String: String] = [:],
        expecting status: Int32?
    ) throws -> ShellResult {
        let own = ["SIGNET_API": self.url, "SIGNET_ROOT": self.root, "SIGNET_TOKEN_FILE": self.tokenFile]
        let result = try shell(signetProgram, arguments, environment: own.merging(environment) { $1 })
        if let status { #expect(result.status == status, "\(arguments): \(result.errors)") }
        return result
    }

    /// Holds an agent's certificate and chain against the root, with a program that we did not write.
    fileprivate func expectVerified(by program: String, _ agent: String) throws {
        let current = "\(agent)/current"
        let result: ShellResult
        switch program {
        case "openssl":
            result = try shell(
                "openssl",
                ["verify", "-CAfile", self.root, "-untrusted", "\(current)/chain.pem", "\(current)/certificate.pem"]
            )
        default:
            let chain = try ["\(current)/certificate.pem", "\(current)/chain.pem", self.root].map {
                try String(contentsOfFile: $0, encoding: .utf8)
            }
            let file = try self.directory.write("chain-\(UUID().uuidString).pem", chain.joined(separator: "\n"))
            result = try shell("certtool", ["--verify-chain", "--infile", file])
        }
        #expect(result.status == 0, "\(program): \(result.output) \(result.errors)")
    }
}
