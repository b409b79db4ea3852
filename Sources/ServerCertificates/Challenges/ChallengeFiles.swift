// The ports to files of http-01 (RFC 8555 §8.3): those that owners place, and those that we serve.

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

/// Knows the answers to http-01 that are served by the public listener under `/.well-known/acme-challenge/TOKEN`.
///
/// Every process knows the answers of all. Any number of tasks may call; strangers cause the calls.
public protocol HTTPChallengeAnswers: Sendable {
    /// What the file of a token contains; nil when no order that is under way has it.
    func keyAuthorization(ofToken token: String) async throws -> String?
}
