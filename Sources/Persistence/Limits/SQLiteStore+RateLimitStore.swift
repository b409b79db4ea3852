// `RateLimitStore` on SQLite: the decision is `RateLimitStep`'s.

import GRDB
public import RegistrationAuthority

extension SQLiteStore: RateLimitStore {
    /// Takes from several buckets: from all or, when one has not enough, from none.
    public func take(_ takes: [RateLimitTake], at now: Int64) async throws -> [Admission] {
        try await self.write { transaction in
            var states: [RateLimitKey: TokenBucket.State] = [:]
            for take in takes {
                states[take.key] = try transaction.database.one(RateLimitRow.find, [take.key.description]) { row in
                    TokenBucket.State(
                        tokens: try row.value(0),
                        scale: try row.value(1),
                        updatedAt: try row.value(2)
                    )
                }
            }
            let step = RateLimitStep.decide(takes, states: states, at: now)
            for (key, record) in step.changes {
                try transaction.database.change(
                    RateLimitRow.write,
                    [
                        key.description, record.state.tokens, record.state.scale, record.state.updatedAt,
                        record.fullAt,
                    ]
                )
            }
            return step.admissions
        }
    }

    /// Removes at most `limit` buckets that are full before `now`, and returns how many.
    public func removeFull(before now: Int64, limit: Int) async throws -> Int {
        try await self.write { try $0.database.change(RateLimitRow.removeFull, [now, Self.rows(limit)]) }
    }
}

enum RateLimitRow {
    static let find = "SELECT tokens, scale, updated_at_ms FROM rate_limits WHERE key = ?"

    static let write = """
        INSERT INTO rate_limits (key, tokens, scale, updated_at_ms, full_at_ms) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (key) DO UPDATE SET tokens = ?2, scale = ?3, updated_at_ms = ?4, full_at_ms = ?5
        """

    static let removeFull = """
        DELETE FROM rate_limits WHERE key IN (SELECT key FROM rate_limits WHERE full_at_ms < ? LIMIT ?)
        """
}
