// HTTP/1.1 over a live socket: good manners and bad ones.

import Foundation
import HTTPTypes
import LoopbackSupport
import RegistrationAuthority
import Telemetry
import TestSupport
import Testing

@testable import WebAPI

@Suite("HTTP/1.1 over a socket")
struct PlainServerTests {
    private static let health = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"

    private static func isWhole(_ text: String, count: Int = 1) -> Bool {
        text.components(separatedBy: "\"swift\":\"6.3\"}").count == count + 1
    }

    @Test("a connection is kept for the next request, and closed when the request asks for it")
    func keepsAlive() async throws {
        try await LiveServer.run { server in
            let connection = try RawConnection(port: server.port)
            for _ in 0..<3 {
                connection.send(Self.health)
                let answer = await connection.read { Self.isWhole($0) }
                #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
                #expect(answer.lowercased().contains("\r\ndate: "))
                #expect(!answer.lowercased().contains("\r\nserver:"))
            }
            connection.send("GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(await connection.readToEnd()?.hasPrefix("HTTP/1.1 200 OK\r\n") == true)
        }
    }

    @Test("pipelined requests are answered in their order")
    func pipelines() async throws {
        try await LiveServer.run { server in
            let connection = try RawConnection(port: server.port)
            connection.send(Self.health + "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n" + Self.health)
            let answer = await connection.read { Self.isWhole($0, count: 2) }
            let statuses = answer.components(separatedBy: "HTTP/1.1 ").dropFirst().map { $0.prefix(3) }
            #expect(statuses == ["200", "404", "200"])
        }
    }

    @Test("a client that closes its side after the request gets its answer")
    func answersHalfClosed() async throws {
        try await LiveServer.run { server in
            let connection = try RawConnection(port: server.port)
            connection.send(Self.health)
            connection.finish()
            let answer = try #require(await connection.readToEnd())
            #expect(Self.isWhole(answer))
        }
    }

    @Test("a certificate is issued over the socket, also from chunks, and for a client that expects 100")
    func issues() async throws {
        try await LiveServer.run { server in
            let connection = try RawConnection(port: server.port)
            let body = try TestRequests.body()
            let head =
                "POST /v1/certificates HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                + server.authorization(.issuer)
            let half = body.utf8.count / 2
            connection.send(head + "Transfer-Encoding: chunked\r\n\r\n")
            for part in [body.prefix(half), body.dropFirst(half)] {
                connection.send("\(String(part.utf8.count, radix: 16))\r\n\(part)\r\n")
            }
            connection.send("0\r\n\r\n")
            #expect(await connection.read { $0.hasSuffix("]}") }.hasPrefix("HTTP/1.1 201 Created\r\n"))
            connection.send(head + "Expect: 100-continue\r\nContent-Length: \(body.utf8.count)\r\n\r\n")
            #expect(await connection.read { $0.hasSuffix("\r\n\r\n") } == "HTTP/1.1 100 Continue\r\n\r\n")
            connection.send(body)
            #expect(await connection.read { $0.hasSuffix("]}") }.hasPrefix("HTTP/1.1 201 Created\r\n"))
        }
    }

    @Test("a body announced over the bound is refused before it is read, and the connection closes")
    func refusesAnnouncedBody() async throws {
        try await LiveServer.run(limits: .short { $0.body = .seconds(30) }) { server in
            let connection = try RawConnection(port: server.port)
            let started = Date()
            connection.send(
                "POST /v1/certificates HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                    + server.authorization(.issuer) + "Content-Length: 10000000000\r\n\r\n"
            )
            let answer = try #require(await connection.readToEnd())
            #expect(answer.hasPrefix("HTTP/1.1 413 "))
            #expect(answer.contains("CONTENT_TOO_LARGE"))
            #expect(answer.lowercased().contains("\r\nconnection: close\r\n"))
            #expect(Date().timeIntervalSince(started) < 15)
        }
    }

    @Test("a client that sends on after a refusal still reads the answer")
    func lingers() async throws {
        try await LiveServer.run(limits: .short { $0.linger = .seconds(1) }) { server in
            let connection = try RawConnection(port: server.port)
            connection.send(
                "POST /v1/certificates HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                    + server.authorization(.issuer) + "Content-Length: 10000000000\r\n\r\n"
            )
            for _ in 0..<20 { connection.send(String(repeating: "x", count: 50_000)) }
            #expect(await connection.readToEnd()?.hasPrefix("HTTP/1.1 413 ") == true)
        }
    }

    @Test("chunks beyond the bound are refused when they pass it")
    func refusesChunks() async throws {
        try await LiveServer.run(limits: .short { _ in }) { server in
            let connection = try RawConnection(port: server.port)
            connection.send(
                "POST /v1/certificates HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                    + server.authorization(.issuer) + "Transfer-Encoding: chunked\r\n\r\n"
            )
            let chunk = "8000\r\n" + String(repeating: "x", count: 0x8000) + "\r\n"
            for _ in 0..<5 { connection.send(chunk) }
            let answer = try #require(await connection.readToEnd())
            #expect(answer.hasPrefix("HTTP/1.1 413 "))
            #expect(answer.contains("CONTENT_TOO_LARGE"))
        }
    }

    @Test("a refusal of a small body keeps the connection")
    func keepsAfterRefusal() async throws {
        try await LiveServer.run { server in
            let connection = try RawConnection(port: server.port)
            connection.send("POST /v1/certificates HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n")
            #expect(await connection.read { $0.hasSuffix("}") }.hasPrefix("HTTP/1.1 401 "))
            connection.send("abcd" + Self.health)
            #expect(await connection.read { Self.isWhole($0) }.hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test(
        "heads over the bounds are 431",
        arguments: [
            "X-Long: " + String(repeating: "x", count: WebAPI.Budget.headerFieldBytes + 1) + "\r\n",
            (0...WebAPI.Budget.headerFields).map { "X-\($0): y\r\n" }.joined(),
            (0..<5).map { "X-\($0): " + String(repeating: "y", count: 8_000) + "\r\n" }.joined(),
        ]
    )
    func refusesHead(_ fields: String) async throws {
        try await LiveServer.run(limits: .short { _ in }) { server in
            let connection = try RawConnection(port: server.port)
            connection.send("GET /healthz HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n")
            let answer = try #require(await connection.readToEnd())
            #expect(answer.hasPrefix("HTTP/1.1 431 "))
            #expect(answer.contains("HEADERS_TOO_LARGE"))
            #expect(server.fixture.metrics.exposition().contains("status=\"431\""))
        }
    }

    @Test(
        "what is not HTTP is 400",
        arguments: [
            "rubbish\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /healthz HTTP/1.1\r\nHost a\r\n\r\n",
            "\u{16}\u{3}\u{1}\u{2}\u{0}",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        ]
    )
    func refusesRubbish(_ text: String) async throws {
        try await LiveServer.run(limits: .short { _ in }) { server in
            let connection = try RawConnection(port: server.port)
            connection.send(text)
            let answer = try #require(await connection.readToEnd())
            #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(answer)")
            #expect(answer.contains("MALFORMED_REQUEST"))
        }
    }

    @Test("rubbish behind a good request does not take its answer")
    func answersBeforeRubbish() async throws {
        try await LiveServer.run(limits: .short { _ in }) { server in
            let connection = try RawConnection(port: server.port)
            connection.send(Self.health + "rubbish\r\n\r\n")
            let answer = try #require(await connection.readToEnd())
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
            #expect(answer.contains("HTTP/1.1 400 "))
        }
    }

    @Test("a body cut off by its sender issues nothing")
    func ignoresCutBody() async throws {
        try await LiveServer.run(limits: .short { _ in }) { server in
            let connection = try RawConnection(port: server.port)
            let body = try TestRequests.body()
            connection.send(
                "POST /v1/certificates HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                    + server.authorization(.issuer) + "Transfer-Encoding: chunked\r\n\r\n"
                    + "\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n"
            )
            connection.finish()
            _ = await connection.readToEnd()
            #expect(await server.fixture.certificates.allCertificates.isEmpty)
        }
    }

    @Test(
        "input that breaks in or after a body takes down nothing",
        arguments: ["zz\r\n", "1\r\nxzz", "1\r\nx\r\n-1\r\n", "ffffffffffffffffff\r\n", "\0"]
    )
    func survivesBrokenBody(_ chunk: String) async throws {
        try await LiveServer.run(limits: .short { _ in }) { server in
            let head = "POST /v1/certificates HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            for authorization in ["", server.authorization(.issuer)] {
                // All at once, and the broken part after the answer to the head.
                for pause in [0, 100] {
                    let connection = try RawConnection(port: server.port)
                    connection.send(head + authorization + "Transfer-Encoding: chunked\r\n\r\n")
                    try await Task.sleep(for: .milliseconds(pause))
                    connection.send(chunk)
                    let answer = try #require(await connection.readToEnd())
                    #expect(answer.hasPrefix(authorization.isEmpty ? "HTTP/1.1 401 " : "HTTP/1.1 400 "), "\(answer)")
                    #expect(answer.components(separatedBy: "HTTP/1.1 4").count == 2, "\(answer)")
                }
            }
            let next = try RawConnection(port: server.port)
            next.send(Self.health)
            #expect(await next.read { Self.isWhole($0) }.hasPrefix("HTTP/1.1 200 "))
        }
    }
}
