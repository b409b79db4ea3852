import PKIX
import Synchronization
import Testing
import X509

@testable import PublicTrust

@Suite("Calls of status services")
struct StatusFetcherTests {
    @Test("a body comes whole, a POST goes out with its type")
    func answers() async throws {
        let server = try await LoopbackServer()
        server.answer { .body($0.body + [9]) }
        let body = try await StatusBench.fetcher().answer(to: StatusCall(url: server.url, body: [1, 2], limit: 10))
        #expect(body == [1, 2, 9])
        await server.stop()
    }

    @Test("redirects, errors and bodies that are too large are failures, and nothing is followed")
    func refusals() async throws {
        let server = try await LoopbackServer()
        let target = server.url + "/elsewhere"
        let answers: [LoopbackAnswer] = [
            .redirect(target), .status(500), .status(204), .body([UInt8](repeating: 0, count: 11)),
        ]
        for answer in answers {
            server.answer { _ in answer }
            await #expect(throws: StatusFailure.self) {
                try await StatusBench.fetcher().answer(to: StatusCall(url: server.url, limit: 10))
            }
        }
        #expect(server.requests.count == answers.count)
        #expect(!server.requests.contains { $0.target == "/elsewhere" })
        await server.stop()
    }

    @Test("a body that trickles ends when the whole exchange has taken too long")
    func trickle() async throws {
        let server = try await LoopbackServer()
        server.answer { _ in .trickle }
        let elapsed = await ContinuousClock().measure {
            await #expect(throws: StatusFailure.self) {
                try await StatusBench.fetcher(patience: .milliseconds(500))
                    .answer(to: StatusCall(url: server.url, limit: 1_000_000))
            }
        }
        #expect(elapsed < .seconds(20))
        await server.stop()
    }

    @Test("an address that is not admitted is not connected to, nor a port that is not")
    func addresses() async throws {
        let server = try await LoopbackServer()
        server.answer { _ in .body([1]) }
        let call = StatusCall(url: "http://status.example:\(server.port)/", limit: 10)
        #expect(try await StatusBench.fetcher().answer(to: call) == [1])
        let guarded = StatusBench.fetcher(admits: { $0.first != 127 })
        await #expect(throws: StatusFailure.self) { try await guarded.answer(to: call) }
        let ported = StatusBench.fetcher(ports: [80])
        await #expect(throws: StatusFailure.self) { try await ported.answer(to: call) }
        #expect(server.requests.count == 1)
        await server.stop()
    }

    @Test(
        "what is no URL of HTTP with a host is refused",
        arguments: [
            "", "http://", "ldap://a.example/", "http:///x", "http://u@a.example/", "http://a.example:0/",
            "http://a.example:99999/", "http://[::1]/", "http://a.example\\@b/", "http://a b/", "file:///etc/passwd",
            "http://%61.example/", "http://a:1:2/", "http://a.example;b/", "http://a.example'b/", "http://a,b/",
        ]
    )
    func urls(_ text: String) {
        #expect(throws: StatusFailure.self) { try StatusURL(text) }
    }

    @Test("what is called is the host that was judged, in whatever case the certificate has it")
    func letterCase() async throws {
        let server = try await LoopbackServer()
        server.answer { _ in .body([1]) }
        let asked = Mutex<[String]>([])
        let fetcher = StatusFetcher(
            ports: nil,
            patience: .seconds(20),
            clock: ContinuousClock(),
            admits: { _ in true },
            lookUp: { host in
                asked.withLock { $0.append(host) }
                return [[127, 0, 0, 1]]
            }
        )
        // No resolver but ours knows this name: the connection can be made to the address alone that was admitted.
        for url in ["http://Status.Signet-Test.Invalid:PORT/Way?q#f", "HTTP://STATUS.signet-test.invalid:PORT/Way?q"] {
            let call = StatusCall(url: url.replacing("PORT", with: "\(server.port)"), limit: 10)
            #expect(try await fetcher.answer(to: call) == [1], "\(url)")
        }
        #expect(asked.withLock { $0 } == ["status.signet-test.invalid", "status.signet-test.invalid"])
        #expect(server.requests.map(\.target) == ["/Way?q", "/Way?q"])
        await server.stop()
    }

    @Test(
        "a URL is rebuilt from its parts",
        arguments: [
            ("HTTP://A.Example", "http://a.example/"), ("http://a.example?X", "http://a.example/?X"),
            ("https://A.example:0443/P%2fQ#f", "https://a.example:443/P%2fQ"),
            ("http://a.EXAMPLE:8080/#", "http://a.example:8080/"),
            ("http://127.0.0.1/x", "http://127.0.0.1/x"),
        ]
    )
    func rebuilt(_ text: String, _ expected: String) throws {
        #expect(try StatusURL(text).text == expected)
    }

    @Test("short-lived certificates and those without status need none; others without a source are unavailable")
    func exemptions() async throws {
        let root = try TestAuthority(root: "Root")
        let validator = ChainValidator(roots: try TrustRoots([EncodedCertificate(der: root.der)]))
        let checker = RevocationChecker(exchange: StatusBench.fetcher())
        let marker = MarkerExtension.noRevocationAvailable.makeCertificateExtension()
        for (days, more, expected) in [
            (5.0, [], CertificateStatus.good), (20.0, [marker], .good), (20.0, [], .unavailable),
        ] {
            let leaf = try root.issue(names: [.dnsName("a.example.com")], validity: -1...days, more: more)
            let path = try validator.validate([leaf.der], for: .server, of: nil, at: .now())
            let reports = await checker.statuses(of: path, at: .now())
            #expect(reports.map(\.status) == [expected])
        }
    }
}
