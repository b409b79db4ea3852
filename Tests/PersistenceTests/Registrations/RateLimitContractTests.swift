// What `RateLimitStore` promises, on SQLite.

import Foundation
import RegistrationAuthority
import TestSupport
import Testing

@testable import Persistence

@Suite("Rate limits in a store")
struct RateLimitContractTests {
    private func take(_ subject: String, limit: String = "l", capacity: Int64 = 3, cost: Int64 = 1) throws
        -> RateLimitTake
    {
        RateLimitTake(
            key: RateLimitKey(limit: limit, subject: subject),
            rate: try TokenRate(capacity: capacity, refill: 1, every: .seconds(10)),
            cost: cost
        )
    }

    @Test("A bucket gives what it holds, refuses with the time to wait, and fills again")
    func bucket() async throws {
        try await withSQLiteStore { store, _ in
            for left in [2, 1, 0] {
                let admission = try await store.take([try take("a")], at: 1_000)[0]
                #expect(admission.allowed && admission.remaining == Int64(left))
            }
            let refused = try await store.take([try take("a")], at: 1_000)[0]
            #expect(!refused.allowed && refused.retryAfter == .seconds(10) && refused.resetAfter == .seconds(30))
            #expect(try await store.take([try take("a")], at: 10_999)[0].allowed == false)
            #expect(try await store.take([try take("a")], at: 11_000)[0].allowed)
            #expect(try await store.take([try take("b"), try take("a", limit: "m")], at: 11_000).allSatisfy(\.allowed))
        }
    }

    @Test("Of several buckets all are charged, or none")
    func together() async throws {
        try await withSQLiteStore { store, _ in
            _ = try await store.take([try take("empty", capacity: 1)], at: 0)
            let takes = [try take("full"), try take("empty", capacity: 1)]
            #expect(try await store.take(takes, at: 0).map(\.allowed).contains(false))
            #expect(try await store.take([try take("full")], at: 0)[0].remaining == 2)
        }
    }

    @Test("No token is given twice, however many ask at once, on one store or two of one file")
    func race() async throws {
        try await withSQLiteStore { store, path in
            let other = try SQLiteStore(path: path, clock: ContinuousClock())
            let taken = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let take = try self.take("a", capacity: 50)
                        return try await (number % 2 == 0 ? store : other).take([take], at: 0)[0].allowed
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(taken == 50)
            await other.close()
        }
    }

    @Test("Buckets that are full are removed, so many at a time; others stay as they are, also over a restart")
    func removal() async throws {
        try await withTemporaryDirectory { directory in
            let store = try SQLiteStore(path: directory + "/signet.db", clock: ContinuousClock())
            for subject in ["a", "b", "c"] { _ = try await store.take([try take(subject)], at: 0) }
            _ = try await store.take([try take("d", cost: 3)], at: 0)
            #expect(try await store.removeFull(before: 10_000, limit: 9) == 0)
            #expect(try await store.removeFull(before: 10_001, limit: 2) == 2)
            #expect(try await store.removeFull(before: 10_001, limit: 9) == 1)
            await store.close()
            let reopened = try SQLiteStore(path: directory + "/signet.db", clock: ContinuousClock())
            #expect(try await reopened.take([try take("d")], at: 9_999)[0].allowed == false)
            #expect(try await reopened.removeFull(before: 30_001, limit: 9) == 1)
            await reopened.close()
        }
    }
}
