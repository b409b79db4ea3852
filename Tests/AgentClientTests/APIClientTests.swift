import AgentClient
import Foundation
import PKIX
import SwiftASN1
import Testing
import X509

/// What a server may answer instead of a certificate, and what the error must be.
struct BadAnswer: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let code: AgentClientError.Code
    let reason: String
    let reply: TestReply
    var calls = 1
}

private let badAnswers: [BadAnswer] = [
    BadAnswer(
        testDescription: "HTML",
        code: .invalidAnswer,
        reason: "text/html",
        reply: .answer(200, [("Content-Type", "text/html; charset=utf-8")], "<html>")
    ),
    BadAnswer(testDescription: "no type", code: .invalidAnswer, reason: "no type", reply: .answer(200, [], "{}")),
    BadAnswer(testDescription: "no JSON", code: .invalidAnswer, reason: "malformed", reply: .json(201, "{")),
    BadAnswer(testDescription: "no serial", code: .invalidAnswer, reason: "'serial'", reply: .json(201, "{}")),
    BadAnswer(
        testDescription: "no certificate",
        code: .invalidAnswer,
        reason: "without a certificate",
        reply: .json(201, #"{"serial":"1"}"#)
    ),
    BadAnswer(
        testDescription: "10 MB",
        code: .invalidAnswer,
        reason: "more than 1048576 octets",
        reply: .json(201, String(repeating: " ", count: 10_000_000))
    ),
    BadAnswer(
        testDescription: "10 MB of problem",
        code: .invalidAnswer,
        reason: "more than 16384 octets",
        reply: .answer(500, [], String(repeating: " ", count: 10_000_000))
    ),
    BadAnswer(
        testDescription: "a bare 500",
        code: .refused,
        reason: "HTTP 500",
        reply: .answer(500, [("Content-Type", "text/plain")], "oops")
    ),
    BadAnswer(
        testDescription: "a problem",
        code: .refused,
        reason: "INVALID_NAME: the name is taken (HTTP 422, request request-1)",
        reply: .problem(422, "INVALID_NAME", "the name is taken")
    ),
    BadAnswer(
        testDescription: "a problem with control characters",
        code: .refused,
        reason: "INVALID_NAME:  [31m red",
        reply: .problem(422, "INVALID_NAME", #"\u001b[31m\nred"#)
    ),
    BadAnswer(
        testDescription: "401",
        code: .refused,
        reason: "check the API token",
        reply: .problem(401, "UNAUTHENTICATED", "x")
    ),
    BadAnswer(testDescription: "403", code: .refused, reason: "role", reply: .problem(403, "PERMISSION_DENIED", "x")),
    BadAnswer(
        testDescription: "a redirect",
        code: .refused,
        reason: "redirects are not followed",
        reply: .answer(302, [("Location", "http://example.com/")], "")
    ),
    BadAnswer(
        testDescription: "503 for an hour",
        code: .refused,
        reason: "try again in 3600 s",
        reply: .problem(503, "SIGNING_UNAVAILABLE", "x", [("Retry-After", "3600")])
    ),
    BadAnswer(
        testDescription: "closed connections",
        code: .connectionFailed,
        reason: "cannot reach",
        reply: .close,
        calls: 4
    ),
]

@Suite("Answers of the API")
struct APIClientTests {
    @Test("a bad answer is a clear error, and nothing is installed", arguments: badAnswers)
    func badAnswer(bad: BadAnswer) async throws {
        try await Workbench.run { bench in
            bench.api.set { $0.script = Array(repeating: bad.reply, count: bad.calls) }
            let error = try await #require(throws: AgentClientError.self) { try await bench.enroll() }
            #expect(error.code == bad.code, "\(error.reason)")
            #expect(error.reason.contains(bad.reason), "\(error.reason)")
            #expect(!error.reason.contains("token-of-the-test"))
            #expect(!bench.directory.isEnrolled)
            #expect(bench.api.requests.count == bad.calls)
            try await bench.enroll()
            #expect(bench.api.issued == 1)
        }
    }

    @Test("503, 429 and a request under way are waited for as long as the server says", arguments: [503, 429, 409])
    func retryAfter(status: Int) async throws {
        try await Workbench.run { bench in
            bench.api.set {
                $0.script = [
                    .problem(status, "BUSY", "x", [("Retry-After", "7")]),
                    .problem(status, "BUSY", "x", [("Retry-After", "2")]),
                ]
            }
            let clock = InstantClock()
            try await bench.enroll(configuration: try bench.configuration(clock: clock))
            #expect(clock.waits == [.seconds(7), .seconds(2)])
            #expect(bench.api.issued == 1)
        }
    }

    @Test("a server that stays unavailable is given up, and the problem is told")
    func givesUp() async throws {
        try await Workbench.run { bench in
            bench.api.set { $0.script = Array(repeating: .problem(503, "OVERLOADED", "later"), count: 4) }
            let clock = InstantClock()
            let error = try await #require(throws: AgentClientError.self) {
                try await bench.enroll(configuration: try bench.configuration(clock: clock))
            }
            #expect(error.problem?.code == "OVERLOADED")
            #expect(error.problem?.status == 503)
            #expect(error.problem?.requestID == "request-1")
            #expect(clock.waits == [.milliseconds(500), .seconds(1), .seconds(2)])
        }
    }

    @Test("a server that hangs before or within its answer is a timeout", arguments: [TestReply.hang, .headOnly])
    func hangs(reply: TestReply) async throws {
        try await Workbench.run { bench in
            bench.api.set { $0.script = [reply] }
            let configuration = try bench.configuration(timeout: .seconds(1))
            let error = try await #require(throws: AgentClientError.self) {
                try await bench.enroll(configuration: configuration)
            }
            #expect(error.code == .timedOut, "\(error.reason)")
            #expect(!bench.directory.isEnrolled)
            #expect(bench.api.requests.count == 1)
        }
    }

    @Test("nobody at the port is an error that names it, after the repetitions")
    func refusedConnection() async throws {
        try await Workbench.run { bench in
            await bench.server.stop()
            let clock = InstantClock()
            let error = try await #require(throws: AgentClientError.self) {
                try await bench.enroll(configuration: try bench.configuration(clock: clock))
            }
            #expect(error.code == .connectionFailed)
            #expect(error.reason.contains("localhost:\(bench.server.port): Connection refused"), "\(error.reason)")
            #expect(clock.waits.count == 3)
        }
    }
}

