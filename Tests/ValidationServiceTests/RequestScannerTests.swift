import Testing

@testable import ValidationService

@Suite("Requests on a connection")
struct RequestScannerTests {
    private func scan(_ text: String) -> RequestScanner.Result {
        var scanner = RequestScanner()
        return scanner.next(in: Array(text.utf8).span)
    }

    private func status(_ text: String) -> HTTPStatus? {
        if case .refused(let status) = self.scan(text) { status } else { nil }
    }

    private func head(_ text: String) -> RequestHead? {
        if case .request(let head) = self.scan(text) { head } else { nil }
    }

    @Test(
        "What cannot be framed with certainty is refused with its status",
        arguments: [
            ("GET / HTTP/1.1\r\n\r\n", .badRequest),
            ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", .badRequest),
            ("GET / HTTP/1.1\nHost: a\n\n", .badRequest),
            ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", .badRequest),
            ("GET / x HTTP/1.1\r\nHost: a\r\n\r\n", .badRequest),
            ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", .badRequest),
            ("GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", .badRequest),
            ("GET / HTTP/1.1\r\n: a\r\n\r\n", .badRequest),
            ("GET / HTTP/1.1\r\nHost: a\0\r\n\r\n", .badRequest),
            ("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", .badRequest),
            ("G(T / HTTP/1.1\r\nHost: a\r\n\r\n", .badRequest),
            ("GET /\u{7f} HTTP/1.1\r\nHost: a\r\n\r\n", .badRequest),
            ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", .versionNotSupported),
            ("GET / HTTX/1.1\r\nHost: a\r\n\r\n", .badRequest),
            ("GET / 1\r\n\r\nHost", .badRequest),
            ("POST / HTTP/1.1\r\nHost: a\r\n\r\n", .lengthRequired),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", .lengthRequired),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", .notImplemented),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", .badRequest),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", .badRequest),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", .badRequest),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n", .badRequest),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", .badRequest),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n", .contentTooLarge),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n", .contentTooLarge),
            ("GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n", .expectationFailed),
        ] as [(String, HTTPStatus)]
    )
    func refusals(text: String, status: HTTPStatus) {
        #expect(self.status(text) == status)
    }

    @Test("A line or a head beyond the bounds is refused, whole or not")
    func bounds() {
        #expect(self.status("GET /" + String(repeating: "a", count: 9_000)) == .uriTooLong)
        let field = "X: " + String(repeating: "a", count: 9_000)
        #expect(self.status("GET / HTTP/1.1\r\n\(field)") == .requestHeaderFieldsTooLarge)
        #expect(self.status("GET / HTTP/1.1\r\nHost: a\r\n\(field)\r\n\r\n") == .requestHeaderFieldsTooLarge)
        let many = String(repeating: "X: a\r\n", count: 100)
        #expect(self.status("GET / HTTP/1.1\r\nHost: a\r\n\(many)\r\n") == .requestHeaderFieldsTooLarge)
    }

    @Test("A request is the same whatever pieces it comes in")
    func pieces() throws {
        let text = "\r\nPOST /ocsp HTTP/1.1\r\nHost: a\r\ncontent-LENGTH: 3\r\nConnection: Close\r\n\r\nabc"
        let bytes = Array(text.utf8)
        let whole = try #require(self.head(text))
        #expect(whole.totalLength == bytes.count)
        #expect(!whole.keepsAlive)
        var scanner = RequestScanner()
        for end in 0..<bytes.count {
            guard case .incomplete = scanner.next(in: bytes.span.extracting(0..<end)) else {
                Issue.record("not incomplete at \(end)")
                return
            }
        }
        guard case .request(let head) = scanner.next(in: bytes.span) else {
            Issue.record("not whole")
            return
        }
        #expect((head.target, head.length, head.contentLength) == (whole.target, whole.length, 3))
    }

    @Test(
        "Connections are kept as the version and the client have it",
        arguments: [
            ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", true),
            ("GET / HTTP/1.1\r\nHost: a\r\nConnection: te, close\r\n\r\n", false),
            ("GET / HTTP/1.0\r\n\r\n", false),
            ("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true),
            ("GET / HTTP/1.2\r\nHost: a\r\n\r\n", true),
        ]
    )
    func keeping(text: String, keeps: Bool) throws {
        #expect(try #require(self.head(text)).keepsAlive == keeps)
    }

    @Test("A client that waits for 100 is told once, and only while the body is missing")
    func expectation() {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n"
        var scanner = RequestScanner()
        guard case .expectsContinue = scanner.next(in: Array(head.utf8).span),
            case .incomplete = scanner.next(in: Array(head.utf8).span),
            case .request = scanner.next(in: Array((head + "x").utf8).span),
            case .request = self.scan(head + "x")
        else {
            Issue.record("another order")
            return
        }
    }

    @Test("The next request begins where the last one ended")
    func pipelining() throws {
        let first = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
        #expect(try #require(self.head(first + "GET /2")).totalLength == first.utf8.count)
    }
}
