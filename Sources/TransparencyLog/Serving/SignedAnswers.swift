// What was signed for strangers: made once, given to all for a while, and never by more than a few signatures at a time, for
// the token signs certificates with the same hands.

import FoundationEssentials
import Synchronization

/// Keeps signed answers; guarded by its lock.
final class SignedAnswers: Sendable {
    /// What an answer says; two of one key say the same.
    enum Key: Hashable, Sendable {
        /// That the entry of an index is in the log. A receipt of an older tree proves as much as one of today's.
        case receipt(index: Int, isANS: Bool)
        /// The status of the agent whose last event is the entry of an index.
        case status(index: Int, AgentLogStatus)
    }

    /// A signed answer, and until when it is given.
    struct Kept: Sendable {
        let bytes: [UInt8]
        let until: Date
    }

    private enum Step: Sendable {
        case kept(Kept)
        case make
        case again
        case failed(any Error)
    }

    private struct State {
        var kept: [Key: Kept] = [:]
        /// The keys in the order of their ends.
        var order: [Key] = []
        var octets = 0
        var waiting: [Key: [CheckedContinuation<Step, Never>]] = [:]
    }

    private let limit: Int
    private let octets: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limit: signatures under way.
    ///   - octets: of answers that are kept.
    init(limit: Int = Budget.strangersSignatures, octets: Int = Budget.signedAnswerBytes) {
        self.limit = limit
        self.octets = octets
    }

    /// The answer that is kept, that somebody is making, or that is made now.
    ///
    /// - Throws: ``LogError`` with `.overloaded`, or what `make` throws.
    func answer(
        for key: Key,
        at instant: Date,
        make: () async throws -> [UInt8]
    ) async throws -> Kept {
        while true {
            try Task.checkCancellation()
            let step = await withCheckedContinuation { self.begin(key, at: instant, $0) }
            switch step {
            case .kept(let kept): return kept
            case .failed(let error): throw error
            case .again: continue
            case .make: return try await self.make(key, at: instant, make)
            }
        }
    }

    private func begin(_ key: Key, at instant: Date, _ continuation: CheckedContinuation<Step, Never>) {
        let step = self.state.withLock { state -> Step? in
            if let kept = state.kept[key], kept.until > instant,
                kept.until.timeIntervalSince(instant) <= Budget.signedAnswerSeconds
            {
                return .kept(kept)
            }
            if state.waiting[key] != nil {
                state.waiting[key]?.append(continuation)
                return nil
            }
            guard state.waiting.count < self.limit else {
                return .failed(LogError(.overloaded, "\(self.limit) answers are being signed; try again in a second"))
            }
            state.waiting[key] = []
            return .make
        }
        if let step { continuation.resume(returning: step) }
    }

    private func make(_ key: Key, at instant: Date, _ make: () async throws -> [UInt8]) async throws -> Kept {
        do {
            let kept = Kept(
                bytes: try await make(),
                until: instant.addingTimeInterval(Budget.signedAnswerSeconds)
            )
            self.finish(key, .kept(kept))
            return kept
        } catch {
            // Whoever was making it has gone away: another of those who wait makes it.
            self.finish(key, Task.isCancelled ? .again : .failed(error))
            throw error
        }
    }

    private func finish(_ key: Key, _ step: Step) {
        let waiting = self.state.withLock { state in
            if case .kept(let kept) = step { self.keep(kept, for: key, in: &state) }
            return state.waiting.removeValue(forKey: key) ?? []
        }
        for continuation in waiting { continuation.resume(returning: step) }
    }

    /// All are kept for equally long, so those that came first end first, and make room.
    private func keep(_ kept: Kept, for key: Key, in state: inout State) {
        if let former = state.kept.updateValue(kept, forKey: key) {
            state.octets -= former.bytes.count
            state.order.removeAll { $0 == key }
        }
        state.order.append(key)
        state.octets += kept.bytes.count
        while state.octets > self.octets, let oldest = state.order.first {
            state.order.removeFirst()
            state.octets -= state.kept.removeValue(forKey: oldest)?.bytes.count ?? 0
        }
    }
}
