import ACME
import DNS
import Foundation
import LoopbackSupport
import PKIX
import TestSupport
import Testing
import X509

@testable import ACMESupport
@testable import ServerCertificates

@Suite("Against Pebble and BIND")
struct PebbleTests {
    private func checkChain(_ certificate: ServerCertificate, _ peers: PeerBench) async throws {
        let roots = try EncodedCertificate.all(inPEM: try await peers.pebble.managed("/roots/0", peers.exchange))
        _ = try CertificationPath(
            of: try EncodedCertificate(der: certificate.certificate),
            through: certificate.chain.map { try EncodedCertificate(der: $0) },
            to: roots,
            at: CertificateTime(Date())
        )
    }

    @Test("dns-01 in a zone of ours: obtained, renewed, revoked; no record stays")
    func ownZone() async throws {
        try await PeerBench.with { peers in
            let bench = peers.bench
            _ = try await bench.service.order(try makeOrder())
            let done = try await bench.work()
            #expect(done.way == .zone(apex: "agents.test", name: "_acme-challenge.a.agents.test"))
            let first = try #require(try await bench.progress()?.certificate, "\(String(describing: done.failure))")
            try await self.checkChain(first, peers)
            #expect(try await peers.texts().isEmpty)
            // Debian's Pebble has no renewal information (RFC 9773): it is two thirds of the life.
            let renewal = try await bench.service.renewal(of: first.fingerprint)
            #expect(renewal.renewAt == RenewalMoment.twoThirds(of: first))
            #expect(renewal.askAgainAt <= renewal.renewAt && renewal.askAgainAt > bench.time.now)
            _ = try await bench.service.order(try makeOrder(reference: "order-2", replaces: first.fingerprint))
            _ = try await bench.work("order-2")
            let second = try #require(try await bench.progress("order-2")?.certificate)
            #expect(second.fingerprint != first.fingerprint)
            #expect(try await bench.service.certificates(of: "agent-1") == [first, second])
            try await bench.service.revoke(first.fingerprint, of: "agent-1", reason: .superseded, actor: "operator:o")
            let fields = try EncodedCertificate(der: first.certificate).fields
            var serial = Array(fields.serialNumber.bytes).hexadecimal
            while serial.hasPrefix("0") { serial.removeFirst() }
            let status = try await peers.pebble.managed("/cert-status-by-serial/" + serial, peers.exchange)
            #expect(status.contains("\"Revoked\"") && status.contains("\"Reason\": 4"), "\(status)")
            #expect(try await peers.texts().isEmpty)
        }
    }

