// TLS over a live socket, seen by curl and openssl.

import AuditLog
import Foundation
import HTTPTypes
import LoopbackSupport
import RegistrationAuthority
import Telemetry
import TestSupport
import Testing

@testable import WebAPI

@Suite("TLS over a socket")
struct TLSServerTests {
    private static func server(
        _ limits: ServerLimits = .short { _ in },
        _ body: @escaping @Sendable (LiveServer, ServerCredentials) async throws -> Void
    ) async throws {
        let first = try TestCredentials(commonName: "first")
        let credentials = try ServerCredentials(certificateChainPEM: first.chain, privateKeyPEM: first.key)
        try await LiveServer.run(.tls(credentials), limits: limits) { try await body($0, credentials) }
    }

    private static func curl(_ server: LiveServer, _ path: String, _ arguments: [String]) async throws -> Tool {
        let url = "https://127.0.0.1:\(server.port)\(path)"
        return try await Tool.run("curl", ["-sS", "-k", "--max-time", "10"] + arguments + [url])
    }

    @Test("HTTP/2 and HTTP/1.1 are spoken as the client likes", arguments: [("--http2", "2"), ("--http1.1", "1.1")])
    func negotiates(_ option: String, _ version: String) async throws {
        try await Self.server { server, _ in
            let result = try await Self.curl(
                server,
                "/v1/authority",
                [option, "-o", "/dev/null", "-w", "%{http_version} %{http_code}"]
            )
            #expect(result.output == "\(version) 200")
        }
    }

    @Test("a certificate is issued over HTTP/2, and several requests share a connection")
    func issuesOverHTTP2() async throws {
        try await Self.server { server, _ in
            let token = server.fixture.secrets[.issuer] ?? ""
            let arguments = [
                "--http2", "-H", "Authorization: Bearer \(token)", "--json", try TestRequests.body(), "-w",
                "\n%{http_code} %{num_connects}\n",
            ]
            let url = "https://127.0.0.1:\(server.port)/v1/certificates"
            let result = try await Self.curl(server, "/v1/certificates", arguments + [url])
            #expect(result.output.contains("201 1\n"), "\(result.output)")
            #expect(result.output.contains("201 0\n"))
            let addresses = await server.fixture.certificates.auditEntries.map(\.event.address)
            #expect(addresses == ["127.0.0.1", "127.0.0.1"])
        }
    }

    @Test("a body over the bound is refused over HTTP/2 too, and the connection lives on")
    func refusesBodyOverHTTP2() async throws {
        try await Self.server { server, _ in
            let token = server.fixture.secrets[.issuer] ?? ""
            let arguments = [
                "--http2", "-H", "Authorization: Bearer \(token)", "-H", "Content-Type: application/json", "-H",
                "Expect:",
                "--data-binary", "@-", "-w", "\n%{http_code}",
            ]
            let url = "https://127.0.0.1:\(server.port)/v1/certificates"
            let input = String(repeating: "x", count: 5_000_000)
            let result = try await Tool.run(
                "curl",
                ["-sS", "-k", "--max-time", "10"] + arguments + [url],
                input: input
            )
            #expect(result.output.contains("CONTENT_TOO_LARGE"), "\(result.output)")
            #expect(result.output.contains("413"))
        }
    }

    @Test(
        "TLS 1.2 and 1.3 are spoken, 1.1 and 1.0 are not",
        arguments: [
            ("-tls1_3", true), ("-tls1_2", true), ("-tls1_1", false), ("-tls1", false),
        ]
    )
    func bounds(_ version: String, _ isSpoken: Bool) async throws {
        try await Self.server { server, _ in
            let arguments = [
                "s_client", "-connect", "127.0.0.1:\(server.port)", version, "-cipher", "ALL:@SECLEVEL=0", "-brief",
            ]
            let result = try await Tool.run("openssl", arguments)
            #expect(result.output.contains("CONNECTION ESTABLISHED") == isSpoken, "\(result.output)")
        }
    }

