// HTTP-01 against a web server on loopback, whose names a real name server has.

import DNS
import Foundation
import TestSupport
import Testing

@testable import RegistrationAuthority

@Suite("HTTP-01")
struct HTTPProofTests {
    private let challenge = ObserverFixture.challenge
    private static let loopback = ["127.0.0.0/8"]

    /// What is found at a host of whose addresses these are, when the server replies so.
    private func finding(
        addresses: [String] = ["127.0.0.1"],
        admitting blocks: [String] = Self.loopback,
        _ reply: @escaping @Sendable (_ path: String) -> ProofReply,
        check: (ControlFinding, ProofServer) -> Void
    ) async throws {
        let records = addresses.map { "bot IN \($0.contains(":") ? "AAAA" : "A") \($0)" }.joined(separator: "\n")
        let names = try await ObserverFixture.server(records)
        defer { names.stop() }
        try await ProofServer.with(reply) { server in
            try await ObserverFixture.with(
                [try ObserverFixture.address(names)],
                admitting: blocks,
                port: server.port
            ) { observer in
                check(try await ObserverFixture.control(observer, "bot.customer.test"), server)
            }
        }
    }

    @Test("The key authorization at its path proves control, whatever white space ends it")
    func proven() async throws {
        let (path, content) = (self.challenge.httpPath, self.challenge.keyAuthorization)
        for end in ["", "\n", " \r\n\t"] {
            let reply: @Sendable (String) -> ProofReply = {
                ProofReply(status: $0 == path ? 200 : 404, body: content + end)
            }
            try await self.finding(reply) { finding, server in
                #expect(finding == .proven(.http01))
                #expect(server.requests == ["bot.customer.test:\(server.port) \(path)"])
            }
        }
    }

    @Test("A server that drips octets is left when its time is over")
    func drips() async throws {
        let content = self.challenge.keyAuthorization
        let names = try await ObserverFixture.server("bot IN A 127.0.0.1")
        defer { names.stop() }
        let begin = ContinuousClock.now
        try await ProofServer.with { _ in
            ProofReply(body: content, drips: true)
        } _: { server in
            try await ObserverFixture.with(
                [try ObserverFixture.address(names)],
                admitting: Self.loopback,
                port: server.port,
                clock: HastyClock()
            ) { observer in
                let finding = try await ObserverFixture.control(observer, "bot.customer.test", methods: [.http01])
                // Where the machine is slow the whole look ends before the fetch does.
                let reason = finding.reason ?? ""
                #expect(reason.contains("did not come within 10 seconds") || reason.contains("too slow"), "\(finding)")
            }
        }
        // The server itself would go on for more than half a minute.
        #expect(ContinuousClock.now - begin < .seconds(25))
    }

    @Test("Anything else does not, and the owner learns why")
    func notProven() async throws {
        let content = self.challenge.keyAuthorization
        let (path, elsewhere) = (self.challenge.httpPath, "/elsewhere")
        let cases: [(reply: @Sendable (String) -> ProofReply, words: String)] = [
            ({ _ in ProofReply(body: content + "x") }, "something else than the key authorization"),
            ({ _ in ProofReply(body: " " + content) }, "something else"),
            ({ _ in ProofReply(status: 404) }, "answers 404"),
            ({ _ in ProofReply(status: 500, body: content) }, "answers 500"),
            // The target of the redirect has the proof, and is not asked.
            (
                {
                    $0 == path ? ProofReply(status: 302, headers: [("Location", elsewhere)]) : ProofReply(body: content)
                },
                "answers 302"
            ),
            ({ _ in ProofReply(body: content + String(repeating: " ", count: 5_000)) }, "more than 1024 octets"),
        ]
        for (reply, words) in cases {
            try await self.finding(reply) { finding, server in
                guard case .notProven(let reason) = finding else {
                    Issue.record("\(words): \(finding)")
                    return
                }
                #expect(reason.contains(words), "\(reason)")
                #expect(server.requests.count == 1 && !server.requests[0].contains(elsewhere))
            }
        }
    }

    @Test(
        "Addresses that strangers must not have us ask are not contacted",
        arguments: [
            ["127.0.0.1"], ["10.0.0.1"], ["169.254.169.254"], ["192.168.1.1"], ["::1"], ["::ffff:127.0.0.1"],
            ["fe80::1"],
        ]
    )
    func privateAddresses(_ addresses: [String]) async throws {
        let content = self.challenge.keyAuthorization
        let reply: @Sendable (String) -> ProofReply = { _ in ProofReply(body: content) }
        try await self.finding(addresses: addresses, admitting: [], reply) { finding, server in
            guard case .notProven(let reason) = finding else {
                Issue.record("\(addresses): \(finding)")
                return
            }
            #expect(
                reason.contains("is not contacted")
                    && !(reason.split(separator: "HTTP: ").last ?? "").contains(addresses[0]),
                "\(reason)"
            )
            #expect(server.requests.isEmpty)
        }
    }

    @Test("Of several addresses the one that is admitted is asked")
    func several() async throws {
        let content = self.challenge.keyAuthorization
        let addresses = ["10.0.0.1", "127.0.0.1"]
        let reply: @Sendable (String) -> ProofReply = { _ in ProofReply(body: content) }
        try await self.finding(addresses: addresses, reply) { finding, server in
            #expect(finding == .proven(.http01) && server.requests.count == 1)
        }
    }

    @Test("A host without an address, or where nobody listens, proves nothing")
    func nobody() async throws {
        let names = try await ObserverFixture.server("closed IN A 127.0.0.1")
        defer { names.stop() }
        let address = try ObserverFixture.address(names)
        try await ObserverFixture.with([address], admitting: Self.loopback, port: 9) { observer in
            let none = try await ObserverFixture.control(observer, "none.customer.test").reason
            #expect(none?.contains("none.customer.test has no address") == true)
            let closed = try await ObserverFixture.control(observer, "closed.customer.test").reason
            #expect(closed?.contains("cannot be fetched") == true)
        }
    }
}
