// The port to those who publish answers to challenges: in DNS, over HTTP, in TLS.

/// Publishes answers to challenges.
///
/// Everything may be asked more than once, also by another process after a crash: publishing what is published and
/// removing what is not there succeed. Several answers can stand at one place, as the TXT values of a name and its
/// wildcard do: each is removed by itself. A publication is durable when ``present(_:)`` returns.
public protocol ChallengeSolver: Sendable {
    /// Whether challenges of a type can be met for a name.
    func canSolve(_ type: ChallengeType, for identifier: ACMEIdentifier) async -> Bool

    /// Publishes the answer.
    func present(_ challenge: PreparedChallenge) async throws

    /// Whether the CA will find the answer: for DNS, whether all authoritative servers give it.
    ///
    /// It is asked again after a pause, until it is so or patience ends.
    func isReady(_ challenge: PreparedChallenge) async throws -> Bool

    /// Removes the answer.
    func cleanUp(_ challenge: PreparedChallenge) async throws
}
