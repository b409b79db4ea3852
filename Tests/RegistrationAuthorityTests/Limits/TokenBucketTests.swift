// Token buckets: examples, and what must hold whatever happens.

import RegistrationAuthority
import Testing

@Suite("Token buckets")
struct TokenBucketTests {
    @Test("A full bucket gives its capacity, then what comes in")
    func example() throws {
        let rate = try TokenRate(capacity: 3, refill: 2, every: .seconds(60))
        var bucket = TokenBucket(rate: rate, at: 1_000)
        for left in [2, 1, 0] as [Int64] {
            let admission = bucket.take(at: 1_000)
            #expect(admission.allowed)
            #expect(admission.remaining == left)
            #expect(admission.retryAfter == .zero)
            #expect(admission.resetAfter == .seconds(30 * (3 - left)))
        }
        let refused = bucket.take(at: 1_000)
        #expect(
            refused
                == Admission(allowed: false, remaining: 0, retryAfter: .seconds(30), resetAfter: .seconds(90))
        )
        #expect(!bucket.take(at: 30_999).allowed)
        #expect(bucket.take(at: 31_000).allowed)
        #expect(!bucket.take(at: 31_000).allowed)
    }

    @Test("A refusal takes nothing, however often it is asked for")
    func refusalIsFree() throws {
        var bucket = TokenBucket(rate: try TokenRate(capacity: 1, refill: 1, every: .seconds(7)), at: 0)
        _ = bucket.take(at: 0)
        for now in 1..<7_000 as Range<Int64> { #expect(!bucket.take(at: now).allowed) }
        #expect(bucket.take(at: 7_000).allowed)
    }

    @Test("Looking takes nothing and says what taking would say but for the tokens")
    func looking() throws {
        var bucket = TokenBucket(rate: try TokenRate(capacity: 2, refill: 1, every: .seconds(1)), at: 0)
        let before = bucket
        #expect(bucket.looking(at: 0).remaining == 2)
        #expect(bucket == before)
        #expect(bucket.take(2, at: 0).allowed)
        #expect(!bucket.looking(at: 999).allowed)
        #expect(bucket.looking(at: 1_000).allowed)
    }

    @Test("A cost below one counts as one; one above the capacity is never admitted", arguments: [Int64.min, -1, 0, 1])
    func costs(cost: Int64) throws {
        var bucket = TokenBucket(rate: try TokenRate(capacity: 2, refill: 1, every: .seconds(1)), at: 0)
        #expect(bucket.take(cost, at: 0).remaining == 1)
        let never = bucket.take(.max, at: 1_000_000)
        #expect(!never.allowed)
        #expect(never.remaining == 2)
        #expect(!bucket.take(3, at: 1_000_000).allowed)
    }

    @Test("Never is more admitted than capacity and rate allow", arguments: 0..<60)
    func bounds(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let capacity = Int64.random(in: 1...20, using: &generator)
        let refill = Int64.random(in: 1...50, using: &generator)
        let interval = Int64.random(in: 1...100_000, using: &generator)
        let rate = try TokenRate(capacity: capacity, refill: refill, every: .milliseconds(interval))
        let start: Int64 = 1_700_000_000_000
        var now = start
        var bucket = TokenBucket(rate: rate, at: start)
        var admitted: Int64 = 0
        let step = max(interval * capacity / refill / 4, 1)
        for _ in 0..<2_000 {
            now += Int64.random(in: 0...step, using: &generator)
            var cost: Int64 = 1
            while true {
                guard bucket.take(cost, at: now).allowed else { break }
                admitted += cost
                cost = Int64.random(in: 1...min(capacity, 3), using: &generator)
            }
            // Through the store and back, as every request does.
            bucket = TokenBucket(rate: rate, restoring: bucket.state)
            #expect(admitted * interval <= capacity * interval + (now - start) * refill)
        }
        #expect(admitted > capacity)
    }

    @Test(
        "Whoever takes each token as it comes gets exactly the rate",
        arguments: [(1, 3), (7, 1_000), (1_000, 7), (3, 86_400_000)]
    )
    func exactRate(refill: Int64, interval: Int64) throws {
        let rate = try TokenRate(capacity: 5, refill: refill, every: .milliseconds(interval))
        var bucket = TokenBucket(rate: rate, at: 0)
        #expect(bucket.take(5, at: 0).allowed)
        var now: Int64 = 0
        var taken: Int64 = 0
        for _ in 0..<3_000 {
            while bucket.take(at: now).allowed { taken += 1 }
            let wait = bucket.looking(at: now).retryAfter
            // One millisecond earlier is too early.
            let milliseconds = wait.components.seconds * 1_000 + wait.components.attoseconds / 1_000_000_000_000_000
            if milliseconds > 1 { #expect(!bucket.looking(at: now + milliseconds - 1).allowed) }
            now += milliseconds
            #expect(bucket.looking(at: now).allowed)
            // Within one millisecond at most `refill / interval` tokens come: beyond that the bucket may overflow.
            if refill <= interval { #expect(taken == now * refill / interval - (bucket.looking(at: now).remaining)) }
        }
    }

    @Test("A clock that is a little behind brings nothing and takes nothing")
    func skew() throws {
        let rate = try TokenRate(capacity: 2, refill: 1, every: .seconds(1))
        var bucket = TokenBucket(rate: rate, at: 1_000_000)
        #expect(bucket.take(2, at: 1_000_000).allowed)
        // Two nodes whose clocks differ by 100 ms take turns: the difference must not count again and again.
        var admitted = 0
        for turn in 0..<1_000 {
            let now: Int64 = 1_000_000 + Int64(turn) - (turn.isMultiple(of: 2) ? 0 : 100)
            if bucket.take(at: now).allowed { admitted += 1 }
        }
        #expect(admitted == 0)
        let behind = bucket.looking(at: bucket.state.updatedAt - 100)
        let there = bucket.looking(at: bucket.state.updatedAt)
        #expect(behind.retryAfter == there.retryAfter + .milliseconds(100))
    }

    @Test("A bucket written by a clock far ahead is not shut until then")
    func clockSetBack() throws {
        let rate = try TokenRate(capacity: 1, refill: 1, every: .seconds(1))
        let year: Int64 = 366 * 86_400_000
        var bucket = TokenBucket(rate: rate, at: year)
        #expect(bucket.take(at: year).allowed)
        #expect(!bucket.take(at: 0).allowed)
        #expect(bucket.take(at: 1_000).allowed)
    }

    @Test("A change of the rate keeps the tokens there are, up to the new capacity")
    func changedRate() throws {
        let old = try TokenRate(capacity: 10, refill: 7, every: .seconds(60))
        var bucket = TokenBucket(rate: old, at: 0)
        _ = bucket.take(4, at: 0)
        let larger = TokenBucket(
            rate: try TokenRate(capacity: 100, refill: 11, every: .seconds(13)),
            restoring: bucket.state
        )
        #expect(larger.looking(at: 0).remaining == 6)
        let smaller = TokenBucket(
            rate: try TokenRate(capacity: 5, refill: 1, every: .seconds(1)),
            restoring: bucket.state
        )
        #expect(smaller.looking(at: 0).remaining == 5)
    }

    @Test(
        "Numbers that no bucket has written are no trap",
        arguments: [
            (Int64.max, Int64.max, Int64.max), (.min, .min, .min), (.max, 1, .min), (1, .max, .min), (0, 0, 0),
            (-1, 5, 0),
            (5, -1, 0), (.max, 0, .max), (.max - 1, .max, 0),
        ]
    )
    func hostileState(tokens: Int64, scale: Int64, updatedAt: Int64) throws {
        let rate = try TokenRate(
            capacity: Budget.bucketTokens,
            refill: Budget.bucketTokens - 1,
            every: .milliseconds(Budget.refillInterval)
        )
        let state = TokenBucket.State(tokens: tokens, scale: scale, updatedAt: updatedAt)
        for now in [Int64.min, -1, 0, 1, .max] {
            var bucket = TokenBucket(rate: rate, restoring: state)
            let admission = bucket.take(at: now)
            #expect((0...Budget.bucketTokens).contains(admission.remaining))
            _ = bucket.fullAt
            _ = bucket.take(Budget.bucketTokens, at: .max)
            _ = bucket.take(Budget.bucketTokens, at: .min)
        }
    }

    @Test("One spelling of a rate is as good as another")
    func equalRates() throws {
        let minute = try TokenRate(capacity: 10, refill: 60, every: .seconds(60))
        let second = try TokenRate(capacity: 10, refill: 1, every: .seconds(1))
        #expect(TokenBucket(rate: minute, at: 5).state == TokenBucket(rate: second, at: 5).state)
        #expect(minute.fillTime == 10_000)
    }

    @Test("Numbers that make no rate are refused")
    func refuses() {
        let cases: [(Int64, Int64, Duration)] = [
            (0, 1, .seconds(1)), (1, 0, .seconds(1)), (-1, 1, .seconds(1)), (1_000_001, 1, .seconds(1)),
            (1, 1_000_001, .seconds(1)), (1, 1, .zero), (1, 1, .microseconds(999)), (1, 1, .seconds(367 * 86_400)),
            (1, 1, .seconds(Int64.max)), (1, 1, .seconds(-1)),
        ]
        for (capacity, refill, interval) in cases {
            #expect(throws: RegistrationError(.invalidRateLimit, "")) {
                try TokenRate(capacity: capacity, refill: refill, every: interval)
            }
        }
    }
}
