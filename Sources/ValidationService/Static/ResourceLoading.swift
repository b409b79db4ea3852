// The port to what is published and must be looked for first: files that are too many for a table, answers that others make.

/// Which of the server's loads one is counted among: none of the shares can take from another.
public enum LoadShare: Int, Hashable, Sendable, CaseIterable {
    /// What is read and sent as it is.
    case files
    /// What is made for whoever asks, and costs.
    case answers
    /// Answers to CAs (RFC 8555 §8.3), on which our own certificates wait.
    case challenges
}

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

/// That a query cannot be understood: the client is told so (400).
public struct MalformedQuery: Error, Hashable, Sendable {
    /// Creates the error.
    public init() {}
}

/// Looks for what is published.
///
/// Any number of calls may be under way, of each share as many as ``ConnectionLimits/loads`` says. A call's task is cancelled when
/// its client is gone or has waited for too long; it counts until it has ended.
public protocol ResourceLoading: Sendable {
    /// The share of what may be at a path, which begins with "/" and has no query; nil where nothing can be.
    ///
    /// By its form alone, for it is called on event loops.
    func share(of path: String) -> LoadShare?

    /// What is at a path, if it can be said at once; nil to ``load(_:)`` it.
    ///
    /// Called on event loops: waits for nothing, and takes some ten microseconds. Of what a connection sends at once, a few
    /// requests are answered; then others have their turn.
    func atHand(_ target: ResourceTarget) -> PublishedResource?

    /// What is at a path; nil for nothing.
    ///
    /// - Throws: ``MalformedQuery``, or anything when it cannot be said now; the client is then told to ask again.
    func load(_ target: ResourceTarget) async throws -> PublishedResource?
}

extension ResourceLoading {
    /// Nothing: all is loaded.
    public func atHand(_ target: ResourceTarget) -> PublishedResource? { nil }
}

/// Several places in the order in which they are asked.
public struct ResourceLoaders: ResourceLoading {
    private let loaders: [any ResourceLoading]

    /// Joins loaders.
    public init(_ loaders: [any ResourceLoading]) { self.loaders = loaders }

    /// That of the first that may have it.
    public func share(of path: String) -> LoadShare? {
        self.loaders.lazy.compactMap { $0.share(of: path) }.first
    }

    /// What the first that may have it has at hand.
    public func atHand(_ target: ResourceTarget) -> PublishedResource? { self.loader(of: target)?.atHand(target) }

    /// What the first that may have it has.
    public func load(_ target: ResourceTarget) async throws -> PublishedResource? {
        try await self.loader(of: target)?.load(target)
    }

    private func loader(of target: ResourceTarget) -> (any ResourceLoading)? {
        self.loaders.first { $0.share(of: target.path) != nil }
    }
}