    @Test("new connections get a replaced certificate, and open ones live on")
    func reloads() async throws {
        try await Self.server { server, credentials in
            #expect(try await Self.subject(server).contains("CN = first"))
            let second = try TestCredentials(commonName: "second")
            try credentials.replace(certificateChainPEM: second.chain, privateKeyPEM: second.key)
            #expect(try await Self.subject(server).contains("CN = second"))
            #expect(throws: WebAPIError(.invalidCredentials, "")) {
                try credentials.replace(certificateChainPEM: second.chain, privateKeyPEM: Array("rubbish".utf8))
            }
            #expect(try await Self.subject(server).contains("CN = second"))
        }
    }

    private static func subject(_ server: LiveServer) async throws -> String {
        try await Tool.run("openssl", ["s_client", "-connect", "127.0.0.1:\(server.port)"]).output
    }

    @Test("a handshake that does not come is given up")
    func closesWithoutHandshake() async throws {
        try await Self.server(.short { $0.head = .milliseconds(300) }) { server, _ in
            let connection = try RawConnection(port: server.port)
            connection.send("\u{16}\u{3}\u{1}")
            #expect(await connection.readToEnd(seconds: 5) != nil)
        }
    }

    @Test("an HTTP/2 connection without requests is closed")
    func closesIdleHTTP2() async throws {
        try await Self.server(.short { $0.head = .milliseconds(400) }) { server, _ in
            // -quiet stays after its input has ended, until the server closes.
            let client = "exec timeout 20 openssl s_client -quiet -alpn h2 -connect 127.0.0.1:\(server.port)"
            let started = Date()
            let result = try await Tool.run("bash", ["-c", client])
            #expect(result.status != 124, "\(result.output)")
            #expect(Date().timeIntervalSince(started) < 10)
        }
    }

    @Test("HTTP/2 announces its limits, and a client that opens and resets streams without end is sent away")
    func boundsHTTP2() async throws {
        try await Self.server { server, _ in
            let result = try await Tool.run("python3", ["-c", Self.resets, String(server.port)])
            #expect(result.output.contains("MAX_CONCURRENT_STREAMS 100"), "\(result.output)")
            #expect(result.output.contains("MAX_HEADER_LIST_SIZE 16384"))
            #expect(result.output.contains("GOAWAY 11"), "\(result.output)")
        }
    }

    /// Frames by hand (RFC 9113 §4.1): a request (indexed fields of RFC 7541 appendix A) and its reset, 300 times.
    private static let resets = """
        import socket, ssl, struct, sys
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_alpn_protocols(["h2"])
        tls = context.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=10))
        frame = lambda kind, flags, stream, load: struct.pack(">I", len(load))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + load
        tls.sendall(b"PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n" + frame(4, 0, 0, b"") + frame(4, 1, 0, b""))
        try:
            for n in range(300):
                tls.sendall(frame(1, 5, 2 * n + 1, b"\\x82\\x87\\x84\\x41\\x01a") + frame(3, 0, 2 * n + 1, struct.pack(">I", 8)))
        except OSError:
            pass
        data = b""
        try:
            while part := tls.recv(65536):
                data += part
        except OSError:
            pass
        names = {3: "MAX_CONCURRENT_STREAMS", 6: "MAX_HEADER_LIST_SIZE"}
        while len(data) >= 9:
            length, kind, flags = int.from_bytes(data[:3], "big"), data[3], data[4]
            load, data = data[9:9 + length], data[9 + length:]
            if kind == 4 and not flags & 1:
                for i in range(0, len(load), 6):
                    key, value = struct.unpack(">HI", load[i:i + 6])
                    print(names.get(key, key), value)
            if kind == 7:
                print("GOAWAY", struct.unpack(">I", load[4:8])[0])
        """
}

@Suite("Setting up a server")
struct ServerSetUpTests {
    @Test(
        "plain HTTP is refused on addresses that others can reach",
        arguments: ["0.0.0.0", "::", "192.0.2.1", "example.com"]
    )
    func refusesPlain(_ host: String) async throws {
        let fixture = try await APIFixture()
        #expect(throws: WebAPIError(.plainHTTPNotOnLoopback, "")) {
            try ManagementServer(api: fixture.api, host: host, port: 0, transport: .plain)
        }
    }

    @Test(
        "plain HTTP is served on loopback, and TLS anywhere",
        arguments: ["127.0.0.1", "::1", "localhost", "127.1.2.3"]
    )
    func admitsPlain(_ host: String) async throws {
        let fixture = try await APIFixture()
        _ = try ManagementServer(api: fixture.api, host: host, port: 0, transport: .plain)
        let pair = try TestCredentials(commonName: "a")
        let credentials = try ServerCredentials(certificateChainPEM: pair.chain, privateKeyPEM: pair.key)
        _ = try ManagementServer(api: fixture.api, host: "0.0.0.0", port: 0, transport: .tls(credentials))
    }

    @Test("a key that is not the certificate's is refused without being shown")
    func refusesMismatch() throws {
        let (one, other) = (try TestCredentials(commonName: "one"), try TestCredentials(commonName: "other"))
        let error = #expect(throws: WebAPIError.self) {
            try ServerCredentials(certificateChainPEM: one.chain, privateKeyPEM: other.key)
        }
        #expect(error?.code == .invalidCredentials)
        #expect(error?.reason.contains("not that of") == true)
    }

    @Test("what is no PEM is refused", arguments: ["", "rubbish"])
    func refusesRubbish(_ text: String) throws {
        let pair = try TestCredentials(commonName: "one")
        #expect(throws: WebAPIError(.invalidCredentials, "")) {
            try ServerCredentials(certificateChainPEM: Array(text.utf8), privateKeyPEM: pair.key)
        }
        #expect(throws: WebAPIError(.invalidCredentials, "")) {
            try ServerCredentials(certificateChainPEM: pair.chain, privateKeyPEM: Array(text.utf8))
        }
    }
}
