// A web server that we did not write staples our answers to its handshakes (RFC 6066 §8), and openssl reads them.

import Foundation
import Glibc
import LoopbackSupport
import Synchronization
import Testing

@Suite("A server that staples")
struct StaplingTests {
    @Test("nginx asks the responder that its certificate names, and staples what it says")
    func asking() async throws {
        let party = try RelyingParty()
        let leaf = try party.issue("stapling", profile: "agent-tls")
        let server = try Nginx(party, leaf)
        // The first handshake starts the question and does not wait for the answer.
        let stapled = try await elapsed(upTo: .seconds(10)) {
            try server.handshake().contains("OCSP Response Status: successful (0x0)")
        }
        #expect(stapled != nil, "\(server.log)")
        let text = try server.handshake()
        #expect(text.contains("Cert Status: good") && text.contains("Verify return code: 0 (ok)"), "\(text)")
        server.stop()

        // nginx does not staple what speaks against it, and says so: it has seen the revocation.
        try party.revoke(leaf, "cessationOfOperation")
        let again = try Nginx(party, leaf)
        let refused = try await elapsed(upTo: .seconds(10)) {
            let isStapled = try again.handshake().contains("Cert Status: good")
            #expect(!isStapled)
            return again.log.contains("certificate status \"revoked\" in the OCSP response")
        }
        #expect(refused != nil, "\(again.log)")
        #expect(party.daemon.stop() == 0)
    }

    @Test("an answer that is kept in a file is stapled as it is, good and then revoked")
    func kept() throws {
        let party = try RelyingParty()
        let leaf = try party.issue("stapling", profile: "agent-tls")
        for status in ["good", "revoked"] {
            let file = party.daemon.directory.file("\(status).der")
            #expect(try party.ocsp(leaf, ["-no_nonce", "-sha1", "-respout", file]).contains(": \(status)"))
            let server = try Nginx(party, leaf, stapling: file)
            let text = try server.handshake()
            #expect(text.contains("Cert Status: \(status)"), "\(text) \(server.log)")
            #expect(text.contains("Verify return code: 0 (ok)"), "\(text)")
            server.stop()
            if status == "good" { try party.revoke(leaf, "keyCompromise") }
        }
        #expect(party.daemon.stop() == 0)
    }
}

/// nginx with a certificate, in one process and with all its files in one folder.
private final class Nginx: Sendable {
    private let process: Mutex<Process?>
    private let folder: TemporaryDirectory
    private let port: Int
    private let root: String

    /// Starts it.
    ///
    /// - Parameter file: the answer to staple; otherwise nginx asks for one.
    init(_ party: RelyingParty, _ leaf: RelyingParty.Leaf, stapling file: String? = nil) throws {
        self.folder = try TemporaryDirectory()
        self.port = try FreePort.next()
        self.root = party.daemon.root
        let trusted = try [party.daemon.issuing, party.daemon.root].map {
            try String(contentsOfFile: $0, encoding: .utf8)
        }
        try self.folder.write("trusted.pem", trusted.joined(separator: "\n"))
        let places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { "\($0)_temp_path \($0);" }
        let configuration = try self.folder.write(
            "nginx.conf",
            """
            daemon off;
            master_process off;
            pid nginx.pid;
            error_log error.log info;
            events { worker_connections 64; }
            http {
                access_log off;
                \(places.joined(separator: "\n    "))
                server {
                    listen 127.0.0.1:\(self.port) ssl;
                    ssl_certificate \(leaf.file);
                    ssl_certificate_key \(leaf.key);
                    ssl_trusted_certificate trusted.pem;
                    ssl_stapling on;
                    \(file.map { "ssl_stapling_file \($0);" } ?? "ssl_stapling_verify on;")
                    return 204;
                }
            }

            """
        )
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [Self.program, "-p", self.folder.path, "-e", "error.log", "-c", configuration]
        let errors = FileHandle(forWritingAtPath: "/dev/null")
        (process.standardOutput, process.standardError) = (errors, errors)
        try process.run()
        self.process = Mutex(process)
        for _ in 0..<200 {
            if try shell("openssl", ["s_client", "-connect", "127.0.0.1:\(self.port)"], input: "").status == 0 {
                return
            }
            guard process.isRunning else { break }
            usleep(20_000)
        }
        throw DaemonError("nginx does not serve: \(self.log)")
    }

    deinit { self.stop() }

    /// Debian has it where only root's PATH leads.
    private static let program =
        FileManager.default.isExecutableFile(atPath: "/usr/sbin/nginx") ? "/usr/sbin/nginx" : "nginx"

    var log: String { (try? String(contentsOfFile: self.folder.file("error.log"), encoding: .utf8)) ?? "" }

    /// What openssl prints of a handshake in which it asks for the certificate's status.
    func handshake() throws -> String {
        try shell(
            "openssl",
            ["s_client", "-connect", "127.0.0.1:\(self.port)", "-servername", "stapling.agents.example", "-status"]
                + ["-CAfile", self.root, "-verify_hostname", "stapling.agents.example"],
            input: ""
        ).output
    }

    /// Ends it by SIGKILL: it inherits the signals that the test's threads block.
    func stop() {
        self.process.withLock { process in
            guard let running = process else { return }
            kill(running.processIdentifier, SIGKILL)
            running.waitUntilExit()
            process = nil
        }
    }
}
