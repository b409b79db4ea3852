// What an operator decides about CRLs.

/// How CRLs are made.
public struct CRLPolicy: Hashable, Sendable {
    /// Seconds between two complete CRLs of a partition when nothing changes.
    public var interval: Int64
    /// Seconds from a CRL's thisUpdate to its nextUpdate; more than the interval, so that one is always valid.
    public var validity: Int64
    /// How long changes are gathered before a CRL is made for them.
    public var batching: Duration
    /// Whether changes are published as delta CRLs between complete ones (RFC 5280 §5.2.4).
    ///
    /// Otherwise each batch of changes makes a complete one.
    public var hasDeltas: Bool

    /// Creates a policy.
    public init(
        interval: Int64 = 3_600,
        validity: Int64 = 86_400,
        batching: Duration = .milliseconds(500),
        hasDeltas: Bool = false
    ) {
        self.interval = interval
        self.validity = validity
        self.batching = batching
        self.hasDeltas = hasDeltas
    }
}
