// A daemon with one agent that has everything: for verification from end to end.

import Foundation
import JSON
import Synchronization
import TestSupport
import Testing

/// A site with a relay before its name server, and an agent that has brought a public certificate.
final class GoldAgent: Sendable {
    let site: RegistrationSite
    let id: String
    private let relay: ValidatingRelay
    private let servers = Mutex<[SpawnedProgram]>([])

    init(host: String) async throws {
        let site = try await RegistrationSite()
        self.site = site
        self.relay = try await ValidatingRelay(before: site.server, in: site.daemon.directory)
        try site.writeDNS(ourServers: [self.relay.address])
        try Self.makeCertificates(host, in: site.daemon.directory)
        let file = "\(site.daemon.state)/config.yaml"
        let trust = "{trustRoots: \(site.daemon.directory.file("ca.pem")), validatingResolver: true, perMinute: 1000}"
        let text = try String(contentsOfFile: file, encoding: .utf8)
            .replacing(/(?m)^verification: .*$/, with: "verification: \(trust)")
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        try site.start()
        let body = try RegistrationSite.body(for: host).appending([
            JSONMember(name: "serverCertificatePEM", value: .string(Self.text("leaf.pem", site))),
            JSONMember(name: "serverCertificateChainPEM", value: .string(Self.text("ca.pem", site))),
        ])
        let registered = try site.call("POST", "/v2/ans/agents", body, wait: 20)
        self.id = registered.id
        _ = try await site.await(registered.id) { $0.state == "ACTIVE" }
        let issued = try site.call("GET", "/v2/ans/agents/\(registered.id)/certificates/identity").body.elements.first
        let chain = (issued?["certificatePEM"]?.text ?? "") + "\n" + (issued?["chainPEM"]?.text ?? "")
        try site.daemon.directory.write("identity.pem", chain)
    }

    deinit {
        self.servers.withLock { for server in $0 { server.stop() } }
        self.relay.stop()
    }

    private static func text(_ name: String, _ site: RegistrationSite) throws -> String {
        try String(contentsOfFile: site.daemon.directory.file(name), encoding: .utf8)
    }

    /// `ca.pem`; below it `leaf.pem` and, with another key, `other.pem`; `own.pem` is below nothing.
    private static func makeCertificates(_ host: String, in directory: TemporaryDirectory) throws {
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        func make(_ name: String, _ arguments: [String]) throws {
            let files = ["-keyout", directory.file("\(name).key"), "-out", directory.file("\(name).pem")]
            let result = try shell("openssl", ["req", "-x509"] + key + arguments + files)
            guard result.status == 0 else { throw DaemonError("openssl req: \(result.errors)") }
        }
        let authority = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"]
        try make("ca", ["-days", "30", "-subj", "/CN=Public Root"] + authority.flatMap { ["-addext", $0] })
        let leaf = [
            "basicConstraints=critical,CA:FALSE", "keyUsage=critical,digitalSignature", "extendedKeyUsage=serverAuth",
            "subjectAltName=DNS:\(host)",
        ].flatMap { ["-addext", $0] }
        let issued = ["-CA", directory.file("ca.pem"), "-CAkey", directory.file("ca.key"), "-days", "8"]
        for name in ["leaf", "other"] { try make(name, issued + ["-subj", "/CN=\(host)"] + leaf) }
        try make("own", ["-days", "8", "-subj", "/CN=\(host)"] + leaf)
    }

    func file(_ name: String) -> String { self.site.daemon.directory.file(name) }

    /// Runs `signet verify`.
    func verify(_ arguments: [String]) throws -> ShellResult {
        try shell(
            signetProgram,
            ["verify"] + arguments + ["--api", self.site.daemon.url, "--root", self.site.daemon.root]
        )
    }

