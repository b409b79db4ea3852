// Where answers to challenges are, or may be: recorded before they are placed and until they are removed.

public import ACME

/// How control of a host is proven in an order.
public enum ChallengeWay: Hashable, Sendable, Codable {
    // Stored: a change here needs a migration.
    /// By a TXT record at a name in a zone that we write: the host's own, or one to which its `_acme-challenge` is an alias.
    case zone(apex: String, name: String)
    /// By a file that our public listener serves.
    case listener
    /// By a file that the operator's command places where the host's own web server has it.
    case command
    /// By what the owner places.
    case owner

    /// The types of challenge that go this way.
    var types: [ChallengeType] {
        switch self {
        case .zone: [.dns01]
        case .listener, .command: [.http01]
        case .owner: [.dns01, .http01]
        }
    }
}

/// An answer that may be in place.
public struct PlacedAnswer: Hashable, Sendable, Codable {
    // Stored: a change here needs a migration.
    /// What is answered.
    public let challenge: PreparedChallenge
    /// Where.
    public let way: ChallengeWay
    /// Where the CA is told of it when the owner places this one in the stead of the order's own; nil for the order's own.
    public var alternative: Alternative?

    /// Another challenge of an authorization.
    public struct Alternative: Hashable, Sendable, Codable {
        // Stored: a change here needs a migration.
        /// The authorization's address.
        public let authorizationURL: String
        /// The challenge's address.
        public let challengeURL: String
    }
}
