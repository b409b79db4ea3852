// What many who ask cost: one exchange a source, so much room and no more, and nobody's room is another's.

import PKIX
import Testing
import X509

@testable import PublicTrust

@Suite("Asking for status, many at once")
struct StatusSharingTests {
    private static let responder = "http://ocsp.example/"
    private static let list = "http://crl.example/a.crl"

    @Test("who asks for what is being asked already gets the same answer")
    func singleFlight() async throws {
        let path = try SharedAuthority().path(ocsp: Self.responder)
        let exchange = GatedExchange(isOpen: false)
        let checker = RevocationChecker(exchange: exchange)
        let reports = await withTaskGroup(of: StatusReport.self) { group in
            for _ in 0..<50 { group.addTask { await checker.status(of: path, at: .now()) } }
            await exchange.reached(1)
            exchange.open()
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(reports.count == 50 && Set(reports).count == 1)
        #expect(exchange.calls.count == 1)
    }

    @Test("certificates of one CA share its CRL, fetched once at a time and remembered until it ends")
    func sharedList() async throws {
        let bench = try await StatusBench(ocsp: false, crl: true)
        let url = bench.server.url + "/a.crl"
        let others = try (0..<8).map { _ in try bench.authority.issue(names: [.dnsName("b.example.com")], crl: url) }
        try bench.writeIndex(revoked: [(others[0], reason: "superseded")], valid: [bench.leaf])
        let exchange = GatedExchange(isOpen: false)
        exchange.reply(.success(try bench.makeCRL()))
        let validator = ChainValidator(roots: try TrustRoots([EncodedCertificate(der: bench.root.der)]))
        let checker = RevocationChecker(exchange: exchange)
        let paths = try others.map {
            try validator.validate([$0.der, bench.authority.der], for: .server, of: nil, at: .now())
        }
        let statuses = await withTaskGroup(of: CertificateStatus.self) { group in
            for path in paths { group.addTask { await checker.status(of: path, at: .now()).status } }
            await exchange.reached(1)
            exchange.open()
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.count { $0 == .good } == 7)
        #expect(await checker.status(of: bench.path, at: .now()).status == .good)
        #expect(exchange.calls.map(\.url) == [url])
        #expect(checker.lists.octets > 0)
        // What is remembered is judged anew for each certificate, and not for ever.
        let later = try bench.authority.issue(names: [.dnsName("c.example.com")], crl: url)
        let path = try validator.validate([later.der, bench.authority.der], for: .server, of: nil, at: .now())
        let after = CertificateTime.now() + Budget.statusMemory + 1
        #expect(await checker.status(of: path, at: after).status == .good)
        #expect(exchange.calls.count == 2)
        await bench.server.stop()
    }

    @Test("what does not verify is not remembered as a list")
    func rubbish() async throws {
        let exchange = GatedExchange()
        exchange.reply(.success([UInt8](repeating: 0x30, count: 1_000)))
        let checker = RevocationChecker(exchange: exchange)
        let path = try SharedAuthority().path(crl: Self.list)
        #expect(await checker.status(of: path, at: .now()).status == .unavailable)
        #expect(checker.lists.octets == 0)
    }

    @Test(
        "a source that gives no answer is left alone for a short while, and then asked again",
        arguments: [true, false]
    )
    func negative(isResponder: Bool) async throws {
        let exchange = GatedExchange()
        let checker = RevocationChecker(exchange: exchange)
        let shared = try SharedAuthority()
        let path = try shared.path(ocsp: isResponder ? Self.responder : nil, crl: isResponder ? nil : Self.list)
        let now = CertificateTime.now()
        for _ in 0..<3 { #expect(await checker.status(of: path, at: now).status == .unavailable) }
        #expect(exchange.calls.count == 1)
        if !isResponder {
            // Another certificate of the same list, too.
            #expect(await checker.status(of: try shared.path(crl: Self.list), at: now).status == .unavailable)
            #expect(exchange.calls.count == 1)
        }
        #expect(await checker.status(of: path, at: now + Budget.failureMemory + 1).status == .unavailable)
        #expect(exchange.calls.count == 2)
    }

    @Test(
        "beyond its room a checker says that it is busy: admitted by no policy, not remembered, and no other's business"
    )
    func room() async throws {
        let shared = try SharedAuthority()
        let exchange = GatedExchange(isOpen: false, opening: Budget.exchanges + 1)
        let (checker, other) = (RevocationChecker(exchange: exchange), RevocationChecker(exchange: exchange))
        let paths = try (0...Budget.exchanges).map { _ in try shared.path(ocsp: Self.responder) }
        await withTaskGroup(of: Void.self) { group in
            for path in paths.dropLast() { group.addTask { _ = await checker.status(of: path, at: .now()) } }
            await exchange.reached(Budget.exchanges)
            let refused = await checker.status(of: paths[Budget.exchanges], at: .now())
            #expect(refused.status == .busy && exchange.calls.count == Budget.exchanges)
            for policy in RevocationPolicy.allCases { #expect(!policy.admits(refused.status)) }
            // Another checker has its own room: it gets to its question.
            group.addTask { _ = await other.status(of: paths[Budget.exchanges], at: .now()) }
            await exchange.reached(Budget.exchanges + 1)
            exchange.open()
        }
        #expect(await checker.status(of: paths[Budget.exchanges], at: .now()).status == .unavailable)
    }

    @Test("the octets of the answers under way are bounded: of CRLs there are few at one time")
    func octets() async throws {
        let shared = try SharedAuthority()
        let fit = Budget.exchangeBytes / Budget.crlBytes
        let exchange = GatedExchange(isOpen: false, opening: fit + 1)
        let checker = RevocationChecker(exchange: exchange)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<fit {
                group.addTask {
                    guard let path = try? shared.path(crl: "http://crl.example/\(number).crl") else { return }
                    _ = await checker.status(of: path, at: .now())
                }
            }
            await exchange.reached(fit)
            let next = try? shared.path(crl: "http://crl.example/next.crl")
            if let next { #expect(await checker.status(of: next, at: .now()).status == .busy) }
            exchange.open()
        }
        #expect(exchange.calls.count == fit && fit == 4)
    }

    @Test("lists beyond the budget of octets make the oldest go")
    func listBudget() {
        let memory = ListMemory()
        let list = [UInt8](repeating: 0, count: Budget.crlBytes)
        let now = CertificateTime.now()
        for number in 0..<6 {
            memory.remember(.list(list, until: now + Int64(100 + number)), of: "\(number)", at: now)
            #expect(memory.octets <= Budget.rememberedListBytes)
        }
        let kept = (0..<6).filter { memory.finding(at: "\($0)", at: now) != nil }
        #expect(kept == [2, 3, 4, 5])
        #expect(memory.finding(at: "5", at: now + 106) == nil)
        memory.remember(.list(list, until: now + 300), of: "5", at: now)
        #expect(memory.octets == 4 * list.count)
        for number in 0..<(Budget.rememberedStatuses + 10) {
            memory.remember(.failure(StatusFailure("")), of: "f\(number)", at: now)
        }
        // Failures make room for failures: they end first.
        #expect(memory.octets == 4 * list.count)
        #expect(memory.finding(at: "f\(Budget.rememberedStatuses + 9)", at: now) != nil)
    }

    @Test("whoever is cancelled while working leaves the work to the next")
    func cancelled() async {
        let flights = SingleFlight<String, Int>()
        let gate = GatedExchange(isOpen: false)
        let first = Task {
            await flights.value(of: "key") {
                _ = try? await gate.answer(to: StatusCall(url: "first", limit: 1))
                return 1
            }
        }
        await gate.reached(1)
        let second = Task { await flights.value(of: "key") { 2 } }
        first.cancel()
        gate.open()
        #expect(await second.value == 2)
        #expect(await first.value == 1)
    }
}
