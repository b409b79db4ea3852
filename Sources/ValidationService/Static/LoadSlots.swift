// How many loads are under way, and who waits for a place among them.

import TaskLimits

/// Places for loads, counted by share: whoever finds none waits in turn.
struct LoadSlots: Sendable {
    private let shares: [LoadShare: Turnstile]

    init(_ limits: ConnectionLimits) {
        self.shares = limits.loads.mapValues { Turnstile($0, waiting: limits.waitingLoads) }
    }

    /// Loads under way, and requests that wait for a place, of all shares.
    var counts: (underWay: Int, waiting: Int) {
        let counts = self.shares.values.map(\.counts)
        return (counts.map(\.inside).reduce(0, +), counts.map(\.waiting).reduce(0, +))
    }

    /// Takes a place as soon as there is one; false when too many wait already, or the task was cancelled.
    func take(_ share: LoadShare) async -> Bool { await self.shares[share]?.enter() ?? false }

    /// Gives a place back.
    func giveBack(_ share: LoadShare) { self.shares[share]?.leave() }
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