    @Test("many orders at once, also of one name: what others have there stays, and all of ours goes")
    func manyAtOnce() async throws {
        try await PeerBench.with { peers in
            let foreign = ("not-ours", "_acme-challenge.h0.hosts.agents.test")
            try await peers.change(foreign.0, at: foreign.1, in: PeerBench.ours, isThere: true)
            let service = peers.bench.service
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await peers.bench.engine.run() }
                try await withThrowingTaskGroup(of: Void.self) { orders in
                    for number in 0..<12 {
                        orders.addTask {
                            let host = "h\(number / 2).hosts.agents.test"
                            let reference = "order-\(number)"
                            _ = try await service.order(try makeOrder(host, reference: reference, agent: reference))
                            let progress = try await service.progress(of: reference, patience: .seconds(1_200))
                            #expect(progress?.certificate != nil, "\(reference): \(String(describing: progress))")
                        }
                    }
                    try await orders.waitForAll()
                }
                group.cancelAll()
            }
            let left = try await peers.texts()
            #expect(left.count == 1 && left.first?.name.description == foreign.1, "\(left)")
            #expect(peers.bench.store.snapshot.certificates.count == 12)
        }
    }

    @Test("a name that its owner has delegated to a zone of ours (CNAME) needs nobody")
    func delegated() async throws {
        try await PeerBench.with { peers in
            _ = try await peers.bench.service.order(try makeOrder("www.customer.test"))
            let done = try await peers.bench.work()
            #expect(done.way == .zone(apex: "agents.test", name: "www.challenges.agents.test"))
            #expect(try await peers.bench.progress()?.certificate != nil, "\(String(describing: done.failure))")
            #expect(try await peers.texts().isEmpty)
        }
    }

    @Test("a host that leads to us is validated by the answers in the store (http-01)")
    func listener() async throws {
        try await PeerBench.with(leadsHere: true) { peers in
            let store = peers.bench.store
            try await LoopbackHTTPServer.with(
                port: peers.pebble.httpPort,
                { request in
                    let token = String(request.path.split(separator: "/").last ?? "")
                    return store.served(token).map { .answer(200, body: $0) } ?? .answer(404)
                },
                { _ in
                    _ = try await peers.bench.service.order(try makeOrder("a.customer.test"))
                    let done = try await peers.bench.work()
                    #expect(done.way == .listener && done.served.isEmpty)
                    #expect(try await peers.bench.progress()?.certificate != nil, "\(String(describing: done.failure))")
                }
            )
        }
    }

    @Test("the owner of another zone places the record, and says so")
    func owner() async throws {
        try await PeerBench.with { peers in
            let bench = peers.bench
            _ = try await bench.service.order(try makeOrder("a.customer.test"))
            _ = try await bench.work(until: { !$0.answers.isEmpty })
            let progress = try #require(try await bench.progress())
            let challenge = try #require(progress.challenges.first)
            guard case .record(let name, let value) = challenge.answer else {
                Issue.record("\(challenge)")
                return
            }
            #expect(name == "_acme-challenge.a.customer.test" && progress.challenges.count == 2)
            #expect(challenge.keyAuthorization.hasPrefix(challenge.token + "."))
            #expect(progress.failure?.code == "CHALLENGE_ANSWER_NOT_FOUND")
            #expect(progress.failure?.reason.contains(name) == true, "\(String(describing: progress.failure))")
            // It waits for hours, and counts no attempts.
            for _ in 0..<20 {
                bench.time.advance(by: 600)
                _ = await bench.engine.pass()
            }
            #expect(bench.store.snapshot.orders["order-1"]?.order.attempts == 0)
            try await peers.change("something else", at: name, in: PeerBench.theirs, isThere: true)
            try await peers.change(value, at: name, in: PeerBench.theirs, isThere: true)
            #expect(await bench.engine.pass() == 0)
            try await bench.service.answered("order-1")
            #expect(await bench.engine.pass() == 1)
            let obtained = try await bench.progress()
            #expect(obtained?.certificate != nil, "\(String(describing: obtained))")
            #expect(bench.store.snapshot.orders["order-1"]?.order.isAtRest == true)
        }
    }

    @Test(
        "the owner of a host places the file, also where the order would have the record",
        arguments: [[ChallengeType.http01], [.dns01, .http01]]
    )
    func ownersFile(types: [ChallengeType]) async throws {
        try await PeerBench.with { peers in
            var authority = peers.authority
            authority.challengeTypes = types
            let files = MemoryFiles()
            let bench = OrderBench(
                [authority],
                time: TestTime(Date()),
                files: files,
                leadsHere: false,
                resolver: peers.resolver
            )
            try await LoopbackHTTPServer.with(
                port: peers.pebble.httpPort,
                { request in
                    let path = request.path
                    let answer = bench.store.snapshot.orders.values.flatMap(\.order.answers)
                        .first { $0.challenge.path == path }
                    return answer.map { .answer(200, body: $0.challenge.keyAuthorization + "\n") } ?? .answer(404)
                },
                { _ in
                    _ = try await bench.service.order(try makeOrder("a.customer.test"))
                    _ = try await bench.work(until: { !$0.answers.isEmpty })
                    let challenges = try #require(try await bench.progress()?.challenges)
                    #expect(challenges.count == types.count)
                    guard case .file(let path, let content) = challenges.last?.answer else {
                        Issue.record("\(challenges)")
                        return
                    }
                    files.put("another", at: path, of: "a.customer.test")
                    try await bench.service.answered("order-1")
                    _ = await bench.engine.pass()
                    let reason = try await bench.progress()?.failure?.reason
                    let complaint = types.contains(.dns01) ? "no such record" : "is another than"
                    #expect(reason?.contains(complaint) == true, "\(String(describing: reason))")
                    files.put(content + "\n", at: path, of: "a.customer.test")
                    try await bench.service.answered("order-1")
                    _ = await bench.engine.pass()
                    let obtained = try await bench.progress()
                    #expect(obtained?.certificate != nil, "\(String(describing: obtained))")
                    #expect(bench.store.snapshot.orders["order-1"]?.order.isAtRest == true)
                }
            )
        }
    }

    @Test("power is cut at each write: no record stays in BIND, and Pebble issues one certificate for each order")
    func crashes() async throws {
        try await PeerBench.with { peers in
            var cut = 1
            var again: [Int] = []
            var wasCut = true
            while wasCut {
                let (reference, host) = ("order-\(cut)", "c\(cut).hosts.agents.test")
                let first = peers.other()
                _ = try await first.service.order(try makeOrder(host, reference: reference))
                let before = peers.pebble.counts
                first.store.cut(at: cut, keeps: cut % 2 == 0)
                _ = await first.engine.pass()
                wasCut = first.store.restore()
                let done = try await peers.other().work(reference)
                #expect(done.status == .obtained, "at \(cut): \(String(describing: done.failure))")
                #expect(done.isAtRest, "at \(cut)")
                #expect(try await peers.texts().isEmpty, "at \(cut)")
                let counts = peers.pebble.counts
                #expect(counts.certificates == before.certificates + 1, "at \(cut)")
                let orders = counts.orders - before.orders
                #expect(orders == 1 || orders == 2, "at \(cut): \(orders)")
                if orders == 2 { again.append(cut) }
                cut += 1
            }
            // Once an order is placed again: where what came back, and its address with it, was not kept.
            #expect(again.count <= 1, "\(again)")
            #expect(cut >= 14, "\(cut)")
            #expect(peers.bench.store.snapshot.certificates.count == cut - 1)
        }
    }

    @Test("a zone's host that is away hinders an order, and its record is removed when it is back")
    func providerAway() async throws {
        try await PeerBench.with { peers in
            let bench = peers.bench
            // The CA is told nothing before the record can be seen; named is away from then on.
            _ = try await bench.service.order(try makeOrder())
            peers.named.pause()
            let hindered = try await bench.work(until: { $0.attempts > 0 })
            #expect(hindered.answers.count == 1 && hindered.status == .underway)
            #expect(hindered.failure?.reason.contains("_acme-challenge.a.agents.test") == true)
            try await bench.service.cancel("order-1", because: "no longer wanted", revoking: .superseded)
            let waiting = try await bench.work(until: { $0.attempts > 1 })
            #expect(waiting.status == .cancelled && !waiting.isAtRest)
            try await peers.named.resume()
            #expect(try await bench.work().isAtRest)
            #expect(try await peers.texts().isEmpty)
        }
    }
}