    /// The report once it has a tier; entries enter the log a moment after their acts.
    func awaitTier(_ tier: String, _ subject: String) async throws -> JSONValue {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            let result = try self.verify([subject, "--json"])
            let limits = JSONLimits(depth: 16, members: 256)
            let report = try? JSONReader.read(Array(result.output.utf8), within: limits)
            if let report, report["tier"]?.text == tier { return report }
            guard .now < deadline else {
                throw DaemonError(
                    "not \(tier): \(result.output) \(result.errors)\n\(self.site.daemon.log.suffix(4_000))"
                )
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Starts `openssl s_server` with a certificate of ours; returns where it is.
    func serve(_ name: String) throws -> String {
        let log = self.file("s_server-\(UUID().uuidString).log")
        let server = try SpawnedProgram(
            "openssl",
            [
                "s_server", "-www", "-accept", "127.0.0.1:0", "-cert", self.file("\(name).pem"), "-key",
                self.file("\(name).key"), "-cert_chain", self.file("ca.pem"),
            ],
            output: log
        )
        self.servers.withLock { $0.append(server) }
        let deadline = ContinuousClock.now + .seconds(20)
        while true {
            let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
            if let found = text.firstMatch(of: /ACCEPT 127\.0\.0\.1:(\d+)\n/) { return "127.0.0.1:\(found.1)" }
            guard .now < deadline, server.isRunning else { throw DaemonError("openssl s_server: \(text)") }
            usleep(10_000)
        }
    }

    /// Changes or reads the database beside the daemon, as whoever can write it could; returns the first value.
    @discardableResult
    func sql(_ statement: String) throws -> String {
        let script = """
            import sqlite3, sys
            database = sqlite3.connect(sys.argv[1], timeout=20)
            with database:
                row = database.execute(sys.argv[2]).fetchone()
            print(row[0] if row else "")
            """
        let result = try shell("python3", ["-c", script, "\(self.site.daemon.state)/signet.db", statement])
        guard result.status == 0 else { throw DaemonError("\(statement): \(result.errors)") }
        return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

/// Passes questions on to a name server, and says of each answer that it was validated (RFC 4035 §3.2.3).
final class ValidatingRelay: Sendable {
    let address: String
    private let program: SpawnedProgram

    init(before server: String, in directory: TemporaryDirectory) async throws {
        let output = directory.file("relay.log")
        self.program = try SpawnedProgram("python3", ["-c", Self.script, server], output: output)
        let deadline = ContinuousClock.now + .seconds(20)
        while true {
            let text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
            if let found = text.firstMatch(of: /port (\d+)\n/) {
                self.address = "127.0.0.1:\(found.1)"
                return
            }
            guard .now < deadline, self.program.isRunning else { throw DaemonError("the relay: \(text)") }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    func stop() { self.program.stop() }

    private static let script = """
        import socket, socketserver, struct, sys, threading
        host, port = sys.argv[1].split(":")
        upstream = (host, int(port))
        def marked(message): return message[:3] + bytes([message[3] | 0x20]) + message[4:]
        class Datagrams(socketserver.BaseRequestHandler):
            def handle(self):
                data, reply = self.request
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ask:
                    ask.settimeout(5)
                    ask.sendto(data, upstream)
                    reply.sendto(marked(ask.recv(65535)), self.client_address)
        class Streams(socketserver.StreamRequestHandler):
            def handle(self):
                while len(head := self.rfile.read(2)) == 2:
                    body = self.rfile.read(struct.unpack("!H", head)[0])
                    with socket.create_connection(upstream, 5) as ask:
                        ask.sendall(head + body)
                        answer = ask.makefile("rb")
                        size = answer.read(2)
                        self.wfile.write(size + marked(answer.read(struct.unpack("!H", size)[0])))
        class TCP(socketserver.ThreadingTCPServer): daemon_threads = True
        class UDP(socketserver.ThreadingUDPServer): daemon_threads = True
        streams = TCP(("127.0.0.1", 0), Streams)
        port = streams.server_address[1]
        datagrams = UDP(("127.0.0.1", port), Datagrams)
        threading.Thread(target=streams.serve_forever, daemon=True).start()
        print("port", port, flush=True)
        datagrams.serve_forever()
        """
}
