// Where connections hand in what the cache cannot answer. What is made at once is bounded; whoever comes beyond that is
// told to try later, so that a flood of cold requests costs the token no more than its share.

import PKIX
import Synchronization

/// Takes cold requests, and runs their making as child tasks.
final class StatusDesk: Sendable {
    /// What became of a request at once.
    enum Reply {
        /// There was an answer after all.
        case ready(ReadyResponse)
        /// The waiter is called, now or later.
        case waiting
    }

    private enum Job: Sendable {
        case flight(Flight)
        case request(OCSPRequest, Waiter)
    }

    private let maker: AnswerMaker
    private let limit: Int
    private let underWay = Atomic<Int>(0)
    private let jobs: AsyncStream<Job>
    private let continuation: AsyncStream<Job>.Continuation

    init(maker: AnswerMaker, limit: Int) {
        self.maker = maker
        self.limit = limit
        (self.jobs, self.continuation) = AsyncStream.makeStream()
    }

    /// Answers that are being made.
    var count: Int { self.underWay.load(ordering: .relaxed) }

    /// Asks for one certificate.
    func ask(_ key: StatusKey, now: Int64, _ waiter: @escaping Waiter) -> Reply {
        switch self.maker.cache.begin(key, now: now, waiter) {
        case .ready(let response): return .ready(response)
        // Those who wait for an answer that is being made cost nothing.
        case .joined, nil: return .waiting
        case .started(let flight):
            if self.take() { self.submit(.flight(flight)) } else { self.turnAway(.flight(flight)) }
            return .waiting
        }
    }

    /// Asks a request that is answered for itself.
    func ask(_ request: OCSPRequest, _ waiter: @escaping Waiter) -> Reply {
        if self.take() { self.submit(.request(request, waiter)) } else { self.turnAway(.request(request, waiter)) }
        return .waiting
    }

    /// Makes answers until ``finish()``, and then those that were begun.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await job in self.jobs {
                group.addTask {
                    switch job {
                    case .flight(let flight): await self.maker.make(flight)
                    case .request(let request, let waiter): waiter(await self.maker.make(request))
                    }
                    self.give()
                }
            }
        }
    }

    /// Takes no more; whoever asks from now on is told to try later.
    func finish() { self.continuation.finish() }

    private func take() -> Bool {
        if self.underWay.wrappingAdd(1, ordering: .relaxed).oldValue < self.limit { return true }
        self.give()
        return false
    }

    private func give() { self.underWay.wrappingSubtract(1, ordering: .relaxed) }

    private func submit(_ job: Job) {
        guard case .terminated = self.continuation.yield(job) else { return }
        self.give()
        self.turnAway(job)
    }

    private func turnAway(_ job: Job) {
        switch job {
        case .flight(let flight):
            // Whoever joined meanwhile is turned away too.
            for waiter in self.maker.cache.finish(flight, nil, now: 0).0 { waiter(.tryLater(Budget.retryAfterSeconds)) }
        case .request(_, let waiter): waiter(.tryLater(Budget.retryAfterSeconds))
        }
    }
}
