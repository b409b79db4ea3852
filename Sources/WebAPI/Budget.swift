// Bounds on work that strangers can cause over HTTP, each with the origin of its number.

import JSON

/// The bounds of this module.
public enum Budget {
    /// A request's body, in octets: a request for the largest CSR admitted (64 KiB) in base64 with room for the rest.
    public static let bodyBytes = 131_072
    /// Nesting of JSON values: our bodies are flat; eight leaves room to grow and is far from any stack's end.
    public static let jsonDepth = 8
    /// Members of one JSON object: our largest request has four; each is compared with those before it.
    public static let jsonMembers = 32
    /// A registration: endpoints, their functions and tags are seven levels; its largest object has twelve members.
    static let registrationLimits = JSONLimits(depth: 12, members: 64)
    /// Characters of a comment on an agent's revocation: what ANS admits.
    static let revocationComments = 200
    /// One header field of HTTP/1.1, and the request target, in octets: what nginx (8 KiB) and Apache (8,190) admit.
    public static let headerFieldBytes = 8_192
    /// All header fields of HTTP/1.1, in octets: four of the largest.
    public static let headerListBytes = 32_768
    /// Header fields of a request: what Apache admits (LimitRequestFields 100).
    public static let headerFields = 100
    /// Characters of a request id: a UUID has 36, a W3C trace id with its span 49.
    public static let requestIDCharacters = 64
    /// Characters of a query's value: the longest is a host name (253).
    public static let queryValueCharacters = 256
    /// Connections open at once: half of the common limit of 1,024 files for a process; the rest is for the store.
    public static let connections = 512
    /// From the start of a connection to its first request's head, TLS handshake included: nginx and Go's advice are
    /// between 10 and 60 seconds.
    public static let headSeconds = 15
    /// From a request's head to the end of its body: 128 KiB in 20 seconds is 52 kbit/s.
    public static let bodySeconds = 20
    /// From the end of a request until its answer has left: over the slowest signature that the signer waits for.
    public static let answerSeconds = 60
    /// Between requests on a connection: nginx's keepalive_timeout of 75 seconds, rounded down.
    public static let idleSeconds = 60
    /// How long what a client still sends is read and dropped after a refusal, so that it can read the answer
    /// (RFC 9112 §9.6); nginx's lingering_timeout is 5.
    public static let lingerSeconds = 2
    /// How long a caller may wait for the transparency log, in seconds: long over a batch, and less than an answer may take.
    static let integrationSeconds = 30
    /// Denials that are written to the audit log in a second; more are counted and named in the next entry.
    ///
    /// Each is a durable write that a caller without permission can cause.
    public static let auditedDenialsPerSecond = 50
}
