// The port to what is published and must be looked for first: files that are too many for a table, answers that others make.

import Synchronization

/// What is asked for.
public struct ResourceTarget: Hashable, Sendable {
    /// The path, which begins with "/"; nothing in it is decoded.
    public let path: String
    /// What follows the "?"; empty when there is nothing.
    public let query: String

    /// Creates a target.
    public init(path: String, query: String = "") {
        self.path = path
        self.query = query
    }
}

/// Looks for what is published.
///
/// Any number of calls may be under way, at most ``Budget/loads`` from one server; each ends when it is cancelled.
public protocol ResourceLoading: Sendable {
    /// Whether something may be at a path, which begins with "/" and has no query: by its form alone, for it is called on
    /// event loops.
    func mayHave(_ path: String) -> Bool

    /// What is at a path; nil for nothing.
    ///
    /// - Throws: when that cannot be said now; the client is told to ask again.
    func load(_ target: ResourceTarget) async throws -> PublishedResource?
}

/// Several places in the order in which they are asked.
public struct ResourceLoaders: ResourceLoading {
    private let loaders: [any ResourceLoading]

    /// Joins loaders.
    public init(_ loaders: [any ResourceLoading]) { self.loaders = loaders }

    /// Whether one of them may have it.
    public func mayHave(_ path: String) -> Bool { self.loaders.contains { $0.mayHave(path) } }

    /// What the first that may have it has.
    public func load(_ target: ResourceTarget) async throws -> PublishedResource? {
        try await self.loaders.first { $0.mayHave(target.path) }?.load(target)
    }
}

/// How many loads are under way; guarded by its lock.
final class LoadSlots: Sendable {
    private let underWay = Mutex(0)

    /// Takes one; false when there is none.
    func take() -> Bool {
        self.underWay.withLock { count in
            guard count < Budget.loads else { return false }
            count += 1
            return true
        }
    }

    /// Gives one back.
    func giveBack() { self.underWay.withLock { $0 -= 1 } }
}

/// What came of a load.
enum LoadOutcome: Sendable {
    /// It is there.
    case found(PublishedResource)
    /// Nothing is there.
    case nothing
    /// It cannot be said now.
    case busy
}
