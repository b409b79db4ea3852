// The ports to files of http-01 (RFC 8555 §8.3): those that owners place, those that a command places, and those that we serve.

import ACME

/// Reads files from hosts, as a CA would.
///
/// Calls end in bounded time, read a bounded number of octets, and connect to no address that the policy refuses. Any
/// number of tasks may call.
public protocol ChallengeFiles: Sendable {
    /// The content of a file of a host's plain HTTP server; nil when there is none.
    ///
    /// - Throws: What tells in words why the host cannot be asked.
    func content(at path: String, of host: String) async throws -> String?
}

/// A file of http-01.
public struct ChallengeFile: Hashable, Sendable {
    /// The host that has to have it.
    public let host: String
    /// Its path there: `/.well-known/acme-challenge/TOKEN`.
    public let path: String
    /// What it contains: the key authorization.
    public let content: String

    init(_ challenge: PreparedChallenge) {
        (self.host, self.path) = (challenge.identifier.value, challenge.path)
        self.content = challenge.keyAuthorization
    }
}

/// Has files placed where hosts' own web servers have theirs.
///
/// Calls end in bounded time; any number of tasks may call. To place what is there, or to remove what is not, does no harm.
public protocol ChallengeFilePlacing: Sendable {
    /// Whether a host's files are placed by it.
    func isFor(_ host: String) -> Bool

    /// Places a file.
    ///
    /// - Throws: What tells in words why it is not there.
    func place(_ file: ChallengeFile) async throws

    /// Removes a file.
    ///
    /// - Throws: What tells in words why it may still be there.
    func remove(_ file: ChallengeFile) async throws
}

/// Knows the answers to http-01 that are served by the public listener under `/.well-known/acme-challenge/TOKEN`.
///
/// Every process knows the answers of all. Any number of tasks may call; strangers cause the calls.
public protocol HTTPChallengeAnswers: Sendable {
    /// What the file of a token contains; nil when no order that is under way has it.
    func keyAuthorization(ofToken token: String) async throws -> String?
}
