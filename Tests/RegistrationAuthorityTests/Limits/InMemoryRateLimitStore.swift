// A store of token buckets in memory, as small as the port allows.

import RegistrationAuthority
import Synchronization

final class InMemoryRateLimitStore: RateLimitStore {
    private let records = Mutex<[RateLimitKey: RateLimitRecord]>([:])

    var count: Int { self.records.withLock { $0.count } }

    func take(_ takes: [RateLimitTake], at now: Int64) async throws -> [Admission] {
        self.records.withLock { records in
            let step = RateLimitStep.decide(takes, states: records.mapValues(\.state), at: now)
            records.merge(step.changes) { $1 }
            return step.admissions
        }
    }

    func removeFull(before now: Int64, limit: Int) async throws -> Int {
        self.records.withLock { records in
            let full = records.filter { $0.value.fullAt < now }.keys.prefix(limit)
            for key in full { records[key] = nil }
            return full.count
        }
    }
}
