// The daemon has public certificates issued: by Pebble, over http-01 at its own public side.

import ACME
import AuditLog
import Foundation
import LoopbackSupport
import PKIX
import Persistence
import ServerCertificates
import Synchronization
import Testing
import X509

/// A program that ends with the last reference.
private final class Peer: Sendable {
    private let process: Mutex<Process>

    init(_ arguments: [String], environment: [String: String] = [:], log: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let output = try #require(FileHandle(forWritingAtPath: log))
        (process.standardOutput, process.standardError) = (output, output)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        self.process = Mutex(process)
    }

    deinit {
        self.process.withLock { process in
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
    }
}

@Suite("Public certificates")
struct PublicCertificateTests {
    private static let host = "a.agents.test"

    private func write(
        _ text: String,
        in daemon: SignetDaemon,
        replacing former: String,
        file name: String = "config.yaml"
    ) throws {
        let file = "\(daemon.state)/\(name)"
        let old = try String(contentsOfFile: file, encoding: .utf8)
        #expect(old.contains(former))
        try old.replacing(former, with: text).write(toFile: file, atomically: true, encoding: .utf8)
    }

    @Test("init makes the account's key, and check says what is wrong with a CA")
    func configuration() throws {
        let daemon = try SignetDaemon()
        let check = { try shell(signetProgram, ["config", "check", "--state", daemon.state]) }
        #expect(try check().output.contains("config.yaml: well; 0 public CAs"))
        try self.write(
            "authorities: {one: {directory: \"https://ca.test/dir\"}}",
            in: daemon,
            replacing: "authorities: {}"
        )
        let missing = try check()
        #expect(missing.status == 2 && missing.errors.contains("acme-one.key"), "\(missing.errors)")
        let again = try shell(signetProgram, ["init", "--state", daemon.state])
        #expect(again.status == 0, "\(again.errors)")
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(daemon.state)/secrets/acme-one.key")
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        #expect(try check().output.contains("config.yaml: well; 1 public CAs"))
        try self.write("https://ca.test/dir\", profil: x", in: daemon, replacing: "https://ca.test/dir\"")
        let unknown = try check()
        #expect(unknown.status == 2 && unknown.errors.contains("profil"), "\(unknown.errors)")
        try self.write("http://ca.test/dir\"", in: daemon, replacing: "https://ca.test/dir\", profil: x")
        let plain = try check()
        #expect(plain.status == 2 && plain.errors.contains("no https address"), "\(plain.errors)")
        try self.write("https://ca.test/dir\"", in: daemon, replacing: "http://ca.test/dir\"")
        var former = "httpHosts: []"
        for (command, reason) in [
            ("{run: place-file, hosts: [a.test]}", "from '/' on"), ("{run: /bin/true}", "hosts"),
            ("{run: /bin/true, hosts: []}", "'hosts' are those"),
            ("{run: /nowhere/place-file, hosts: [a.test]}", "/nowhere/place-file is no program"),
        ] {
            let setting = "httpHosts: []\n  httpCommand: \(command)"
            try self.write(setting, in: daemon, replacing: former)
            former = setting
            let wrong = try check()
            #expect(wrong.status == 2 && wrong.errors.contains(reason), "\(command): \(wrong.errors)")
        }
        try self.write("httpHosts: []\n  httpCommand: {run: /bin/true, hosts: [a.test]}", in: daemon, replacing: former)
        #expect(try check().status == 0)
    }

