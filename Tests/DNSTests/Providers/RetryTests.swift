import Testing

@testable import DNS

@Suite("Repetitions")
struct RetryTests {
    private struct Step: Sendable {
        var isTransient = true
        var retryAfter: Duration?
        var elapsed: Duration = .zero
        var jitter = 0.0
        let action: RetryMachine.Action
    }

    @Test("pause longer each time, by chance within the upper half of the step, up to the longest")
    func pauses() {
        for (jitter, expected) in [(0.0, [125, 250, 500, 1_000, 1_000]), (1.0, [250, 500, 1_000, 2_000, 2_000])] {
            var policy = RetryPolicy()
            policy.longestPause = .seconds(2)
            var machine = RetryMachine(policy)
            for pause in expected {
                #expect(
                    machine.failed(isTransient: true, elapsed: .zero, jitter: jitter) == .pause(.milliseconds(pause))
                )
            }
            #expect(machine.failed(isTransient: true, elapsed: .zero, jitter: jitter) == .giveUp)
        }
    }

    @Test("follow the table: what does not pass, Retry-After, and the end of the time")
    func table() {
        let tables: [[Step]] = [
            [Step(isTransient: false, action: .giveUp)],
            [Step(isTransient: false, retryAfter: .seconds(1), action: .giveUp)],
            [Step(retryAfter: .seconds(5), action: .pause(.seconds(5)))],
            [Step(retryAfter: .seconds(5), jitter: 1, action: .pause(.milliseconds(5_250)))],
            [Step(retryAfter: .zero, action: .pause(.milliseconds(125)))],
            [Step(retryAfter: .seconds(30), action: .giveUp)],
            [Step(elapsed: .milliseconds(29_874), action: .pause(.milliseconds(125)))],
            [Step(elapsed: .milliseconds(29_875), action: .giveUp)],
            [
                Step(retryAfter: .seconds(2), action: .pause(.seconds(2))),
                Step(elapsed: .seconds(2), action: .pause(.milliseconds(250))),
                Step(isTransient: false, elapsed: .seconds(3), action: .giveUp),
            ],
            // A chance outside of its bounds does no harm.
            [
                Step(jitter: 7, action: .pause(.milliseconds(250))),
                Step(jitter: -3, action: .pause(.milliseconds(250))),
            ],
        ]
        for steps in tables {
            var machine = RetryMachine(RetryPolicy())
            for step in steps {
                let action = machine.failed(
                    isTransient: step.isTransient,
                    retryAfter: step.retryAfter,
                    elapsed: step.elapsed,
                    jitter: step.jitter
                )
                #expect(action == step.action)
            }
        }
    }

    @Test("give a call no more time than is left")
    func callTime() {
        let machine = RetryMachine(RetryPolicy())
        #expect(machine.callTime(elapsed: .zero) == .seconds(10))
        #expect(machine.callTime(elapsed: .seconds(25)) == .seconds(5))
        #expect(machine.callTime(elapsed: .seconds(99)) == .milliseconds(1))
    }

    @Test(
        "read Retry-After in both forms (RFC 9110 §10.2.3)",
        arguments: [
            ("120", 120), ("0", 0), ("-1", nil), ("soon", nil), ("Sun, 06 Nov 1994 08:49:37 GMT", 37),
            ("Sun, 06 Nov 1994 08:48:00 GMT", 0), ("Sun, 06 Nov 1994 08:49:37", nil),
            ("Sun, 31 Foo 1994 08:49:37 GMT", nil),
            ("", nil), ("Thu, 99 Nov 1994 08:49:37 GMT", nil),
        ]
    )
    func retryAfter(_ value: String, _ expected: Int?) {
        // 1994-11-06T08:49:00Z.
        #expect(RetryAfter.seconds(value, now: 784_111_740) == expected)
    }

    @Test(
        "write times of day as AWS wants them",
        arguments: [
            (0, "19700101T000000Z"), (951_782_400, "20000229T000000Z"), (1_767_323_045, "20260102T030405Z"),
            (4_102_444_799, "20991231T235959Z"),
        ]
    )
    func basicTime(_ instant: Int64, _ expected: String) {
        #expect(CivilTime.basic(instant) == expected)
    }
}

