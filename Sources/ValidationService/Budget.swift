// Bounds on work that strangers can cause on the public side, each with the origin of its number.

/// The bounds of this module.
public enum Budget {
    /// A request's head, in octets: what nginx (four buffers of 8 KiB) takes as one line; our longest path is 400.
    public static let headBytes = 8_192
    /// A request's body, in octets: the largest OCSP request that is read.
    public static let bodyBytes = 65_536
    /// Header fields of a request: what Apache admits (LimitRequestFields 100).
    public static let headerFields = 100
    /// What one read takes from a socket, in octets: one head of the largest size, or some fifty pipelined requests.
    public static let readBytes = 8_192
    /// Octets of answers that are gathered before they are written: pipelined answers of one read of GETs.
    public static let outputBytes = 131_072
    /// Connections open at once: each may hold a head and a body, so 300 MB when all of them are hostile.
    public static let connections = 4_096
    /// From a connection's start, or a request's first octet, to the end of its head: nginx's advice is 10 to 60 seconds.
    public static let headSeconds = 15
    /// From a request's head to the end of its body: 64 KiB in 20 seconds is 26 kbit/s.
    public static let bodySeconds = 20
    /// Between requests on a connection: nginx's keepalive_timeout of 75 seconds, rounded down.
    public static let idleSeconds = 60
    /// For an answer that must be signed first: the client is then told to try later.
    public static let answerSeconds = 20
    /// For a client to take what was written, before the time that ``writeBytesPerSecond`` adds.
    public static let writeSeconds = 60
    /// The slowest rate at which a client may take a large resource: a modem's 56 kbit/s.
    public static let writeBytesPerSecond = 7_000
    /// How long what a client still sends is read and dropped after a refusal, so that it can read the answer
    /// (RFC 9112 §9.6); nginx's lingering_timeout is 5.
    public static let lingerSeconds = 2
    /// How long connections may take to end when the server shuts down: less than the ten seconds that supervisors wait.
    public static let drainSeconds = 8
    /// Octets of ready answers that are kept: 150,000 of the usual size.
    public static let cacheBytes = 268_435_456
    /// Octets that an answer takes beside its own: object headers, its slot, and its place in a table that is half full.
    static let cacheEntryOverhead = 320
    /// Locks that the cache is divided by: two threads meet at one in 64.
    static let cacheShards = 64
    /// Answers that are being signed at once; more are told to try later: a second's work of a slow token.
    public static let coldAnswers = 1_024
    /// Files that are looked for at once: each holds a descriptor and a block of memory for some milliseconds.
    public static let fileLoads = 256
    /// Answers that are made for one client at once, such as proofs: each reads files and the database, of whose four
    /// readers eight times as many wait some milliseconds.
    public static let answerLoads = 32
    /// Answers that are made of what is at hand in one turn of a connection, some ten microseconds each: a tenth of a
    /// millisecond for which others on the same event loop wait.
    static let atHandInTurn = 8
    /// Requests of one share that wait for a place among its loads: two seconds' work of the slowest, a few milliseconds' of
    /// most.
    public static let waitingLoads = 256
    /// CAs' challenges that are answered at once: a CA asks from five places, and has some orders under way.
    public static let challengeLoads = 64
    /// Answers that are signed ahead in a second: a fifth of what a software token signs.
    public static let refreshesPerSecond = 500
    /// Answers that are signed ahead at once.
    static let concurrentRefreshes = 8
    /// Seconds after which a refresh that failed is tried again.
    static let refreshRetrySeconds: Int64 = 30
    /// Seconds after which a client may ask again that met a full queue.
    static let retryAfterSeconds = 5
    /// Octets of a request in a path that are decoded without touching the heap: RFC 9919 admits 255 after encoding.
    static let inlineRequestBytes = 256
    /// Slashes that a proxy may have taken out of a path and that are put back by trial.
    static let lostSlashes = 2
    /// Places at which a lost slash is tried: four times what an encoded request of 120 octets has on average.
    static let slashPlaces = 12
    /// Octets of a challenge's token: those of public CAs have 20 to 90.
    static let tokenBytes = 512
}
