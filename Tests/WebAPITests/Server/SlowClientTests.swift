// Clients that take their time, or all the places.

import Foundation
import HTTPTypes
import LoopbackSupport
import RegistrationAuthority
import Telemetry
import TestSupport
import Testing

@testable import WebAPI

@Suite("Slow and many clients")
struct SlowClientTests {
    private static let health = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test("a head that drips in is given up: slowloris")
    func refusesSlowHead() async throws {
        try await LiveServer.run(limits: .short { $0.head = .milliseconds(400) }) { server in
            let connection = try RawConnection(port: server.port)
            let started = Date()
            connection.send("GET /healthz HTTP/1.1\r\n")
            let drip = Task {
                while connection.send("X-A: b\r\n") { try await Task.sleep(for: .milliseconds(20)) }
            }
            let answer = await connection.readToEnd()
            #expect(Date().timeIntervalSince(started) < 15)
            #expect(answer?.hasPrefix("HTTP/1.1 408 ") == true)
            #expect(answer?.contains("REQUEST_TIMEOUT") == true)
            drip.cancel()
        }
    }

    @Test("a body that drips in is given up, and issues nothing")
    func refusesSlowBody() async throws {
        try await LiveServer.run(
            limits: .short {
                $0.body = .milliseconds(400)
                // What the client still sends must not cost it the answer, however busy the machine is.
                $0.linger = .seconds(10)
            }
        ) { server in
            let connection = try RawConnection(port: server.port)
            let started = Date()
            let body = try TestRequests.body()
            connection.send(
                "POST /v1/certificates HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                    + server.authorization(.issuer) + "Transfer-Encoding: chunked\r\n\r\n"
                    + "\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n"
            )
            let drip = Task { while connection.send("1\r\n \r\n") { try await Task.sleep(for: .milliseconds(20)) } }
            let answer = await connection.readToEnd()
            #expect(Date().timeIntervalSince(started) < 15)
            #expect(answer?.hasPrefix("HTTP/1.1 408 ") == true, "\(answer ?? "nothing")")
            #expect(await server.fixture.certificates.allCertificates.isEmpty)
            drip.cancel()
        }
    }

    @Test("an idle connection is closed, and one that works is not")
    func closesIdle() async throws {
        try await LiveServer.run(limits: .short { $0.idle = .seconds(4) }) { server in
            let connection = try RawConnection(port: server.port)
            for _ in 0..<4 {
                connection.send(Self.health)
                #expect(await connection.read { $0.hasSuffix("}") }.hasPrefix("HTTP/1.1 200 "))
                try await Task.sleep(for: .milliseconds(1_600))
            }
            let started = Date()
            #expect(await connection.readToEnd() == "")
            #expect(Date().timeIntervalSince(started) < 15)
        }
    }

    @Test("a connection that never sends anything is closed")
    func closesSilent() async throws {
        try await LiveServer.run(limits: .short { $0.head = .milliseconds(300) }) { server in
            let connection = try RawConnection(port: server.port)
            #expect(await connection.readToEnd(seconds: 5) != nil)
        }
    }

    @Test("an answer that nobody reads is given up")
    func closesSlowReader() async throws {
        try await LiveServer.run(limits: .short { $0.answer = .milliseconds(500) }) { server in
            let connection = try RawConnection(port: server.port)
            // Answers of some 20 KiB, far more than the kernel's buffers hold.
            let request = "GET /openapi.yaml HTTP/1.1\r\nHost: a\r\n\r\n"
            let flood = Task { for _ in 0..<2_000 where !connection.send(request) { break } }
            // On a busy machine the server comes to it late; without the limit it never does.
            var isOpen = true
            for _ in 0..<100 where isOpen {
                try await Task.sleep(for: .milliseconds(300))
                isOpen = connection.send(request)
            }
            #expect(!isOpen)
            flood.cancel()
        }
    }

    @Test("a connection over the limit waits until another closes")
    func limitsConnections() async throws {
        try await LiveServer.run(limits: .short { $0.connections = 8 }) { server in
            var open: [RawConnection] = []
            for _ in 0..<16 { open.append(try RawConnection(port: server.port)) }
            for connection in open { connection.send(Self.health) }
            var answered = 0
            for connection in open.reversed()
            where await connection.read(seconds: 0.3, until: { $0.hasSuffix("}") }).isEmpty == false {
                answered += 1
            }
            // The listener takes a few at once before it looks at the limit.
            #expect((8...12).contains(answered), "\(answered) were answered")
            #expect(server.fixture.metrics.exposition().contains("signet_http_connections \(answered)\n"))
            let last = try #require(open.last)
            open = [last]
            #expect(await last.read { $0.hasSuffix("}") }.hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("graceful shutdown finishes the request under way and takes no other")
    func shutsDownGracefully() async throws {
        let fixture = try await APIFixture()
        let (gate, open) = AsyncStream<Void>.makeStream()
        fixture.hierarchy.signer.wait(for: gate)
        try await LiveServer.run(limits: .short { _ in }, fixture: fixture) { server in
            let idle = try RawConnection(port: server.port)
            idle.send(Self.health)
            _ = await idle.read { $0.hasSuffix("}") }
            let connection = try RawConnection(port: server.port)
            let body = try TestRequests.body()
            connection.send(
                "POST /v1/certificates HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                    + server.authorization(.issuer) + "Content-Length: \(body.utf8.count)\r\n\r\n" + body
            )
            while try await fixture.certificates.begunIssuances(after: 0, limit: 1).isEmpty { await Task.yield() }
            await server.shutDown()
            #expect(await idle.readToEnd() == "")
            #expect(throws: RawConnection.Failure.self) { try RawConnection(port: server.port) }
            open.finish()
            #expect(await connection.readToEnd()?.hasPrefix("HTTP/1.1 201 ") == true)
        }
    }
}
