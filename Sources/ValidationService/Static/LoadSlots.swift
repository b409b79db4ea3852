// How many loads are under way.

import Synchronization

/// Places for loads, counted by share; guarded by its lock.
final class LoadSlots: Sendable {
    private let limits: [LoadShare: Int]
    private let underWay = Mutex<[LoadShare: Int]>([:])

    init(_ limits: ConnectionLimits) { self.limits = limits.loads }

    /// Takes one; false when there is none.
    func take(_ share: LoadShare) -> Bool {
        self.underWay.withLock { counts in
            guard counts[share, default: 0] < self.limits[share, default: 0] else { return false }
            counts[share, default: 0] += 1
            return true
        }
    }

    /// Gives one back.
    func giveBack(_ share: LoadShare) { self.underWay.withLock { $0[share, default: 0] -= 1 } }

    /// Loads under way.
    func count(_ share: LoadShare) -> Int { self.underWay.withLock { $0[share, default: 0] } }
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
}

extension LoadShare {
    /// As what its requests are counted.
    var route: Route { self == .challenges ? .challenge : .resource }
}
