import ACME
import Crypto
import FoundationEssentials
import LoopbackSupport
import PKIX
import Synchronization
import Testing

@testable import ACMESupport
@testable import ServerCertificates

@Suite("Hosts on which a command places files (http-01)")
struct CommandTests {
    private let host = "a.elsewhere.test"

    /// An engine whose CA looks at the web server.
    private func with(_ body: (ACMEDouble, MemoryWebServer, OrderBench) async throws -> Void) async throws {
        let files = MemoryFiles()
        let server = MemoryWebServer(files: files)
        let double = try ACMEDouble(ACMEDouble.Settings()) { type, _, token, text in
            type == "http-01" && server.content(at: "/.well-known/acme-challenge/\(token)") == text
        }
        try await withExchange { exchange in
            try await double.serving {
                var authority = ServerAuthority(
                    name: "ca-1",
                    configuration: try ACMEConfiguration(
                        directoryURL: double.base + "/directory",
                        allowsPlainLoopback: true
                    ),
                    exchange: exchange,
                    signer: try SoftwareAccountSigner(P256.Signing.PrivateKey())
                )
                authority.agreesToTerms = true
                authority.challengeTypes = [.http01]
                let bench = OrderBench([authority], files: files, leadsHere: false, placing: server)
                try await body(double, server, bench)
            }
        }
    }

    @Test("the file is placed before the CA is told, seen on the host, and removed")
    func obtains() async throws {
        try await self.with { double, server, bench in
            #expect(try await bench.service.provesControl(of: self.host))
            #expect(try await !bench.service.provesControl(of: "a.nowhere.test"))
            _ = try await bench.service.order(try makeOrder(self.host))
            let done = try await bench.work()
            #expect(done.status == .obtained && done.way == .command, "\(String(describing: done.failure))")
            #expect(done.isAtRest && done.answers.isEmpty && server.isEmpty && double.issued == 1)
        }
    }

    @Test("a command that fails hinders the order and its removal, and is run again")
    func failing() async throws {
        try await self.with { double, server, bench in
            server.fail(1)
            _ = try await bench.service.order(try makeOrder(self.host))
            let hindered = try await bench.work(until: { $0.attempts > 0 })
            #expect(hindered.status == .underway && double.count(.challenge) == 0)
            server.fail(0)
            _ = try await bench.work(until: { $0.status == .obtained })
            #expect(server.isEmpty)

            // The next is cancelled when its file is there.
            double.intercept { endpoint, phase, _ in
                endpoint == .challenge && phase == .before ? .answer(503) : nil
            }
            _ = try await bench.service.order(try makeOrder(self.host, reference: "order-2"))
            _ = try await bench.work("order-2", until: { $0.outages > 0 })
            #expect(!server.isEmpty)
            try await bench.service.cancel("order-2", because: "no longer wanted", revoking: .superseded)
            server.fail(2)
            _ = await bench.engine.pass()
            #expect(!server.isEmpty)
            double.intercept { _, _, _ in nil }
            #expect(try await bench.work("order-2").isAtRest)
            #expect(server.isEmpty)
        }
    }

    @Test("a file that the host does not show keeps the CA from being told")
    func hidden() async throws {
        try await self.with { double, server, bench in
            server.isHidden.withLock { $0 = true }
            _ = try await bench.service.order(try makeOrder(self.host))
            let hindered = try await bench.work(until: { $0.attempts > 0 })
            #expect(double.count(.challenge) == 0 && double.issued == 0)
            #expect(hindered.failure?.reason.contains("there is no file at") == true)
        }
    }

    @Test("an answer whose command is configured no more says what to do")
    func forgotten() async throws {
        try await self.with { double, server, bench in
            double.intercept { endpoint, phase, _ in
                endpoint == .challenge && phase == .before ? .answer(503) : nil
            }
            _ = try await bench.service.order(try makeOrder(self.host))
            _ = try await bench.work(until: { $0.outages > 0 })
            let answer = try #require(bench.store.snapshot.orders["order-1"]?.order.answers.first)
            let ways = OrderBench([], files: bench.files, leadsHere: false).engine.ways
            let error = await #expect(throws: ServerCertificateError.self) { try await ways.remove(answer) }
            #expect(error?.isTransient == true && error?.reason.contains("acme.httpCommand") == true)
            #expect(!server.isEmpty)
        }
    }
}
