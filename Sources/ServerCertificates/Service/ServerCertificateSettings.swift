// How patiently orders are worked at.

public import ACME

/// What the operator can choose.
public struct ServerCertificateSettings: Sendable {
    /// When orders leave a CA that is away.
    public var failover = FailoverPolicy()
    /// How long one run waits for records to become visible at all authoritative servers.
    public var propagation = PollPolicy(
        firstPause: .milliseconds(250),
        longestPause: .seconds(5),
        patience: .seconds(60)
    )
    /// Runs in a row that may end without a step forward.
    public var attempts = Budget.attempts

    /// The settings that suit public CAs.
    public init() {}
}