    @Test("init makes the account's key on the token, once, also when it was interrupted; no file has it")
    func tokenKey() throws {
        let daemon = try SignetDaemon()
        try self.write(
            "authorities: {one: {directory: \"https://ca.test/dir\", accountKey: token}}",
            in: daemon,
            replacing: "authorities: {}"
        )
        let check = { try shell(signetProgram, ["config", "check", "--state", daemon.state]) }
        let missing = try check()
        #expect(missing.status == 2 && missing.errors.contains("signet init"), "\(missing.errors)")
        let file = "\(daemon.state)/certificates/acme-one.pem"
        var keys: [String] = []
        for isInterrupted in [false, true, false] {
            // The key is made before the file is written.
            if isInterrupted { try FileManager.default.removeItem(atPath: file) }
            let again = try shell(signetProgram, ["init", "--state", daemon.state])
            #expect(again.status == 0, "\(again.errors)")
            keys.append(try String(contentsOfFile: file, encoding: .utf8))
        }
        #expect(Set(keys).count == 1 && keys[0].hasPrefix("-----BEGIN PUBLIC KEY-----\n"))
        #expect(try check().output.contains("1 public CAs"))
        let secrets = try FileManager.default.contentsOfDirectory(atPath: "\(daemon.state)/secrets")
        #expect(!secrets.contains { $0.hasPrefix("acme") }, "\(secrets)")
        let text = keys[0]
        try text.dropFirst(30).write(toFile: file, atomically: true, encoding: .utf8)
        let damaged = try check()
        #expect(damaged.status == 2 && damaged.errors.contains("no public key"), "\(damaged.errors)")
    }

    @Test(
        "an order in the store is taken to its end by the daemon, over its own public side or by a command, across a kill",
        arguments: [("", false), (", accountKey: token", false), ("", true)]
    )
    func obtained(accountKey: String, byCommand: Bool) async throws {
        let daemon = try SignetDaemon()
        let ports = try (0..<6).map { _ in try FreePort.next() }
        let directory = daemon.directory
        let certificate = try shell(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                "/CN=pebble", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", directory.file("pebble.key"), "-out",
                directory.file("pebble.pem"),
            ]
        )
        #expect(certificate.status == 0, "\(certificate.errors)")
        let settings: [String: Any] = [
            "pebble": [
                "listenAddress": "127.0.0.1:\(ports[0])", "managementListenAddress": "127.0.0.1:\(ports[1])",
                "certificate": directory.file("pebble.pem"), "privateKey": directory.file("pebble.key"),
                "httpPort": ports[2], "tlsPort": ports[3], "ocspResponderURL": "",
                "externalAccountBindingRequired": false,
            ]
        ]
        try JSONSerialization.data(withJSONObject: settings).write(to: URL(filePath: directory.file("pebble.json")))
        let names = try Peer(
            [
                "pebble-challtestsrv", "-dns01", "127.0.0.1:\(ports[4])", "-http01", "", "-https01", "", "-tlsalpn01",
                "",
                "-defaultIPv6", "", "-management", "127.0.0.1:\(ports[5])",
            ],
            log: directory.file("names.log")
        )
        let pebble = try Peer(
            ["pebble", "-config", directory.file("pebble.json"), "-dnsserver", "127.0.0.1:\(ports[4])", "-strict"],
            environment: ["PEBBLE_VA_NOSLEEP": "1"],
            log: directory.file("pebble.log")
        )
        defer { withExtendedLifetime((names, pebble)) {} }
        try self.write(
            """
            authorities: {pebble: {directory: "https://127.0.0.1:\(ports[0])/dir", agreeToTerms: true,
                  roots: "\(directory.file("pebble.pem"))", challenges: [http-01]\(accountKey)}}
            """,
            in: daemon,
            replacing: "authorities: {}"
        )
        let hosts = "[\"*.agents.test\"]"
        let web = directory.file("web")
        var webServer: Peer?
        if byCommand {
            let program = try self.makeCommand(in: directory, web: web)
            let setting = "httpHosts: []\n  httpCommand: {run: \"\(program)\", hosts: \(hosts)}"
            try self.write(setting, in: daemon, replacing: "httpHosts: []")
            let dns =
                "resolvers: [\"127.0.0.1:\(ports[4])\"]\nhttpProofPort: \(ports[2])\nadmittedAddresses: [127.0.0.0/8]"
            try self.write(dns, in: daemon, replacing: "resolvers: []", file: "dns.yaml")
            webServer = try Peer(
                ["python3", "-m", "http.server", "--bind", "127.0.0.1", "--directory", web, "\(ports[2])"],
                log: directory.file("web.log")
            )
        } else {
            try self.write("httpHosts: \(hosts)", in: daemon, replacing: "httpHosts: []")
        }
        defer { withExtendedLifetime(webServer) {} }
        let again = try shell(signetProgram, ["init", "--state", daemon.state])
        #expect(again.status == 0, "\(again.errors)")
        let files = FileManager.default
        #expect(files.fileExists(atPath: "\(daemon.state)/secrets/acme-pebble.key") == accountKey.isEmpty)
        let publicSide = "http://127.0.0.1:\(byCommand ? 0 : ports[2])"
        // Before the CA looks: it does so once, and the daemon is not there while it is killed.
        try daemon.start(public: publicSide, environment: ["SIGNET_FAILPOINT": "order-presenting"])

