// The log as a daemon serves it: over plain HTTP to anyone, and to those who wait for it.

import Foundation
import JSON
import PKIX
import Testing
import TransparencyLog

@Suite("The log of a daemon", .serialized)
struct LogServingTests {
    /// curl without a token; the head and the body.
    private func get(_ daemon: SignetDaemon, _ path: String, _ arguments: [String] = []) throws -> (
        head: String, body: String
    ) {
        let result = try shell("curl", ["-sS", "-i", "--max-time", "20"] + arguments + ["\(daemon.publicURL)\(path)"])
        let parts = result.output.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
    }

    private func issue(_ daemon: SignetDaemon, _ host: String, _ fields: [String] = []) throws -> (
        status: String, body: String
    ) {
        let directory = try TemporaryDirectory()
        let csr = directory.file("request.pem")
        let made = try shell(
            "openssl",
            [
                "req", "-new", "-newkey", "ed25519", "-nodes", "-keyout", directory.file("key.pem"), "-out", csr,
                "-subj", "/",
                "-addext", "subjectAltName=DNS:\(host)",
            ]
        )
        guard made.status == 0 else { throw DaemonError("openssl: \(made.errors)") }
        let pem = try String(contentsOfFile: csr, encoding: .utf8)
        let body = JSONValue.object([
            JSONMember(name: "profile", value: "agent-tls"), JSONMember(name: "csr", value: .string(pem)),
        ])
        let text = String(decoding: body.serialized, as: UTF8.self)
        return try daemon.curl(
            "/v1/certificates",
            ["-H", "Content-Type: application/json", "-d", text] + fields.flatMap { ["-H", $0] }
        )
    }

    @Test(
        "Who waits for a certificate gets its proof; everyone reads the log, with tags, methods and queries as they should be"
    )
    func serves() throws {
        let daemon = try SignetDaemon()
        try daemon.start()
        let issued = try self.issue(daemon, "a.agents.example", ["Prefer: wait=20"])
        #expect(issued.status == "201", "\(issued.body)")
        let answer = try JSONReader.read(Array(issued.body.utf8), within: JSONLimits(depth: 10, members: 50))
        let proof = try ProofFile(Array(try #require(answer["log"]?["proof"]?.text).utf8))
        let keys = try self.get(daemon, "/root-keys").body.split(separator: "\n").map { try VerifierKey($0) }
        let entry = try self.get(daemon, "/v1/log/entry/\(proof.index)")
        let identity = LogIdentity(origin: proof.checkpoint.checkpoint.origin, keys: keys)
        try proof.verify(leaf: .leaf(Array(entry.body.utf8)), log: identity)
        #expect(entry.body.contains(try #require(answer["serial"]?.text)))

        // Cache fields, and no date for what changes ten times a second.
        #expect(entry.head.contains("Cache-Control: max-age=31536000,public") && !entry.head.contains("Last-Modified"))
        let tag = try #require(entry.head.split(separator: "ETag: ").last?.split(separator: "\r\n").first)
        let kept = try self.get(daemon, "/v1/log/entry/\(proof.index)", ["-H", "If-None-Match: \(tag)"])
        #expect(kept.head.hasPrefix("HTTP/1.1 304 ") && kept.body.isEmpty)
        let checkpoint = try self.get(
            daemon,
            "/checkpoint",
            ["-H", "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT"]
        )
        #expect(checkpoint.head.hasPrefix("HTTP/1.1 200 ") && checkpoint.head.contains("Cache-Control: max-age=1,"))
        #expect(try self.get(daemon, "/checkpoint", ["-I"]).head.hasPrefix("HTTP/1.1 200 "))
        for (path, arguments, status) in [
            ("/v1/log/entry/0", ["-X", "POST", "-d", ""], "405"), ("/v1/log/checkpoint/history?limit=0", [], "400"),
            ("/v1/log/checkpoint/history?limit=1&order=ASC", [], "200"), ("/v1/log/entry/999", [], "404"),
            ("/v1/agents/nobody/receipt", [], "404"), ("/.well-known/acme-challenge/none", [], "404"),
            ("/v1/log/schema/V2", [], "200"), ("/tile/0/000.p/\(proof.checkpoint.size)", [], "200"),
        ] {
            let answer = try self.get(daemon, path, arguments)
            #expect(answer.head.hasPrefix("HTTP/1.1 \(status) "), "\(path): \(answer.head)")
        }
        let ready = try daemon.curl("/readyz", withToken: false)
        #expect(ready.status == "200" && ready.body.contains(#""log""#), "\(ready.body)")
        let metrics = try daemon.curl("/metrics", withToken: false).body
        #expect(metrics.contains("signet_log_oldest_unlogged_age_seconds"))
        #expect(try daemon.run("log", "verify").status == 0)
        let serial = try #require(answer["serial"]?.text)
        let written = try daemon.run("log", "prove", "--serial", serial)
        try ProofFile(Array(written.output.utf8)).verify(leaf: .leaf(Array(entry.body.utf8)), log: identity)
        #expect(daemon.stop() == 0)
    }
}
