import NIOHTTP1
import Testing

@testable import AgentClient

@Suite("Repeating calls")
struct RetryPolicyTests {
    @Test("without Retry-After the wait doubles, and ends with the attempts")
    func doubles() {
        let policy = RetryPolicy()
        let waits = (1...4).map { policy.wait(afterAttempt: $0, retryAfter: nil, waited: .zero) }
        #expect(waits == [.milliseconds(500), .seconds(1), .seconds(2), nil])
    }

    @Test("a server that asks for more than the bound is not waited for")
    func bounded() {
        let policy = RetryPolicy(longestWait: .seconds(10))
        #expect(policy.wait(afterAttempt: 1, retryAfter: .seconds(10), waited: .zero) == .seconds(10))
        #expect(policy.wait(afterAttempt: 1, retryAfter: .seconds(11), waited: .zero) == nil)
        #expect(policy.wait(afterAttempt: 2, retryAfter: .seconds(6), waited: .seconds(5)) == nil)
        #expect(policy.wait(afterAttempt: 1, retryAfter: .seconds(-5), waited: .zero) == .zero)
    }

    @Test(
        "Retry-After is seconds, or a date that counts from the answer's own",
        arguments: [
            ("7", nil, Duration.seconds(7)),
            (" 0 ", nil, .zero),
            ("Sat, 21 Nov 2026 10:00:30 GMT", "Sat, 21 Nov 2026 10:00:00 GMT", .seconds(30)),
            ("Sat, 21 Nov 2026 09:00:00 GMT", "Sat, 21 Nov 2026 10:00:00 GMT", .zero),
            ("Sat, 21 Nov 2026 10:00:30 GMT", nil, nil),
            ("-3", nil, nil),
            ("99999999999999999999", nil, nil),
            ("soon", nil, nil),
        ] as [(String, String?, Duration?)]
    )
    func retryAfter(field: String, date: String?, expected: Duration?) {
        var headers = HTTPHeaders([("Retry-After", field)])
        if let date { headers.add(name: "Date", value: date) }
        #expect(APIAnswer(status: 503, headers: headers, body: []).retryAfter == expected)
    }
}