@Suite("TLS to the API")
struct APIClientTLSTests {
    private func failure(_ bench: Workbench, _ address: APIAddress? = nil) async throws -> AgentClientError {
        let error = try await #require(throws: AgentClientError.self) {
            try await bench.enroll(configuration: try bench.configuration(address))
        }
        #expect(!bench.directory.isEnrolled)
        #expect(bench.api.requests.isEmpty)
        return error
    }

    @Test("a server's certificate for an IP address is verified against the address")
    func address() async throws {
        let names: [GeneralName] = [.ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1]))]
        try await Workbench.run(serverNames: names) { bench in
            try await bench.enroll(configuration: try bench.configuration(try bench.address(host: "127.0.0.1")))
            #expect(bench.api.issued == 1)
        }
    }

    @Test("a server's certificate from another root is refused before anything is sent")
    func otherRoot() async throws {
        try await Workbench.run(serverAuthority: try TestAuthority()) { bench in
            let error = try await self.failure(bench)
            #expect(error.code == .untrustedServer, "\(error.reason)")
            #expect(error.reason.contains("--root"))
        }
    }

    @Test(
        "a server's certificate for another host is refused before anything is sent",
        arguments: ["localhost", "127.0.0.1"]
    )
    func otherHost(host: String) async throws {
        try await Workbench.run(serverNames: [.dnsName("ca.example.com")]) { bench in
            let error = try await self.failure(bench, try bench.address(host: host))
            #expect(error.code == .untrustedServer, "\(error.reason)")
        }
    }

    @Test("a server without TLS on an https:// address is refused")
    func plainServer() async throws {
        try await Workbench.run(tls: false) { bench in
            let error = try await self.failure(bench)
            #expect(error.code == .untrustedServer, "\(error.reason)")
        }
    }

    @Test("https:// without a root is refused, http:// on loopback needs none for the connection")
    func noRoot() async throws {
        try await Workbench.run(tls: false) { bench in
            let configuration = try bench.configuration(hasRoots: false)
            await #expect(throws: AgentClientError(.invalidConfiguration, "")) {
                try await bench.enroll(configuration: configuration)
            }
            let plain = try bench.configuration(try bench.address("http", host: "127.0.0.1"), hasRoots: false)
            try await bench.enroll(configuration: plain)
            #expect(bench.api.issued == 1)
        }
    }

    @Test(
        "a root file without certificates is refused",
        arguments: ["", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
    )
    func badRoot(text: String) {
        #expect(throws: AgentClientError(.invalidConfiguration, "")) { try TrustAnchors(pem: text, source: "the test") }
    }
}
