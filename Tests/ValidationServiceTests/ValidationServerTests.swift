import Foundation
import LoopbackSupport
import PKIX
import Testing

@testable import ValidationService

@Suite("The public server on a socket")
struct ValidationServerTests {
    private func path(_ serial: [UInt8], issuer: Int = 0) -> String {
        "/ocsp/"
            + Fixture.base64(Fixture.request(serial, issuer: issuer)).replacing("/", with: "%2F").replacing(
                "+",
                with: "%2B"
            )
    }

    /// The text of a status alone.
    private func alone(_ status: OCSPErrorStatus) -> String {
        String(decoding: OCSPResponse.error(status), as: UTF8.self)
    }

    @Test("GET, HEAD and POST answer alike, first signed and then from the cache")
    func methods() async throws {
        try await LivePublicServer.run { server async throws in
            let get = try await server.get(self.path([0x40]))
            #expect(
                get.hasPrefix("HTTP/1.1 200 OK\r\nContent-Type: application/ocsp-response\r\nContent-Length: 12\r\n")
            )
            #expect(get.hasSuffix("\r\n\r\nanswer 40 v1"))
            for field in [
                "Last-Modified: Sat, 21 Nov 2026 12:00:00 GMT", "Expires: Sat, 21 Nov 2026 12:16:40 GMT",
                "Cache-Control: max-age=1000,public,no-transform,must-revalidate",
                "Date: Sat, 21 Nov 2026 12:00:00 GMT",
                "Connection: close",
            ] { #expect(get.contains("\r\n\(field)\r\n"), "\(field)") }
            #expect(try await server.get(self.path([0x40])) == get)
            let head = try await server.exchange(
                "HEAD \(self.path([0x40])) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            )
            #expect(head + "answer 40 v1" == get)
            let base64 = Fixture.base64(Fixture.request([0x40]))
            #expect(try await server.get("/issuers/one/ocsp/\(base64)").hasSuffix("answer 40 v1"))
            #expect(try await server.get("/issuers/two/ocsp/\(base64)").hasSuffix(self.alone(.unauthorized)))
            #expect(try await server.get("/issuers/none/ocsp/\(base64)").hasPrefix("HTTP/1.1 404 "))
            #expect(try await server.get("http://a\(self.path([0x40]))").hasSuffix("answer 40 v1"))
            #expect(server.responder.calls == 1)
        }
    }

    @Test("An answer that the client has is not sent again")
    func notModified() async throws {
        try await LivePublicServer.run { server async throws in
            let get = try await server.get(self.path([0x40]))
            let tag = try #require(get.split(separator: "\r\n").first { $0.hasPrefix("ETag: ") }).dropFirst(6)
            let again = try await server.get(self.path([0x40]), "If-None-Match: \"x\", W/\(tag)\r\n")
            #expect(again.hasPrefix("HTTP/1.1 304 Not Modified\r\nLast-Modified: "))
            #expect(again.hasSuffix("\r\n\r\n") && again.contains("max-age=1000") && !again.contains("Content-Length"))
            #expect(try await server.get(self.path([0x40]), "If-None-Match: \"x\"\r\n").hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("What cannot be answered gets an unsigned status that nobody keeps")
    func errors() async throws {
        try await LivePublicServer.run { server async throws in
            for path in ["/ocsp/MAA=", "/ocsp/", "/ocsp/****", "/ocsp/" + String(repeating: "M", count: 4_000)] {
                let text = try await server.get(path)
                #expect(text.hasPrefix("HTTP/1.1 200 ") && text.contains("Cache-Control: no-store\r\n"), "\(path)")
                #expect(text.hasSuffix(self.alone(.malformedRequest)), "\(path)")
            }
            let stranger = Fixture.certID([0x40])
            let unknown = OCSPCertID(
                hash: .sha256,
                hasNullParameters: true,
                issuerNameHash: stranger.issuerKeyHash,
                issuerKeyHash: stranger.issuerKeyHash,
                serialNumber: [1]
            )
            let request = Fixture.base64(OCSPRequest(items: [.certID(unknown)]).derEncoded())
            #expect(try await server.get("/ocsp/\(request)").hasSuffix(self.alone(.unauthorized)))
            server.responder.setUnavailable(true)
            let later = try await server.get(self.path([0x41]))
            #expect(later.contains("Retry-After: 7\r\n") && later.hasSuffix(self.alone(.tryLater)))
            #expect(server.cache.usage.entries == 0)
        }
    }

    @Test(
        "Wrong methods, media types and paths have statuses of their own",
        arguments: [
            (
                "PUT /ocsp HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", "405 ",
                "Allow: POST\r\n"
            ),
            ("GET /ocsp HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "405 ", "Allow: POST\r\n"),
            ("DELETE /ocsp/MAA= HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "405 ", "Allow: GET, HEAD\r\n"),
            ("BREW /ocsp HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "501 ", ""),
            ("GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "404 ", ""),
            ("GET * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "404 ", ""),
            (
                "POST /ocsp HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                "415 ", ""
            ),
            ("POST /ocsp HTTP/1.1\r\nHost: a\r\n\r\n", "411 ", "Connection: close\r\n"),
            ("NOT HTTP\r\n\r\n", "400 ", "Connection: close\r\n"),
        ]
    )
    func refusals(request: String, status: String, field: String) async throws {
        try await LivePublicServer.run { server async throws in
            let text = try await server.exchange(request)
            #expect(text.hasPrefix("HTTP/1.1 \(status)"))
            #expect(field.isEmpty || text.contains(field))
        }
    }

    @Test("Pipelined requests, cold and cached and wrong, are answered in order, also to a client that ended its side")
    func pipelining() async throws {
        try await LivePublicServer.run { server async throws in
            var text = ""
            for serial: UInt8 in [0x40, 0x41, 0x40, 0x66, 0x41] {
                text += "GET \(self.path([serial])) HTTP/1.1\r\nHost: a\r\n\r\nGET /no HTTP/1.1\r\nHost: a\r\n\r\n"
            }
            let connection = try RawConnection(port: server.port)
            connection.send(text)
            connection.finish()
            let answers = try #require(await connection.readToEnd())
            let found = answers.matches(of: /answer (..) v1|404 Not Found\n/).map { String($0.output.0) }
            let expected = ["40", "41", "40", "66", "41"].flatMap { ["answer \($0) v1", "404 Not Found\n"] }
            #expect(found == expected)
        }
    }

    @Test("Many who ask for one cold answer share one signature; too many different ones are told to try later")
    func cold() async throws {
        var limits = ConnectionLimits()
        limits.coldAnswers = 2
        try await LivePublicServer.run(limits: limits) { server async throws in
            server.responder.shut()
            async let first = server.get(self.path([0x40]))
            async let second = server.get(self.path([0x40]))
            async let third = server.get(self.path([0x41]))
            #expect(await eventually { server.responder.waiting == 2 })
            #expect(try await server.get(self.path([0x42])).hasSuffix(self.alone(.tryLater)))
            server.responder.open()
            let texts = try await [first, second, third]
            #expect(texts.map { $0.suffix(12) } == ["answer 40 v1", "answer 40 v1", "answer 41 v1"])
            #expect(server.responder.calls == 2)
        }
    }

    @Test("A nonce is echoed in an answer of its own, or ignored by configuration")
    func nonce() async throws {
        let items = [OCSPRequest.Item.certID(Fixture.certID([0x40]))]
        let path = "/ocsp/" + Fixture.base64(OCSPRequest(items: items, nonce: [0xAB, 0xCD]).derEncoded())
        try await LivePublicServer.run { server async throws in
            let text = try await server.get(path)
            #expect(text.hasSuffix("answer to 1, nonce abcd") && text.contains("Cache-Control: no-store\r\n"))
            #expect(server.cache.usage.entries == 0)
        }
        try await LivePublicServer.run(echoesNonce: false) { server async throws in
            #expect(try await server.get(path).hasSuffix("answer 40 v1"))
        }
    }

    @Test("Slow clients are told so and let go; idle ones are let go")
    func slow() async throws {
        var limits = ConnectionLimits()
        (limits.head, limits.body, limits.idle) = (.milliseconds(200), .milliseconds(200), .milliseconds(200))
        limits.linger = .milliseconds(100)
        try await LivePublicServer.run(limits: limits) { server async throws in
            #expect(try await server.exchange("GET / HT").hasPrefix("HTTP/1.1 408 "))
            let post = "POST /ocsp HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n"
            #expect(try await server.exchange(post + "1").hasPrefix("HTTP/1.1 408 "))
            #expect(try await server.exchange("").isEmpty)
            #expect(try await server.exchange("GET /no HTTP/1.1\r\nHost: a\r\n\r\n").hasPrefix("HTTP/1.1 404 "))
        }
    }

    @Test("Shutting down answers what is under way and ends the rest")
    func shutdown() async throws {
        try await LivePublicServer.run { server async throws in
            server.responder.shut()
            let idle = try RawConnection(port: server.port)
            async let answer = server.exchange("GET \(self.path([0x40])) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(await eventually { server.responder.waiting == 1 })
            await server.shutDown()
            #expect(await idle.readToEnd() == "")
            server.responder.open()
            let text = try await answer
            #expect(text.contains("Connection: close\r\n") && text.hasSuffix("answer 40 v1"))
        }
    }
}