@Suite("Rates")
struct TokenBucketTests {
    @Test("admit a burst, then calls at their distance, and refuse what would wait too long")
    func rate() {
        var bucket = TokenBucket(CallRate(burst: 2, perSecond: 4))
        #expect(bucket.take(at: .zero, waitingAtMost: .seconds(1)) == .zero)
        #expect(bucket.take(at: .zero, waitingAtMost: .seconds(1)) == .zero)
        #expect(bucket.take(at: .zero, waitingAtMost: .seconds(1)) == .milliseconds(250))
        #expect(bucket.take(at: .zero, waitingAtMost: .milliseconds(499)) == nil)
        #expect(bucket.take(at: .zero, waitingAtMost: .milliseconds(500)) == .milliseconds(500))
        #expect(bucket.take(at: .seconds(60), waitingAtMost: .zero) == .zero)
        #expect(bucket.take(at: .seconds(60), waitingAtMost: .zero) == .zero)
        #expect(bucket.take(at: .seconds(60), waitingAtMost: .zero) == nil)
    }

    @Test("stay within Cloudflare's 1200 calls in any 300 seconds")
    func cloudflare() {
        var bucket = TokenBucket(CloudflareClient.rate)
        var calls = 0
        for millisecond in stride(from: 0, to: 300_000, by: 50) {
            while bucket.take(at: .milliseconds(millisecond), waitingAtMost: .zero) != nil { calls += 1 }
        }
        #expect((1_190...1_200).contains(calls))
    }

    @Test("are closed for everyone when the host says so")
    func closing() {
        var bucket = TokenBucket(CallRate(burst: 10, perSecond: 10))
        bucket.close(until: .seconds(5))
        bucket.close(until: .seconds(3))
        #expect(bucket.closedFor(at: .seconds(1)) == .seconds(4))
        #expect(bucket.take(at: .seconds(1), waitingAtMost: .seconds(3)) == nil)
        #expect(bucket.take(at: .seconds(1), waitingAtMost: .seconds(4)) == .seconds(4))
        #expect(bucket.take(at: .seconds(5), waitingAtMost: .zero) == .zero)
    }
}

@Suite("Locks of zones")
struct ZoneLocksTests {
    @Test("are held by one at a time, in the order of asking")
    func exclusion() async throws {
        let (locks, zone) = (ZoneLocks(), try DomainName("example.com"))
        let ticker = Ticker(ContinuousClock())
        let counter = Counter()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    guard await locks.acquire(zone, within: .seconds(30), by: ticker) else { return }
                    await counter.enter()
                    await Task.yield()
                    await counter.leave()
                    await locks.release(zone)
                }
            }
        }
        #expect(await counter.most == 1)
        #expect(await counter.entered == 50)
    }

    @Test("are not had when the time is over or the task is cancelled, and go to the next all the same")
    func bounds() async throws {
        let (locks, zone) = (ZoneLocks(), try DomainName("example.com"))
        let ticker = Ticker(ContinuousClock())
        #expect(await locks.acquire(zone, within: .zero, by: ticker))
        #expect(await !locks.acquire(zone, within: .milliseconds(20), by: ticker))
        let cancelled = Task { await locks.acquire(zone, within: .seconds(30), by: ticker) }
        cancelled.cancel()
        #expect(await !cancelled.value)
        let next = Task { await locks.acquire(zone, within: .seconds(30), by: ticker) }
        try await Task.sleep(for: .milliseconds(20))
        await locks.release(zone)
        #expect(await next.value)
        await locks.release(zone)
        #expect(await locks.acquire(zone, within: .zero, by: ticker))
    }

    private actor Counter {
        private var inside = 0
        private(set) var most = 0
        private(set) var entered = 0

        func enter() {
            self.inside += 1
            self.entered += 1
            self.most = max(self.most, self.inside)
        }

        func leave() { self.inside -= 1 }
    }
}
