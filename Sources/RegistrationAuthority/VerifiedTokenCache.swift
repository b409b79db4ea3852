// Tokens whose secret was verified a moment ago. A value without clock or lock: `Authenticator` owns one behind a mutex.
//
// True at all times: at most `capacity` tokens; a token is given out for less than `lifetime` seconds after it was read
// from the store; one that was invalidated is not given out until it is read again, not even when a read that began before
// the invalidation ends after it. Only tokens whose secret was proven come in, so strangers cannot push others out.

import FoundationEssentials

/// A bounded cache of token records.
struct VerifiedTokenCache {
    /// Tells a read of the store from one that began before an invalidation.
    struct Ticket {
        fileprivate let generation: UInt64
    }

    private struct Entry {
        var token: APIToken
        var readAt: Date
    }

    private let capacity: Int
    private let lifetime: Double
    private var entries: [String: Entry] = [:]
    private var generation: UInt64 = 0

    init(capacity: Int, lifetime: Double) {
        self.capacity = capacity
        self.lifetime = lifetime
    }

    var count: Int { self.entries.count }

    /// The token when it was read a short while ago; also when the clock went back, it is stale.
    func token(id: String, at instant: Date) -> APIToken? {
        guard let entry = self.entries[id], self.isFresh(entry, at: instant) else { return nil }
        return entry.token
    }

    /// To be taken before the store is read.
    func ticket() -> Ticket {
        Ticket(generation: self.generation)
    }

    /// Keeps a token that was read under the ticket, unless there was an invalidation since.
    mutating func insert(_ token: APIToken, readAt instant: Date, ticket: Ticket) {
        guard ticket.generation == self.generation, self.capacity > 0 else { return }
        var token = token
        let noted = self.entries[token.id]?.token.lastUsed
        token.lastUsed = [noted, token.lastUsed].compactMap { $0 }.max()
        if self.entries[token.id] == nil, self.entries.count >= self.capacity { self.makeRoom(at: instant) }
        self.entries[token.id] = Entry(token: token, readAt: instant)
    }

    /// Whether the caller is the one to note this use in the store: the last note is `interval` or longer ago.
    mutating func claimUse(id: String, at instant: Date, interval: Double) -> Bool {
        guard var entry = self.entries[id] else { return false }
        if let last = entry.token.lastUsed, instant.timeIntervalSince(last) < interval { return false }
        entry.token.lastUsed = instant
        self.entries[id] = entry
        return true
    }

    /// Forgets a token, and every read that is under way.
    mutating func invalidate(id: String) {
        self.generation &+= 1
        self.entries[id] = nil
    }

    private func isFresh(_ entry: Entry, at instant: Date) -> Bool {
        let age = instant.timeIntervalSince(entry.readAt)
        return age >= 0 && age < self.lifetime
    }

    /// Drops what is stale, or, when nothing is, any one.
    private mutating func makeRoom(at instant: Date) {
        self.entries = self.entries.filter { self.isFresh($0.value, at: instant) }
        if self.entries.count >= self.capacity, let victim = self.entries.keys.first { self.entries[victim] = nil }
    }
}
