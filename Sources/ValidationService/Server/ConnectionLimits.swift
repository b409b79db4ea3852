// How long and how many: the limits of the listener. Defaults are in `Budget`, with the origin of each number.

/// The limits of the public listener.
public struct ConnectionLimits: Hashable, Sendable {
    /// Connections open at once; more wait to be accepted.
    public var connections = Budget.connections
    /// From a connection's start, or a request's first octet, to the end of its head.
    public var head = Duration.seconds(Budget.headSeconds)
    /// From a request's head to the end of its body.
    public var body = Duration.seconds(Budget.bodySeconds)
    /// For an answer that must be signed first.
    public var answer = Duration.seconds(Budget.answerSeconds)
    /// For a client to take what was written.
    public var write = Duration.seconds(Budget.writeSeconds)
    /// Between requests on a connection.
    public var idle = Duration.seconds(Budget.idleSeconds)
    /// How long input is dropped after the last answer before the connection closes.
    public var linger = Duration.seconds(Budget.lingerSeconds)
    /// How long connections may take to end when the server shuts down.
    public var drain = Duration.seconds(Budget.drainSeconds)
    /// Answers that are being signed at once.
    public var coldAnswers = Budget.coldAnswers
    /// Resources that are looked for at once, by their share.
    public var loads: [LoadShare: Int] = [
        .files: Budget.fileLoads, .answers: Budget.answerLoads, .challenges: Budget.challengeLoads,
    ]

    /// Requests of one share that wait for a place among its loads; further ones are told to ask again.
    public var waitingLoads = Budget.waitingLoads

    /// The limits of ``Budget``.
    public init() {}

    /// How often connections look at their limits: they are kept to within a quarter of the shortest, or a second.
    var tick: Duration {
        let shortest =
            [self.head, self.body, self.answer, self.write, self.idle, self.linger, self.drain].min() ?? .zero
        return max(.milliseconds(5), min(.seconds(1), shortest / 4))
    }

    /// A limit in ticks, rounded up.
    func ticks(_ duration: Duration) -> Int {
        let count = duration / self.tick
        return count < 1_000_000_000 ? Int(count.rounded(.up)) : 1_000_000_000
    }
}
