// Ready answers, bounded by octets, in parts with a lock each.

public import PKIX
import Synchronization

/// The answers that are ready to be given.
public final class ResponseCache: Sendable {
    /// What is kept.
    public struct Usage: Hashable, Sendable {
        /// Answers.
        public var entries = 0
        /// Octets, with what keeping costs.
        public var bytes = 0
    }

    /// One lock and what it guards.
    private final class Part: Sendable {
        let shard: Mutex<CacheShard>

        init(capacity: Int) {
            self.shard = Mutex(CacheShard(capacity: capacity))
        }
    }

    private let parts: [Part]

    /// Creates an empty cache.
    ///
    /// - Parameter capacity: the bound in octets.
    public convenience init(capacity: Int = Budget.cacheBytes) {
        self.init(capacity: capacity, parts: Budget.cacheShards)
    }

    /// - Parameter parts: how many locks; a power of two.
    init(capacity: Int, parts: Int) {
        self.parts = (0..<parts).map { _ in Part(capacity: capacity / parts) }
    }

    /// Drops every answer about a certificate, in all forms of its CertID.
    ///
    /// Call it when a change of the certificate's status has committed. An answer whose making began before this call will
    /// not enter the cache, and nobody who asks after it gets one.
    public func invalidate(issuer: Int, serial: SerialNumber) {
        let octets = serial.integerOctets
        let keys = StatusKey.Form.all.compactMap { StatusKey(issuer: issuer, form: $0, serialNumber: octets.span) }
        // All forms lie in one part.
        guard let first = keys.first else { return }
        self.part(of: first).shard.withLock { shard in
            for key in keys { shard.invalidate(key) }
        }
    }

    /// Drops every answer.
    public func invalidateAll() {
        for part in self.parts { part.shard.withLock { $0.invalidateAll() } }
    }

    /// What is kept.
    public var usage: Usage {
        self.parts.reduce(into: Usage()) { usage, part in
            let (count, bytes) = part.shard.withLock { ($0.count, $0.bytes) }
            usage.entries += count
            usage.bytes += bytes
        }
    }
}

extension ResponseCache {
    /// What is done about a key that may have no answer.
    enum Beginning {
        /// There is an answer.
        case ready(ReadyResponse)
        /// The waiter waits for one that is being made.
        case joined
        /// The caller must make it, and end the flight.
        case started(Flight)
    }

    /// The answer for a key, if there is one that may be given.
    @inline(__always)
    func find(_ key: StatusKey, now: Int64) -> ReadyResponse? {
        self.part(of: key).shard.withLock { $0.find(key, now: now) }
    }

    /// Finds an answer, or waits for one that is being made, or registers that the caller makes one.
    func begin(_ key: StatusKey, now: Int64, _ waiter: @escaping Waiter) -> Beginning? {
        self.part(of: key).shard.withLock { shard in
            if let response = shard.find(key, now: now) { return .ready(response) }
            if shard.join(key, waiter) { return .joined }
            return shard.begin(key, [waiter]).map { .started($0) }
        }
    }

    /// Registers that an answer is made again; `nil` when it is being made.
    func beginRefresh(_ key: StatusKey) -> Flight? {
        self.part(of: key).shard.withLock { $0.begin(key, []) }
    }

    /// Ends a flight.
    func finish(_ flight: Flight, _ response: ReadyResponse?, now: Int64) -> ([Waiter], isCurrent: Bool) {
        self.part(of: flight.key).shard.withLock { $0.finish(flight, response, now: now) }
    }

    /// Keys of at most `limit` answers that should be made again.
    func due(now: Int64, limit: Int) -> [StatusKey] {
        var keys: [StatusKey] = []
        for part in self.parts where keys.count < limit {
            let left = limit - keys.count
            keys += part.shard.withLock { $0.due(now: now, limit: left) }
        }
        return keys
    }

    /// Makes an answer due at another time.
    func postpone(_ key: StatusKey, until time: Int64) {
        self.part(of: key).shard.withLock { $0.postpone(key, until: time) }
    }

    @inline(__always)
    private func part(of key: StatusKey) -> Part { self.parts[key.partition(of: self.parts.count)] }
}
