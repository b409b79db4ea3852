import Logging
import PKIX
import Synchronization
import Testing

@testable import ValidationService

@Suite("The cache of ready answers")
struct ResponseCacheTests {
    private let now = Fixture.now.secondsSinceEpoch

    private func serial(_ number: Int) -> [UInt8] { [0x40, UInt8(number >> 8), UInt8(number & 0xFF)] }

    private func put(_ cache: ResponseCache, _ serial: [UInt8], _ answer: StatusAnswer) {
        guard case .started(let flight)? = cache.begin(Fixture.key(serial), now: self.now, { _ in }) else {
            Issue.record("no flight")
            return
        }
        _ = cache.finish(flight, ReadyResponse(answer), now: self.now)
    }

    private func maker(_ cache: ResponseCache, _ responder: TestResponder) -> AnswerMaker {
        AnswerMaker(
            cache: cache,
            responder: responder,
            issuers: IssuerTable(Fixture.issuers),
            now: { Fixture.now },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    private func refresher(_ cache: ResponseCache, _ responder: TestResponder, at time: Int64) -> ResponseRefresher {
        ResponseRefresher(
            cache: cache,
            issuers: Fixture.issuers,
            responder: responder,
            clock: ContinuousClock(),
            now: { Fixture.now + time },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    @Test("An answer is given until the second before its nextUpdate, and never after")
    func lifetime() {
        let cache = ResponseCache()
        self.put(cache, [0x40], Fixture.answer("a", life: 100))
        #expect(cache.find(Fixture.key([0x40]), now: self.now + 99) != nil)
        #expect(cache.find(Fixture.key([0x40]), now: self.now + 100) == nil)
        #expect(cache.usage == ResponseCache.Usage())
    }

    @Test("It never holds more octets than its bound, and keeps what is asked for")
    func bound() {
        let cache = ResponseCache(capacity: 100_000, parts: 1)
        self.put(cache, self.serial(0), Fixture.answer("kept"))
        for number in 1...1_000 {
            self.put(cache, self.serial(number), Fixture.answer(String(repeating: "x", count: number)))
            #expect(cache.find(Fixture.key(self.serial(0)), now: self.now) != nil)
            #expect(cache.usage.bytes <= 100_000)
        }
        #expect((10..<1_000).contains(cache.usage.entries))
        self.put(cache, self.serial(2_000), Fixture.answer(String(repeating: "x", count: 200_000)))
        #expect(cache.find(Fixture.key(self.serial(2_000)), now: self.now) == nil)
        cache.invalidateAll()
        #expect(cache.usage == ResponseCache.Usage())
    }

    @Test("An invalidation drops every form of a certificate's CertID and no other certificate's")
    func forms() throws {
        let cache = ResponseCache()
        let serials: [[UInt8]] = [[0x00, 0x90, 1], [0x00, 0x90, 2]]
        let keys = serials.flatMap { serial in
            StatusKey.Form.all.map { StatusKey(issuer: 0, form: $0, serialNumber: serial.span)! }
        }
        for key in keys {
            guard case .started(let flight)? = cache.begin(key, now: self.now, { _ in }) else { continue }
            _ = cache.finish(flight, ReadyResponse(Fixture.answer("a")), now: self.now)
        }
        cache.invalidate(issuer: 0, serial: try SerialNumber(bytes: [0x90, 1]))
        cache.invalidate(issuer: 1, serial: try SerialNumber(bytes: [0x90, 2]))
        #expect(
            keys.map { cache.find($0, now: self.now) != nil } == [false, false, false, false, true, true, true, true]
        )
    }

    @Test("An answer that was read before an invalidation is neither kept nor given to anyone")
    func race() async throws {
        let (cache, responder) = (ResponseCache(), TestResponder())
        let maker = self.maker(cache, responder)
        let outcomes = Mutex<[String]>([])
        let waiter: Waiter = { outcome in
            switch outcome {
            case .signed(let response), .cached(let response):
                outcomes.withLock { $0.append(String(decoding: response.octets[response.bodyStart...], as: UTF8.self)) }
            case .tryLater, .failed: outcomes.withLock { $0.append("none") }
            }
        }
        guard case .started(let flight)? = cache.begin(Fixture.key([0x40]), now: self.now, waiter) else {
            Issue.record("no flight")
            return
        }
        responder.shut()
        async let made = maker.make(flight)
        #expect(await eventually { responder.waiting == 1 })
        guard case .joined? = cache.begin(Fixture.key([0x40]), now: self.now, waiter) else {
            Issue.record("not joined")
            return
        }
        // The revocation commits, and the cache is told.
        responder.setVersion(2)
        cache.invalidate(issuer: 0, serial: try SerialNumber(bytes: [0x40]))
        responder.open()
        #expect(await made)
        #expect(outcomes.withLock { $0 } == ["answer 40 v2", "answer 40 v2"])
        let kept = try #require(cache.find(Fixture.key([0x40]), now: self.now))
        #expect(String(decoding: kept.octets[kept.bodyStart...], as: UTF8.self) == "answer 40 v2")
        #expect(responder.calls == 2)
    }

    @Test("What is in use is made again in the third quarter of its life, what is not is left")
    func refresh() async {
        let (cache, responder) = (ResponseCache(), TestResponder())
        for number in 0..<200 { self.put(cache, self.serial(number), Fixture.answer("old", life: 1_000)) }
        // The flights had waiters, so all are in use.
        await self.refresher(cache, responder, at: 499).refresh()
        #expect(responder.calls == 0)
        await self.refresher(cache, responder, at: 625).refresh()
        // Half of the portion is due in the middle.
        #expect((60..<140).contains(responder.calls))
        await self.refresher(cache, responder, at: 751).refresh()
        #expect(responder.calls == 200)
        // The new answers begin at 0 again, and nobody has asked for them.
        await self.refresher(cache, responder, at: 751).refresh()
        await self.refresher(cache, responder, at: 751).refresh()
        #expect(responder.calls == 200)
    }

    @Test("While nothing can be signed the old answers stay, and are tried again later")
    func outage() async {
        let (cache, responder) = (ResponseCache(), TestResponder())
        for number in 0..<50 { self.put(cache, self.serial(number), Fixture.answer("old", life: 1_000)) }
        responder.setUnavailable(true)
        await self.refresher(cache, responder, at: 760).refresh()
        // After the first failure no more than those under way are tried.
        #expect(responder.calls <= Budget.concurrentRefreshes)
        #expect(cache.usage.entries == 50)
        responder.setUnavailable(false)
        let calls = responder.calls
        await self.refresher(cache, responder, at: 770).refresh()
        #expect(responder.calls == calls)
        await self.refresher(cache, responder, at: 790).refresh()
        #expect(responder.calls == calls + 50)
    }
}