        let store = try SQLiteStore(path: "\(daemon.state)/signet.db", creating: false, clock: ContinuousClock())
        let pem = try shell(
            "openssl",
            [
                "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/",
                "-addext",
                "subjectAltName=DNS:\(Self.host)", "-keyout", directory.file("agent.key"),
            ]
        )
        let order = ServerCertificateOrder(
            host: Self.host,
            request: try ParsedCSR(Array(pem.output.utf8)),
            agent: "agent-1",
            actor: "test",
            reference: "order-1"
        )
        let placed = ServerOrder(order, authority: "pebble", at: Date())
        let event = AuditEvent(
            at: Date(),
            actor: "test",
            action: .orderServerCertificate,
            object: "server-order:order-1"
        )
        _ = try await store.insert(placed, dueAt: Date(), audit: event)
        #expect(try await daemon.waitUntilGone(within: 60))
        daemon.kill()
        #expect(try await store.order("order-1")?.order.state?.step == .presenting)
        try daemon.start(public: publicSide)
        try await self.wait(daemon) { try await store.order("order-1")?.order.status == .obtained }
        let kept = try #require(try await store.certificate(reference: "order-1"))
        let leaf = try EncodedCertificate(der: kept.certificate.certificate)
        #expect(leaf.fields.publicKey == order.request.publicKey.certificateKey)
        #expect(try await store.certificates(of: "agent-1").count == 1)
        if byCommand {
            #expect(try await store.order("order-1")?.order.way == .command)
            let calls = try String(contentsOfFile: directory.file("calls"), encoding: .utf8).split(separator: "\n")
            #expect(calls.first == "place \(Self.host) -" && calls.last == "remove \(Self.host) -", "\(calls)")
            let left = try files.contentsOfDirectory(atPath: "\(web)/.well-known/acme-challenge")
            #expect(left.isEmpty)
        }
        #expect(daemon.stop() == 0)
        await store.close()
        let text = daemon.log
        #expect(!text.contains("PRIVATE KEY"))
    }

    /// A program that places files in a directory, and notes its calls with what it sees of the daemon's environment.
    private func makeCommand(in directory: TemporaryDirectory, web: String) throws -> String {
        try FileManager.default.createDirectory(atPath: web, withIntermediateDirectories: true)
        let program = directory.file("place-file")
        try """
        #!/bin/sh
        set -eu
        file="\(web)$SIGNET_CHALLENGE_PATH"
        case "$1" in
        place) mkdir -p "$(dirname "$file")" && printf %s "$SIGNET_CHALLENGE_CONTENT" >"$file" ;;
        remove) rm -f "$file" ;;
        esac
        echo "$1 $SIGNET_CHALLENGE_HOST ${HOME:--}" >>"\(directory.file("calls"))"
        # Nobody waits for what it leaves behind.
        sleep 8 &
        """.write(toFile: program, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
        return program
    }

    private func wait(_ daemon: SignetDaemon, until isSo: () async throws -> Bool) async throws {
        for _ in 0..<600 {
            if try await isSo() { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("it did not come there: \(daemon.log.suffix(4_000))")
        throw DaemonError("timeout")
    }
}
