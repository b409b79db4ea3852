// How many loads are under way, and who waits for a place among them.

import Synchronization

/// Places for loads, counted by share: whoever finds none waits in turn.
final class LoadSlots: Sendable {
    private struct Share {
        var underWay = 0
        /// In the order in which they came.
        var waiting: [(ticket: Int, continuation: CheckedContinuation<Bool, Never>)] = []
    }

    private struct State {
        var shares: [LoadShare: Share] = [:]
        var lastTicket = 0
    }

    private let limits: [LoadShare: Int]
    private let queueLimit: Int
    private let state = Mutex(State())

    init(_ limits: ConnectionLimits) {
        self.limits = limits.loads
        self.queueLimit = limits.waitingLoads
    }

    /// Loads under way, and requests that wait for a place, of all shares.
    var counts: (underWay: Int, waiting: Int) {
        self.state.withLock { state in
            state.shares.values.reduce((0, 0)) { ($0.0 + $1.underWay, $0.1 + $1.waiting.count) }
        }
    }

    /// Takes a place as soon as there is one; false when too many wait already, or the task was cancelled.
    func take(_ share: LoadShare) async -> Bool {
        let ticket = self.state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if let isTaken = self.enter(share, ticket, continuation) { continuation.resume(returning: isTaken) }
            }
        } onCancel: {
            let waiting = self.state.withLock { state in
                let place = state.shares[share]?.waiting.firstIndex { $0.ticket == ticket }
                return place.flatMap { state.shares[share]?.waiting.remove(at: $0) }
            }
            waiting?.continuation.resume(returning: false)
        }
    }

    /// Nil when the continuation waits now.
    private func enter(
        _ share: LoadShare,
        _ ticket: Int,
        _ continuation: CheckedContinuation<Bool, Never>
    ) -> Bool? {
        self.state.withLock { state in
            // Who was cancelled before is not found among those who wait, and would wait for ever.
            if Task.isCancelled { return false }
            var places = state.shares[share, default: Share()]
            defer { state.shares[share] = places }
            if places.underWay < self.limits[share, default: 0] {
                places.underWay += 1
                return true
            }
            guard places.waiting.count < self.queueLimit else { return false }
            places.waiting.append((ticket, continuation))
            return nil
        }
    }

    /// Gives a place back: to whoever waits longest.
    func giveBack(_ share: LoadShare) {
        let next = self.state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard let places = state.shares[share] else { return nil }
            guard places.waiting.isEmpty else { return state.shares[share]?.waiting.removeFirst().continuation }
            state.shares[share]?.underWay -= 1
            return nil
        }
        next?.resume(returning: true)
    }
}

/// What came of a load.
enum LoadOutcome: Sendable {
    /// It is there.
    case found(PublishedResource)
    /// Nothing is there.
    case nothing
    /// The query cannot be understood.
    case malformed
    /// It cannot be said now.
    case busy

    /// What comes of looking for a target.
    init(of target: ResourceTarget, from loader: any ResourceLoading) async {
        do {
            self = try await loader.load(target).map { .found($0) } ?? .nothing
        } catch is MalformedQuery {
            self = .malformed
        } catch {
            self = .busy
        }
    }
}

extension LoadShare {
    /// As what its requests are counted.
    var route: Route { self == .challenges ? .challenge : .resource }
}
