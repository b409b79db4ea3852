// One part of the cache: a table, a clock of slots, and the answers that are being made. A value, guarded by its owner.
//
// True at all times: an answer is in the table only if nothing about its certificate was invalidated since its making
// began. For a flight (an answer being made) is registered before the store is read, `invalidate` takes it out of the
// register, and only a flight that is still registered may put its answer in.

/// An answer that is being made; who waits for it is guarded by the shard that made it.
final class Flight: Sendable {
    /// What it is an answer for.
    let key: StatusKey
    /// The count of flights of its shard: what it is told apart by.
    let generation: UInt64

    init(key: StatusKey, generation: UInt64) {
        self.key = key
        self.generation = generation
    }
}

/// Who waits for an answer; called once, on any thread.
typealias Waiter = @Sendable (ColdOutcome) -> Void

/// What came of the making of an answer.
enum ColdOutcome: Sendable {
    /// An answer that was signed now.
    case signed(ReadyResponse)
    /// An answer that was in the cache after all.
    case cached(ReadyResponse)
    /// Nothing can be signed for so many seconds.
    case tryLater(Int)
    /// The responder failed.
    case failed
}

/// The state of one part of the cache.
struct CacheShard {
    private struct Slot {
        var key: StatusKey
        var response: ReadyResponse?
        /// Asked for since the hand of the clock last came by.
        var wasUsed: Bool
        /// Asked for since it was made: worth making again before it ends.
        var wasAsked: Bool
        /// Seconds since 1970 from which it should be made again.
        var refreshAt: Int64
    }

    private var table: [StatusKey: Int] = [:]
    private var slots: [Slot] = []
    private var free: [Int] = []
    private var hand = 0
    private var flights: [UInt64: [Waiter]] = [:]
    private var registered: [StatusKey: Flight] = [:]
    private var generation: UInt64 = 0
    private let capacity: Int

    /// Octets of what is kept, with what keeping costs.
    private(set) var bytes = 0
    /// Answers that are kept.
    var count: Int { self.table.count }

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// The answer for a key, if there is one that may still be given.
    mutating func find(_ key: StatusKey, now: Int64) -> ReadyResponse? {
        guard let index = self.table[key], let response = self.slots[index].response else { return nil }
        // A clock that was set back makes what was made before it untrue: relying parties do not take it.
        guard now < response.nextUpdate, response.thisUpdate <= now + 1 else {
            self.remove(key)
            return nil
        }
        self.slots[index].wasUsed = true
        self.slots[index].wasAsked = true
        return response
    }

    /// Joins the flight for a key; false when there is none.
    mutating func join(_ key: StatusKey, _ waiter: @escaping Waiter) -> Bool {
        guard let flight = self.registered[key] else { return false }
        self.flights[flight.generation]?.append(waiter)
        return true
    }

    /// Registers a flight; `nil` when there is one.
    mutating func begin(_ key: StatusKey, _ waiters: [Waiter]) -> Flight? {
        guard self.registered[key] == nil else { return nil }
        self.generation += 1
        let flight = Flight(key: key, generation: self.generation)
        self.registered[key] = flight
        self.flights[flight.generation] = waiters
        return flight
    }

    /// Ends a flight: takes its answer in if it is still registered.
    ///
    /// - Returns: who waits, and whether the flight was still registered.
    mutating func finish(_ flight: Flight, _ response: ReadyResponse?, now: Int64) -> ([Waiter], isCurrent: Bool) {
        let waiters = self.flights.removeValue(forKey: flight.generation) ?? []
        guard self.registered[flight.key] === flight else { return (waiters, false) }
        self.registered[flight.key] = nil
        if let response, response.isCacheable, now < response.nextUpdate {
            self.insert(flight.key, response, wasAsked: !waiters.isEmpty)
        }
        return (waiters, true)
    }

    /// Drops the answer for a key, and takes its flight out of the register.
    mutating func invalidate(_ key: StatusKey) {
        self.remove(key)
        self.registered[key] = nil
    }

    /// Drops everything, and takes every flight out of the register.
    mutating func invalidateAll() {
        (self.table, self.slots, self.free, self.registered) = ([:], [], [], [:])
        (self.hand, self.bytes) = (0, 0)
    }

    /// Keys of answers that should be made again: in use, and in the third quarter of their lives.
    ///
    /// Each is given once; it is due again when its refresh fails, through ``postpone(_:until:)``.
    mutating func due(now: Int64, limit: Int) -> [StatusKey] {
        var keys: [StatusKey] = []
        for index in self.slots.indices where self.slots[index].refreshAt <= now && keys.count < limit {
            guard self.slots[index].response != nil else { continue }
            // What nobody asked for since it was made is left to end.
            self.slots[index].refreshAt = .max
            if self.slots[index].wasAsked { keys.append(self.slots[index].key) }
        }
        return keys
    }

    /// Makes an answer due at another time.
    mutating func postpone(_ key: StatusKey, until time: Int64) {
        if let index = self.table[key] { self.slots[index].refreshAt = time }
    }
}

extension CacheShard {
    private static func cost(_ response: ReadyResponse) -> Int { response.octets.count + Budget.cacheEntryOverhead }

    private mutating func insert(_ key: StatusKey, _ response: ReadyResponse, wasAsked: Bool) {
        self.remove(key)
        let cost = Self.cost(response)
        guard cost <= self.capacity else { return }
        while self.bytes + cost > self.capacity { self.evict() }
        let life = response.nextUpdate - response.thisUpdate
        let slot = Slot(
            key: key,
            response: response,
            wasUsed: false,
            wasAsked: wasAsked,
            // Between one half and three quarters of its life, evenly by key.
            refreshAt: response.thisUpdate + life / 2 + life * key.spread / 4_096
        )
        let index = self.free.popLast() ?? self.slots.count
        if index == self.slots.count { self.slots.append(slot) } else { self.slots[index] = slot }
        self.table[key] = index
        self.bytes += cost
    }

    private mutating func remove(_ key: StatusKey) {
        guard let index = self.table.removeValue(forKey: key) else { return }
        if let response = self.slots[index].response { self.bytes -= Self.cost(response) }
        self.slots[index].response = nil
        self.free.append(index)
    }

    /// CLOCK: takes out the first answer that was not asked for since the hand last came by.
    ///
    /// Ends, for what is passed over once is taken the next time; called only while something is kept.
    private mutating func evict() {
        while true {
            if self.hand >= self.slots.count { self.hand = 0 }
            defer { self.hand += 1 }
            guard self.slots[self.hand].response != nil else { continue }
            guard self.slots[self.hand].wasUsed else { return self.remove(self.slots[self.hand].key) }
            self.slots[self.hand].wasUsed = false
        }
    }
}
