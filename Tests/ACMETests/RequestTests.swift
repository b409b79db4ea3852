import Crypto
import JSON
import LoopbackSupport
import PKIX
import Synchronization
import Testing

@testable import ACME
@testable import ACMESupport

@Suite("Requests to a CA that misbehaves")
struct RequestTests {
    @Test("a rejected nonce is exchanged for the one that came with the rejection")
    func rejectedNonces() async throws {
        try await ACMEDouble.withAccount { double, bench in
            double.change { $0.rejectedNonces = 4 }
            let fetched = double.count(.nonce)
            let account = try await bench.client.account()
            #expect(account.status == .valid)
            #expect(double.count(.account) == 5)
            #expect(double.count(.nonce) == fetched)
        }
    }

    @Test("nonces rejected for ever are given up after ten tries, as an outage")
    func rejectedForEver() async throws {
        try await ACMEDouble.withAccount { double, bench in
            double.change { $0.rejectedNonces = 1_000 }
            let error = await failure { _ = try await bench.client.account() }
            #expect(error?.code == .nonceRejected && error?.isOutage == true && error?.isPermanent == false)
            #expect(double.count(.account) == Budget.nonceTries)
        }
    }

    @Test("many requests at once never use a nonce twice")
    func concurrentNonces() async throws {
        try await ACMEDouble.withAccount { double, bench in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<40 {
                    group.addTask {
                        let status = try await bench.client.account().status
                        #expect(status == .valid)
                    }
                }
                try await group.waitForAll()
            }
            // None was rejected: each request came once.
            #expect(double.count(.account) == 40)
        }
    }

    @Test("a server error is waited out as Retry-After says, and no longer than patience goes")
    func outages() async throws {
        try await ACMEDouble.withAccount { double, bench in
            double.change { settings in
                settings.intercept = { endpoint, phase, count in
                    guard endpoint == .account, phase == .before, count <= 2 else { return nil }
                    return .problem(503, "serverInternal", "busy", headers: [("Retry-After", "7")])
                }
            }
            let account = try await bench.client.account()
            #expect(account.status == .valid)
            #expect(bench.clock.pauses.filter { $0 == .seconds(7) }.count == 2)
            double.change { settings in
                settings.intercept = { endpoint, _, _ in
                    endpoint == .account ? .answer(502, headers: [("Retry-After", "86400")], body: "<html>") : nil
                }
            }
            let error = await failure { _ = try await bench.client.account() }
            #expect(error?.code == .unavailable && error?.isOutage == true)
            #expect(error?.retryAt == bench.clock.time + 86_400)
            #expect(double.count(.account) == 4)
        }
    }

    @Test(
        "half an answer, none, too much of one, a wrong type, no JSON and a redirect are outages of the CA",
        arguments: [
            ("truncated", "ACME_UNREACHABLE"), ("drop", "ACME_UNREACHABLE"), ("oversized", "ACME_MALFORMED_ANSWER"),
            ("type", "ACME_MALFORMED_ANSWER"), ("no type", "ACME_MALFORMED_ANSWER"), ("json", "ACME_MALFORMED_ANSWER"),
            ("list", "ACME_MALFORMED_ANSWER"), ("wall", "ACME_MALFORMED_ANSWER"),
            ("redirect", "ACME_MALFORMED_ANSWER"),
            ("twice", "ACME_MALFORMED_ANSWER"), ("deep", "ACME_MALFORMED_ANSWER"),
        ]
    )
    func brokenAnswers(kind: String, code: String) async throws {
        let json = [("Content-Type", "application/json")]
        let reply: LoopbackReply =
            switch kind {
            case "truncated": .truncated(200, headers: json, body: #"{"status":"valid","contact":[]}"#)
            case "drop": .drop
            case "oversized": .answer(200, headers: json, body: String(repeating: " ", count: 300_000))
            case "type": .answer(200, headers: [("Content-Type", "text/html")], body: #"{"status":"valid"}"#)
            case "no type": .answer(200, body: #"{"status":"valid"}"#)
            case "wall": .answer(403, headers: [("Content-Type", "text/html")], body: "<h1>blocked</h1>")
            case "json": .answer(200, headers: json, body: #"{"status":"#)
            case "list": .answer(200, headers: json, body: "[]")
            case "redirect": .answer(302, headers: [("Location", "/elsewhere")])
            case "twice": .answer(200, headers: json, body: #"{"status":"valid","status":"revoked"}"#)
            default: .answer(200, headers: json, body: String(repeating: "[", count: 5_000))
            }
        try await ACMEDouble.withAccount { double, bench in
            double.change { $0.intercept = { endpoint, _, _ in endpoint == .account ? reply : nil } }
            let error = await failure { _ = try await bench.client.account() }
            #expect(error?.code.rawValue == code, "\(String(describing: error))")
            #expect(error?.isOutage == true)
        }
    }

    @Test("an order is sent again only when the CA has surely not acted", arguments: [(503, 3), (500, 1), (502, 1)])
    func ordersAreNotRepeated(status: Int, times: Int) async throws {
        try await ACMEDouble.withAccount { double, bench in
            double.change { settings in
                settings.intercept = { endpoint, _, _ in
                    endpoint == .newOrder ? .answer(status, headers: [("Retry-After", "2")]) : nil
                }
            }
            let error = await failure { _ = try await bench.client.placeOrder([.dns("a.test")]) }
            #expect(error?.code == .unavailable && double.count(.newOrder) == times)
        }
    }

    @Test("a CA that does not answer, or stops in the middle, is given up in time", arguments: [true, false])
    func hangs(inTheMiddle: Bool) async throws {
        let stall = LoopbackReply.stall(200, headers: [("Content-Type", "application/json")], body: "{\"newNonce\":1}")
        try await ACMEDouble.with { double in
            double.change { settings in
                settings.intercept = { endpoint, _, _ in
                    endpoint == .directory ? inTheMiddle ? stall : .hang : nil
                }
            }
            try await withExchange { exchange in
                let bench = try double.bench(exchange) { $0.timeout = .milliseconds(100) }
                let error = await failure { _ = try await bench.client.directory() }
                #expect(error?.code == .unreachable)
                #expect(bench.clock.pauses.count == Budget.outageTries - 1)
            }
        }
    }

    @Test("a directory is fetched once an hour, and an old one serves while the CA is away")
    func directory() async throws {
        try await ACMEDouble.with { double in
            try await withExchange { exchange in
                let bench = try double.bench(exchange)
                let first = try await bench.client.directory()
                #expect(first.caaIdentities == ["ca.example"] && first.profiles.keys.contains("shortlived"))
                _ = try await bench.client.directory()
                #expect(double.count(.directory) == 1)
                try await bench.clock.sleep(for: .seconds(3_601))
                double.change { $0.intercept = { endpoint, _, _ in endpoint == .directory ? .answer(500) : nil } }
                #expect(try await bench.client.directory() == first)
                #expect(double.count(.directory) == 1 + Budget.outageTries)
            }
        }
    }

    @Test("a directory on plain http, or that names such addresses, is refused")
    func plainHTTP() async throws {
        #expect(throws: ACMEError(.invalidRequest, "")) {
            try ACMEConfiguration(directoryURL: "http://ca.example/directory", allowsPlainLoopback: true)
        }
        try await ACMEDouble.with { double in
            double.change { settings in
                settings.intercept = { endpoint, _, _ in
                    guard endpoint == .directory else { return nil }
                    return .json(
                        200,
                        [
                            "newNonce": "http://169.254.169.254/", "newAccount": "https://a/", "newOrder": "https://a/",
                        ]
                    )
                }
            }
            try await withExchange { exchange in
                let error = await failure { _ = try await double.bench(exchange).client.directory() }
                #expect(error?.code == .malformedAnswer)
            }
        }
    }

    @Test("the problem, its subproblems and what to do reach the owner of the agent")
    func problems() async throws {
        try await ACMEDouble.withAccount { double, bench in
            let part: JSONValue = [
                "type": "urn:ietf:params:acme:error:caa", "detail": "CAA record for b.test prevents issuance\u{1B}[31m",
                "identifier": ["type": "dns", "value": "b.test"],
            ]
            double.change { settings in
                settings.intercept = { endpoint, _, _ in
                    guard endpoint == .newOrder else { return nil }
                    return .problem(
                        400,
                        "compound",
                        "two things",
                        more: [JSONMember(name: "subproblems", value: [part, 7])]
                    )
                }
            }
            let error = await failure { _ = try await bench.client.placeOrder([.dns("a.test"), .dns("b.test")]) }
            #expect(error?.code == .refused && error?.isPermanent == true)
            #expect(error?.problem?.subproblems.map(\.identifier) == [.dns("b.test")])
            let reason = try #require(error?.reason)
            #expect(reason.contains("a CAA record in DNS forbids this CA to issue"))
            #expect(reason.contains("for b.test") && reason.contains("two things"))
            #expect(!reason.unicodeScalars.contains { $0.value < 0x20 })
        }
    }
}

@Suite("Limits of CAs")
struct RateLimitTests {
    private func limit(_ detail: String, _ headers: [(String, String)] = [("Retry-After", "3600")]) -> LoopbackReply {
        .problem(429, "rateLimited", detail, headers: headers)
    }

    @Test("a limit of the account closes the door for all names until its time, also for another process")
    func account() async throws {
        try await ACMEDouble.withAccount { double, bench in
            let reply = self.limit("too many new orders (300) from this account in the last 3h0m0s")
            double.change { $0.intercept = { endpoint, _, count in endpoint == .newOrder && count == 1 ? reply : nil } }
            let first = await failure { _ = try await bench.client.placeOrder([.dns("a.test")]) }
            #expect(first?.code == .rateLimited && first?.isRateLimit == true && first?.isOutage == false)
            let until = bench.clock.time + 3_600
            #expect(first?.retryAt == until)
            try await withExchange { exchange in
                let other = try double.bench(exchange, signer: bench.signer, limits: bench.limits, clock: bench.clock)
                let second = await failure { _ = try await other.client.placeOrder([.dns("b.test")]) }
                #expect(second?.code == .rateLimited && second?.retryAt == until + 1)
                #expect(second?.reason.contains("too many new orders") == true)
                #expect(double.count(.newOrder) == 1)
                // The CA's second began within ours.
                try await bench.clock.sleep(for: .seconds(3_600))
                let early = await failure { _ = try await other.client.placeOrder([.dns("b.test")]) }
                #expect(early?.code == .rateLimited && double.count(.newOrder) == 1)
                try await bench.clock.sleep(for: .seconds(1))
                _ = try await other.client.placeOrder([.dns("b.test")])
                #expect(double.count(.newOrder) == 2)
            }
        }
    }

    @Test("a limit of a name or a set of names leaves other names, and renewals in the window, alone")
    func names() async throws {
        try await ACMEDouble.withAccount { double, bench in
            let client = bench.client
            let domain = self.limit(
                "too many certificates (50) already issued for \"a.test\" in the last 168h0m0s",
                []
            )
            let set = self.limit("too many certificates (5) already issued for this exact set of identifiers", [])
            double.change { settings in
                settings.intercept = { endpoint, phase, count in
                    guard endpoint == .newOrder, phase == .before else { return nil }
                    return count == 1 ? domain : count == 2 ? set : nil
                }
            }
            let ofDomain = await failure { _ = try await client.placeOrder([.dns("x.a.test")]) }
            #expect(ofDomain?.isRateLimit == true)
            let ofSet = await failure { _ = try await client.placeOrder([.dns("b.test")]) }
            #expect(ofSet?.isRateLimit == true)
            #expect(bench.limits.all.map(\.scope) == [.name("a.test"), .identifiers([.dns("b.test")])])
            #expect(bench.limits.all.allSatisfy { $0.until == bench.clock.time + Budget.defaultClosure })
            // Closed, and not asked:
            let underDomain = await failure { _ = try await client.placeOrder([.dns("y.a.test")]) }
            #expect(underDomain?.isRateLimit == true)
            let sameSet = await failure { _ = try await client.placeOrder([.dns("b.test")]) }
            #expect(sameSet?.isRateLimit == true)
            #expect(double.count(.newOrder) == 2)
            // Open:
            _ = try await client.placeOrder([.dns("nota.test")])
            _ = try await client.placeOrder([.dns("b.test"), .dns("c.test")])
            _ = try await client.placeOrder([.dns("y.a.test")], replaces: "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE")
            #expect(double.count(.newOrder) == 5)
        }
    }

    @Test("the end of a limit is read from the CA's words where no field has it")
    func words() async throws {
        try await ACMEDouble.withAccount { double, bench in
            let reply = self.limit("too many failed authorizations, retry after 2026-01-02 04:04:05 UTC: see x", [])
            double.change { $0.intercept = { endpoint, _, _ in endpoint == .newOrder ? reply : nil } }
            let error = await failure { _ = try await bench.client.placeOrder([.dns("a.test")]) }
            #expect(error?.retryAt == testInstant + 3_600)
        }
    }

    @Test("many orders at once: when a limit is met, those behind are not sent")
    func crowd() async throws {
        try await ACMEDouble.withAccount { double, bench in
            double.change { $0.intercept = { endpoint, _, _ in endpoint == .newOrder ? .answer(429) : nil } }
            let outcomes = await withTaskGroup(of: ACMEError?.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        await failure { _ = try await bench.client.placeOrder([.dns("a\(number).agents.test")]) }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count == 40 && outcomes.allSatisfy { $0?.code == .rateLimited })
            #expect((1...Budget.ordersAtOnce).contains(double.count(.newOrder)))
        }
    }

    @Test("429 without a problem document is a limit all the same")
    func bare() async throws {
        try await ACMEDouble.withAccount { double, bench in
            double.change { $0.intercept = { endpoint, _, _ in endpoint == .newOrder ? .answer(429) : nil } }
            let error = await failure { _ = try await bench.client.placeOrder([.dns("a.test")]) }
            #expect(error?.code == .rateLimited && bench.limits.all.map(\.scope) == [.account])
        }
    }
}
