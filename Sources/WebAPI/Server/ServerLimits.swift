// How long and how many: the limits of the listener. Defaults are in `Budget`, with the origin of each number.

import NIOCore

/// The limits of a listener.
public struct ServerLimits: Hashable, Sendable {
    /// Connections open at once; more wait to be accepted.
    public var connections = Budget.connections
    /// From the start of a connection to its first request's head.
    public var head = Duration.seconds(Budget.headSeconds)
    /// From a request's head to the end of its body.
    public var body = Duration.seconds(Budget.bodySeconds)
    /// From the end of a request until its answer has left.
    public var answer = Duration.seconds(Budget.answerSeconds)
    /// Between requests on a connection.
    public var idle = Duration.seconds(Budget.idleSeconds)
    /// How long input is dropped after a refusal before the connection closes.
    public var linger = Duration.seconds(Budget.lingerSeconds)

    /// The limits of ``Budget``.
    public init() {}

    /// How often a connection looks at its limits: they are kept to within a quarter of the shortest.
    var tick: TimeAmount {
        let shortest = [self.head, self.body, self.answer, self.idle, self.linger].min() ?? self.linger
        return max(TimeAmount(shortest / 4), .milliseconds(1))
    }
}
