// Waiting between attempts.

import RegistrationAuthority
import Testing

@Suite("Schedules of deliveries")
struct DeliveryScheduleTests {
    @Test("Without jitter the waits are those of the formula")
    func exactWaits() throws {
        let schedule = try DeliverySchedule(
            first: .seconds(10),
            factor: 3,
            longest: .seconds(100),
            jitter: 0,
            attempts: 6,
            giveUpAfter: .seconds(10_000)
        )
        var generator = SeededGenerator(seed: 1)
        let waits = (1...7).map { schedule.delay(after: $0, elapsed: .zero, using: &generator) }
        #expect(waits == [.seconds(10), .seconds(30), .seconds(90), .seconds(100), .seconds(100), nil, nil])
    }

    @Test("Jitter shortens a wait by no more than its share, and is drawn anew", arguments: 1...29)
    func jitter(attempt: Int) {
        var generator = SeededGenerator(seed: UInt64(attempt))
        let base = min(10 * (1 << min(attempt - 1, 20)), 21_600)
        var seen: Set<Duration> = []
        for _ in 0..<100 {
            let delay = DeliverySchedule.webhooks.delay(after: attempt, elapsed: .zero, using: &generator)
            guard let delay else {
                Issue.record("gave up after \(attempt)")
                return
            }
            #expect(delay >= .milliseconds(base * 500))
            #expect(delay <= .seconds(base))
            seen.insert(delay)
        }
        #expect(seen.count > 50)
    }

    @Test("No attempt begins after the end")
    func ends() {
        var generator = SeededGenerator(seed: 7)
        var elapsed = Duration.zero
        var attempts = 1
        while let delay = DeliverySchedule.webhooks.delay(after: attempts, elapsed: elapsed, using: &generator) {
            elapsed += delay
            attempts += 1
            #expect(elapsed <= .seconds(3 * 86_400))
        }
        #expect((15...30).contains(attempts))
    }

    @Test("What the receiver asks for lengthens a wait and never shortens it")
    func retryAfter() {
        let schedule = DeliverySchedule.webhooks
        var generator = SeededGenerator(seed: 7)
        let long = schedule.delay(after: 1, elapsed: .zero, retryAfter: .seconds(900), using: &generator)
        #expect(long == .seconds(900))
        let short = schedule.delay(after: 10, elapsed: .zero, retryAfter: .seconds(1), using: &generator)
        #expect(short.map { $0 > .seconds(2_000) } == true)
        let never = schedule.delay(after: 1, elapsed: .zero, retryAfter: .seconds(86_400 * 4), using: &generator)
        #expect(never == nil)
    }

    @Test("Numbers that make no schedule are refused")
    func refuses() {
        let cases: [(Duration, Int64, Duration, Int64, Int, Duration)] = [
            (.zero, 2, .seconds(1), 0, 1, .zero), (.seconds(2), 2, .seconds(1), 0, 1, .zero),
            (.seconds(1), 0, .seconds(1), 0, 1, .zero), (.seconds(1), 101, .seconds(1), 0, 1, .zero),
            (.seconds(1), 2, .seconds(1), 101, 1, .zero), (.seconds(1), 2, .seconds(1), -1, 1, .zero),
            (.seconds(1), 2, .seconds(1), 0, 0, .zero), (.seconds(1), 2, .seconds(1), 0, 1_001, .zero),
            (.seconds(1), 2, .seconds(1), 0, 1, .seconds(-1)), (.seconds(1), 2, .seconds(1 << 60), 0, 1, .zero),
        ]
        for (first, factor, longest, jitter, attempts, end) in cases {
            #expect(throws: RegistrationError(.invalidDeliverySchedule, "")) {
                try DeliverySchedule(
                    first: first,
                    factor: factor,
                    longest: longest,
                    jitter: jitter,
                    attempts: attempts,
                    giveUpAfter: end
                )
            }
        }
    }

    @Test(
        "An answer's status decides",
        arguments: [
            (200, DeliveryVerdict.delivered), (204, .delivered), (299, .delivered), (301, .retry), (400, .retry),
            (404, .retry),
            (410, .gone), (429, .retry), (500, .retry), (503, .retry), (0, .retry), (-1, .retry),
        ]
    )
    func verdicts(status: Int, verdict: DeliveryVerdict) {
        #expect(DeliveryVerdict(status: status) == verdict)
    }
}
